// The engine of a worker: kept, thrown away, and never another one than the one asked for.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EngineError, type EngineRequest } from "#lib/core/engine.ts";
import type { StageFailure } from "#lib/core/executor.ts";
import { err, ok } from "#lib/core/result.ts";
import { EngineKeeper } from "#lib/executors/engine_keeper.ts";
import { type JobContext, thrown } from "#lib/executors/run_job.ts";
import { type FakeEngine, fakeEngine, lost } from "#tests/support/fake_engine.ts";

const wasm: EngineRequest = { name: "wasm", numerics: "wasm-f32", threads: 1 };
const context = { signal: new AbortController().signal, progress: () => {} };

function keeperOf(open = (request: EngineRequest) => fakeEngine(request)) {
  const opened: FakeEngine[] = [];
  const keeper = new EngineKeeper((request) => {
    opened.push(open(request));
    return Promise.resolve(opened.at(-1)!);
  });
  const use = (request: EngineRequest | undefined, work: (context: JobContext) => unknown) =>
    keeper.use(request, context, async (given) => {
      try {
        return ok(await work(given));
      } catch (error) {
        return err(thrown(error));
      }
    });
  return { keeper, opened, use };
}

Deno.test("EngineKeeper opens one engine for many jobs, and another for another request", async () => {
  const { opened, use } = keeperOf();
  for (let i = 0; i < 3; i++) await use(wasm, ({ engine }) => engine!.threads);
  assertEquals(opened.length, 1);
  await use({ ...wasm, threads: 2 }, ({ engine }) => assertEquals(engine!.threads, 2));
  assertEquals([opened.length, opened[0].calls.at(-1)], [2, "dispose"]);
  await use(undefined, ({ engine }) => assertEquals(engine, undefined));
  await use({ ...wasm, threads: 2 }, () => {});
  assertEquals(opened.length, 2);
});

Deno.test("EngineKeeper says which engine was used, by the engine's own word", async () => {
  const { use } = keeperOf();
  assertEquals(
    await use(wasm, ({ engine }) => engine!.name),
    ok({ value: "wasm", engine: "wasm-f32" }),
  );
  assertEquals(await use(wasm, () => 1), ok({ value: 1 }));
  assertEquals(await use(undefined, () => 1), ok({ value: 1 }));
});

Deno.test("EngineKeeper refuses an engine of another class", async () => {
  const { opened, use } = keeperOf((request) => fakeEngine(request, "ref-f64"));
  const used = await use(wasm, () => assert(false, "it ran"));
  assertStringIncludes(used.ok ? "" : used.error.message, "keyed for wasm-f32");
  assertEquals(opened[0].calls, ["dispose"]);
});

Deno.test("EngineKeeper throws an engine away with what a failed job left on it", async () => {
  const { opened, use } = keeperOf();
  const refused = await use(wasm, () => {
    throw new EngineError("no such kernel");
  });
  assertEquals(failureOf(refused), ["threw", "EngineError: no such kernel"]);
  assertEquals(opened[0].calls, ["dispose"]);
  const gone = await use(wasm, () => {
    throw lost();
  });
  assertEquals(failureOf(gone), ["device-lost", "the device went away"]);
  assertEquals(opened.length, 2);
});

Deno.test("EngineKeeper fails work that left its engine in error, though it ended well", async () => {
  const { opened, use } = keeperOf();
  const work = (broken: Error) => ({ engine }: JobContext) => {
    (engine as FakeEngine).broken = broken;
  };
  const refused = await use(wasm, work(new EngineError("out of bounds")));
  assertEquals(failureOf(refused), ["threw", "EngineError: out of bounds"]);
  assertEquals(failureOf(await use(wasm, work(lost()))), ["device-lost", "the device went away"]);
  assertEquals(opened.map(({ calls }) => calls), [["settle", "dispose"], ["settle", "dispose"]]);
});

Deno.test("EngineKeeper takes a GPU that cannot be opened for lost, and nothing else", async () => {
  const open = () => {
    throw new EngineError("no adapter");
  };
  const { use } = keeperOf(open);
  const gpu = { name: "webgpu", numerics: "webgpu-f32/x", threads: 1 } as const;
  const [reason, message] = failureOf(await use(gpu, () => {}));
  assertEquals(reason, "device-lost");
  assertStringIncludes(message, "no adapter");
  assertEquals(failureOf(await use(wasm, () => {}))[0], "threw");
});

function failureOf(used: { ok: boolean; error?: StageFailure }): [string, string] {
  assert(!used.ok && used.error !== undefined);
  return [used.error.reason, used.error.message];
}
