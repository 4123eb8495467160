// Stages on an engine: what their jobs are told, that no other engine's result is taken, and what follows when the device
// is lost.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { EngineRequest } from "#lib/core/engine.ts";
import type { StageFailure } from "#lib/core/executor.ts";
import type { RunEngine } from "#lib/scheduler/run_engine.ts";
import { fakeEngine } from "#tests/support/fake_engine.ts";
import { fakeGraph, type FakeMember } from "#tests/support/fake_tasks.ts";
import { type Fate, FusingExecutor } from "#tests/support/fusing_executor.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";

const wasm = { name: "wasm", numerics: "wasm-f32" } as const;
const gpu: RunEngine = { name: "webgpu", numerics: "webgpu-f32/x" };
const automatic: RunEngine = { ...gpu, fallback: wasm };
const lost: StageFailure = { reason: "device-lost", message: "gone" };

/** A stage on the engine. */
function onEngine(id: string, more: Partial<FakeMember> = {}): FakeMember {
  return { id, numerics: "engine", params: { on_engine: true, id }, ...more };
}

function executorOf(
  slots = 1,
  fate?: Fate,
  open = (request: EngineRequest) => fakeEngine(request),
) {
  return new FusingExecutor(slots, fate, (request) => Promise.resolve(open(request)));
}

function run(
  members: readonly FakeMember[],
  engine: RunEngine | undefined,
  executor: FusingExecutor,
  store = new TinyStore(),
) {
  const own = engine === undefined ? {} : { engine, engineClass: engine.numerics };
  return runGraph(fakeGraph(members), { store, executor, ...own });
}

Deno.test("schedule() tells jobs their engine, and events the engine that did the work", async () => {
  await using executor = executorOf(2);
  const store = new TinyStore();
  const cores = [{ cpu: 2, slots: {} }];
  const members = [
    onEngine("a"),
    onEngine("b", { resources: cores }),
    onEngine("unused", { params: {} }),
    { id: "plain" },
  ];
  const events = await run(members, wasm, executor, store);
  const asked = executor.batches.map(([{ params, engine }]) => [params.id, engine]);
  assertEquals(Object.fromEntries(asked).a, { ...wasm, threads: 1 });
  assertEquals(Object.fromEntries(asked).b, { ...wasm, threads: 2 });
  const told = ofType(events, "stage-finished").map(({ stage, engine }) => [stage, engine]);
  assertEquals(Object.fromEntries(told), {
    a: "wasm-f32",
    b: "wasm-f32",
    unused: undefined,
    plain: undefined,
  });
  assertEquals(ofType(events, "run-started")[0].engine, "wasm-f32");
  const recorded = [...store.results.values()].map(({ provenance }) => [
    provenance.stage,
    provenance.engine,
  ]);
  assertEquals(Object.fromEntries(recorded), {
    a: "wasm-f32",
    b: "wasm-f32",
    unused: null,
    plain: null,
  });
});

Deno.test("schedule() takes no result of an engine that is not in the key", async () => {
  const store = new TinyStore();
  const members = [
    onEngine("a"),
    onEngine("b[0]", { fuse: { by: [] } }),
    onEngine("b[1]", { fuse: { by: [] } }),
  ];
  // An executor that uses what it has, and says so.
  const quiet = { ...wasm, numerics: "webgpu-f32/x" };
  await using executor = executorOf(1, undefined, () => {
    const engine = fakeEngine({ ...quiet, threads: 1 });
    let looks = 0;
    // As asked when it is opened, and another when the work is done.
    Object.defineProperty(engine, "numerics", {
      get: () => looks++ < 1 ? gpu.numerics : "wasm-f32",
    });
    return engine;
  });
  const events = await run(members, automatic, executor, store);
  const failures = ofType(events, "stage-failed").map((
    { failure },
  ) => [failure.reason, failure.message]);
  const says = "it should run on webgpu-f32/x, but wasm-f32 made it";
  assertEquals(failures, members.map(() => ["bad-output", says]));
  assertEquals(store.counts.commits, 0);
});

Deno.test("schedule() gives a lost device one more chance, then fails", async () => {
  let times = 0;
  await using executor = executorOf(1, () => ++times === 1 ? { failure: lost } : undefined);
  const store = new TinyStore();
  const events = await run([onEngine("a")], gpu, executor, store);
  assertEquals([endings(events), times], [{ a: "ran" }, 2]);
  assertEquals(ofType(events, "stage-finished")[0].engine, gpu.numerics);
  await using broken = executorOf(1, () => ({ failure: lost }));
  const failed = await run([onEngine("b")], gpu, broken, store);
  assertEquals([endings(failed), broken.batches.length], [{ b: "failed: device-lost" }, 2]);
  assertEquals(store.counts.commits, 1);
});

Deno.test("schedule() falls back where that is allowed: visibly, and under the other engine's key", async () => {
  const isLost: Fate = ([{ engine }]) => engine?.name === "webgpu" ? { failure: lost } : undefined;
  await using executor = executorOf(1, isLost);
  const store = new TinyStore();
  const members = [onEngine("a"), { id: "reader", from: ["a"] }];
  const events = await run(members, automatic, executor, store);
  assertEquals(endings(events), { a: "ran", reader: "ran" });
  assertEquals(executor.batches.map(([{ engine }]) => engine?.name), [
    "webgpu",
    "webgpu",
    "wasm",
    undefined,
  ]);
  const [warning] = ofType(events, "warning");
  assertEquals(warning.stage, "a");
  assertStringIncludes(warning.message, "it runs on wasm-f32");
  const [made] = ofType(events, "stage-finished");
  assertEquals(made.engine, "wasm-f32");
  assertEquals(store.results.get(made.key)?.action.recipe.numerics, "wasm-f32");
  // The very key that it has on wasm: nothing runs there, and the device is tried again.
  const onWasm = await run(members, wasm, executor, store);
  assertEquals(endings(onWasm), { a: "hit", reader: "hit" });
  const again = await run(members, automatic, executor, store);
  assertEquals(endings(again), { a: "hit", reader: "hit" });
  assertEquals(executor.batches.length, 6);
});

Deno.test("schedule() gives a device up that is lost again and again", async () => {
  const isLost: Fate = ([{ engine }]) => engine?.name === "webgpu" ? { failure: lost } : undefined;
  await using executor = executorOf(4, isLost);
  const members = Array.from({ length: 40 }, (_, i) => onEngine(`a[${i}]`, { fuse: { by: [] } }));
  const events = await run(members, automatic, executor);
  assertEquals(finished(events).ran, 40);
  assert(ofType(events, "stage-finished").every(({ engine }) => engine === "wasm-f32"));
  const onGpu = executor.batches.filter(([{ engine }]) => engine?.name === "webgpu");
  assertEquals(onGpu.length, 12);
  assert(ofType(events, "warning").some(({ message }) => message.includes("again and again")));
});

Deno.test("schedule() moves only the one that loses the device, if others do not", async () => {
  const fuse = { by: [] };
  const members = Array.from(
    { length: 16 },
    (_, i) => onEngine(`a[${i}]`, { fuse, params: { on_engine: true, i } }),
  );
  await using executor = executorOf(
    2,
    (jobs) =>
      jobs[0].engine?.name === "webgpu" && jobs.some(({ params }) => params.i === 5)
        ? { failure: lost }
        : undefined,
  );
  const events = await run(members, automatic, executor);
  const engines = ofType(events, "stage-finished").map(({ stage, engine }) => [stage, engine]);
  assertEquals(
    Object.fromEntries(engines),
    Object.fromEntries(members.map(({ id }, i) => [id, i === 5 ? "wasm-f32" : gpu.numerics])),
  );
});

Deno.test("schedule() gives the device to one batch at a time, and works on others meanwhile", async () => {
  let onGpu = 0;
  let beside = 0;
  const members = [
    ...Array.from({ length: 6 }, (_, i) => onEngine(`g[${i}]`)),
    ...Array.from({ length: 6 }, (_, i) => ({ id: `f[${i}]`, params: { i } })),
  ];
  await using executor = executorOf(3, async ([{ engine }]) => {
    if (engine !== undefined) assertEquals(++onGpu, 1);
    else if (onGpu > 0) beside++;
    await new Promise((done) => setTimeout(done, 2));
    if (engine !== undefined) onGpu--;
  });
  const events = await run(members, gpu, executor);
  assertEquals([finished(events).ran, beside > 0], [12, true]);
  assert(executor.highest > 1);
});
