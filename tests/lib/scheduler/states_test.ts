// What the scheduler does with states on the way: between attempts, when they cannot be kept, when a run is forced.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ClosureSource } from "#lib/core/closure.ts";
import { type Digest, digestOf, digestOfValue } from "#lib/core/digest.ts";
import { ok } from "#lib/core/result.ts";
import { type StateFolder, StorageError } from "#lib/core/store.ts";
import { memoryStore } from "#lib/store/memory_store.ts";
import { fakeGraph } from "#tests/support/fake_tasks.ts";
import { FusingExecutor } from "#tests/support/fusing_executor.ts";
import { RecordingExecutor } from "#tests/support/recording_executor.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { walkBundle } from "#tests/support/walk_task.ts";

const closures: ClosureSource = {
  closure: () =>
    Promise.resolve(ok({
      digest: digestOf(walkBundle),
      modules: {},
      code: () => Promise.resolve(walkBundle),
    })),
};

const way = { seed: 0, rate: 3.9, work: 10 };

function walk(rounds: number, more: Record<string, unknown> = {}, id = "walk") {
  return {
    id,
    task: "walk",
    params: { ...way, rounds, ...more },
    numerics: "f64" as const,
    outputs: { walk: "numbers" },
    continues: digestOfValue(way),
  };
}

Deno.test("schedule() lets a second attempt go on where the first one failed", async () => {
  const store = memoryStore();
  let attempts = 0;
  await using executor = new RecordingExecutor(1, (job) => {
    // What goes wrong the first time is right the second time, as a machine's troubles are.
    if (++attempts === 1) Object.assign(job.params, { fail_in: 3 });
    else Object.assign(job.params, { fail_in: -1 });
  });
  const graph = fakeGraph([{ ...walk(5), retry: { attempts: 2, backoffSeconds: 0 } }]);
  const events = await runGraph(graph, { store, executor, closures });
  assertEquals(endings(events), { walk: "ran" });
  const [{ continued }] = ofType(events, "stage-finished");
  assertEquals(continued, { unit: "rounds", found: 2, computed: 3 });
  assertEquals(finished(events).continued, 1);
});

Deno.test("schedule() goes on without states that cannot be kept, and says so once", async () => {
  const memory = memoryStore();
  const states = (space: Digest): StateFolder => ({
    ...memory.states!(space),
    save: () => Promise.reject(new StorageError("write", "/store/states", "ENOSPC")),
  });
  await using executor = new RecordingExecutor(1);
  const store = { ...memory, states };
  const events = await runGraph(fakeGraph([walk(5)]), { store, executor, closures });
  assertEquals(endings(events), { walk: "ran" });
  const warnings = ofType(events, "warning");
  assertEquals(warnings.map(({ stage }) => stage), ["walk"]);
  assertStringIncludes(warnings[0].message, "write /store/states: ENOSPC");
});

Deno.test("schedule() finds nothing where it is forced, and keeps what comes out then", async () => {
  const store = memoryStore();
  const spaces: StateFolder[] = [];
  const watched = {
    ...store,
    states(space: Digest) {
      const folder = store.states!(space);
      spaces.push(folder);
      return folder;
    },
  };
  await using executor = new RecordingExecutor(1);
  await runGraph(fakeGraph([walk(5)]), { store: watched, executor, closures });
  // A state that is wrong, though whole: the task's own mistake.
  await spaces[0].save("round 2", new Uint8Array(24), { of: "walk", replace: true });
  const forced = await runGraph(fakeGraph([walk(5)]), {
    store: watched,
    executor,
    closures,
    force: ["*"],
  });
  assertEquals(ofType(forced, "stage-finished").map(({ how, continued }) => [how, continued]), [[
    "ran",
    undefined,
  ]]);
  const bytes = await spaces[0].load("round 2");
  assert(bytes !== undefined && new Float64Array(bytes.buffer)[2] !== 0);
});

Deno.test("schedule() shares the way of members that run as one, and commands have none", async () => {
  const store = memoryStore();
  await using executor = new FusingExecutor(4);
  const fuse = { by: ["work"] };
  const graph = (rounds: readonly number[]) =>
    fakeGraph(rounds.map((n) => ({ ...walk(n, {}, `walk[n=${n}]`), fuse })));
  const first = await runGraph(graph([3, 5]), { store, executor, closures, jobs: 1 });
  assertEquals([executor.sizes, finished(first).fused], [[2], 2]);
  const second = await runGraph(graph([4, 8]), { store, executor, closures, jobs: 1 });
  assertEquals(endings(second), { "walk[n=4]": "hit", "walk[n=8]": "ran" });
  const { ran, hit, fused, continued } = finished(second);
  assertEquals([ran, hit, fused, continued], [1, 1, 1, 1]);
  const manifest = store.lookup(ofType(second, "stage-finished")[0].key)!;
  assertEquals(manifest.provenance.states?.work, { unit: "rounds", found: 4, computed: 0 });
  assertEquals(manifest.provenance.states?.space.length, 71);
});
