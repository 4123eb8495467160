// The scheduler with real workers: the same results as in process, and a stop that reaches them.

import { assert, assertEquals } from "@std/assert";
import { InlineExecutor } from "#lib/executors/inline.ts";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import { fakeGraph } from "#tests/support/fake_tasks.ts";
import { randomMembers } from "#tests/support/random_graph.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";

Deno.test("schedule() gives the same results in workers, whatever their number", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const graph = fakeGraph(randomMembers(seed, { oneFailsIn: 10 }));
  await using inline = new InlineExecutor({ slots: 1 });
  await using one = new WorkersExecutor({ slots: 1 });
  await using three = new WorkersExecutor({ slots: 3 });
  const stores = [];
  for (const executor of [inline, one, three]) {
    const store = new TinyStore();
    const events = await runGraph(graph, { store, executor });
    stores.push({
      blobs: store.blobs,
      keys: new Set(store.results.keys()),
      failed: finished(events).failed,
    });
  }
  assertEquals(stores[1], stores[0], `seed ${seed}`);
  assertEquals(stores[2], stores[0], `seed ${seed}`);
});

Deno.test("schedule() stops workers in the middle of a job", async () => {
  const store = new TinyStore();
  const control = new AbortController();
  await using executor = new WorkersExecutor({ slots: 2 });
  const busy = Array.from({ length: 4 }, (_, i) => ({ id: `x[i=${i}]`, params: { i } }));
  const graph = fakeGraph(busy);
  const closures = {
    closure: () => {
      const code =
        "export default { task: { name: 'mix', inputs: {}, outputs: {}, run() { for (;;); } }, members: {} }";
      const digest = "sha256:busy" as never;
      return Promise.resolve({
        ok: true as const,
        value: { digest, modules: {}, code: () => Promise.resolve(code) },
      });
    },
  };
  setTimeout(() => control.abort("SIGTERM"), 100);
  const events = await runGraph(graph, { store, executor, closures }, control.signal);
  assertEquals(finished(events).interrupted, "SIGTERM");
  assertEquals(new Set(Object.values(endings(events))), new Set(["skipped"]));
  assertEquals(store.results.size, 0);
  assert(ofType(events, "stage-started").length === 2);
});
