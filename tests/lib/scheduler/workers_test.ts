// The scheduler with real workers: the same results as in process, and a stop that reaches them.

import { assert, assertEquals } from "@std/assert";
import { digestOf } from "#lib/core/digest.ts";
import { ok } from "#lib/core/result.ts";
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

Deno.test("schedule() gives the same results fused in workers, whatever their number", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const fuse = { by: [], most: 5 };
  const members = randomMembers(seed, { oneFailsIn: 10 }).map((member, i) => ({
    ...member,
    params: { ...member.params, i },
    fuse,
  }));
  await using inline = new InlineExecutor({ slots: 1 });
  await using one = new WorkersExecutor({ slots: 1 });
  await using three = new WorkersExecutor({ slots: 3 });
  const alone = fakeGraph(members.map(({ fuse: _, ...member }) => member));
  const made = [];
  for (const executor of [inline, one, three]) {
    const store = new TinyStore();
    const graph = executor === inline ? alone : fakeGraph(members);
    const events = await runGraph(graph, { store, executor });
    const keys = new Set(store.results.keys());
    made.push({ blobs: store.blobs, keys, failed: finished(events).failed });
  }
  assertEquals(made[1], made[0], `seed ${seed}`);
  assertEquals(made[2], made[0], `seed ${seed}`);
});

Deno.test("schedule() traces what a batch read in one member's params for all of them", async () => {
  const code = `const out = { kind: "text", encode: (n) => ({ "text.txt": Uint8Array.of(n) }) };
    const task = {
      name: "mix", inputs: {}, outputs: { out },
      run: (_, { n, step }) => ({ out: n * step }),
      runMany(_, members) {
        const { step } = members[0].params;
        for (const { params: { n }, finish } of members) finish({ out: n * step });
      },
    };
    export default { task, members: {} };`;
  const closure = { digest: digestOf(code), modules: {}, code: () => Promise.resolve(code) };
  const closures = { closure: () => Promise.resolve(ok(closure)) };
  const graph = (step: number, label: string) =>
    fakeGraph([1, 2, 3].map((n) => ({
      id: `m[${n}]`,
      params: { n, step, label },
      fuse: { by: ["step"] },
    })));
  const store = new TinyStore();
  await using executor = new WorkersExecutor({ slots: 1 });
  const run = async (step: number, label: string) =>
    finished(await runGraph(graph(step, label), { store, executor, closures }));
  assertEquals((await run(2, "a")).fused, 3);
  const relabelled = await run(2, "b");
  assertEquals([relabelled.ran, relabelled.hit], [0, 3]);
  const changed = await run(5, "b");
  assertEquals([changed.ran, changed.hit], [3, 0]);
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
