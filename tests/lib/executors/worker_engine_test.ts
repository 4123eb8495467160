// Engines in workers: the real ones, behind everything that workers take away.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { digestOf } from "#lib/core/digest.ts";
import type { EngineRequest } from "#lib/core/engine.ts";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import { bundleOf, execute, jobOf } from "#tests/support/executor_cases.ts";
import { gpuTest } from "#tests/support/adapter.ts";

const wasm: EngineRequest = { name: "wasm", numerics: "wasm-f32", threads: 1 };
const ref: EngineRequest = { name: "ref", numerics: "ref-f64", threads: 1 };
const back = `
  using buffer = context.engine.upload(Float32Array.of(1, 2, 0.1));
  const data = await context.engine.download(buffer);
  return { n: new Uint8Array(data.buffer.slice(0)) };`;

function engineJob(body: string, engine?: EngineRequest) {
  const code = bundleOf(body).replace(
    "outputs: {}",
    `outputs: { n: { kind: "n", encode: (n) => ({ n }) } }`,
  );
  return { ...jobOf(code), ...(engine === undefined ? {} : { engine }) };
}

Deno.test("WorkersExecutor gives jobs the engine of their key, and says which it was", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  for (const engine of [wasm, ref, wasm, { ...wasm, threads: 2 }]) {
    const result = await execute(executor, engineJob(back, engine));
    assert(result.ok, JSON.stringify(result));
    assertEquals(result.value.engine, engine.numerics);
    const { n } = result.value.outputs.n.files;
    assertEquals(n.length, engine.name === "ref" ? 24 : 12);
  }
  const unused = await execute(executor, engineJob("return { n: new Uint8Array(1) };", wasm));
  assert(unused.ok && unused.value.engine === undefined);
});

Deno.test("WorkersExecutor gives no engine to jobs without one, nor one of another class", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const without = await execute(executor, engineJob(back));
  assertStringIncludes(without.ok ? "" : without.error.message, "this stage has no engine");
  const other = await execute(executor, engineJob(back, { ...wasm, numerics: "wasm-f16" }));
  assertStringIncludes(other.ok ? "" : other.error.message, "wasm-f16 was asked for");
});

Deno.test("WorkersExecutor keeps tasks away from the GPU behind the engine", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  for (
    const gpu of [
      "navigator.gpu",
      `Object.getOwnPropertyDescriptor(Object.getPrototypeOf(navigator), "gpu").get.call(navigator)`,
    ]
  ) {
    const result = await execute(executor, engineJob(`return { n: ${gpu} };`, wasm));
    assertStringIncludes(result.ok ? "" : result.error.message, "navigator.gpu is not there");
  }
});

Deno.test("WorkersExecutor takes a lost device and a refused one for what they are", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const lost = `throw Object.assign(new Error("gone"), { name: "DeviceLostError" });`;
  const result = await execute(executor, engineJob(lost, wasm));
  assert(!result.ok);
  assertEquals(result.error, { reason: "device-lost", message: "gone" });
  const after = await execute(executor, engineJob(back, wasm));
  assertEquals(after.ok && after.value.engine, "wasm-f32");
});

gpuTest("WorkersExecutor opens the GPU in a worker without permissions", async ({ facts }) => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const { numerics } = facts;
  const gpu: EngineRequest = { name: "webgpu", numerics, threads: 1 };
  const result = await execute(executor, engineJob(back, gpu));
  assert(result.ok, JSON.stringify(result));
  assertEquals(result.value.engine, numerics);
  assertEquals(
    new Float32Array(result.value.outputs.n.files.n.buffer as ArrayBuffer)[2],
    Math.fround(0.1),
  );
});

gpuTest(
  "WorkersExecutor runs all jobs on the GPU in one worker, one at a time",
  async ({ facts }) => {
    await using executor = new WorkersExecutor({ slots: 3 });
    const engine: EngineRequest = { name: "webgpu", numerics: facts.numerics, threads: 1 };
    const body = `
  if (globalThis.busy) throw new Error("two at a time");
  globalThis.busy = true;
  using buffer = context.engine.upload(Float32Array.of(1));
  await context.engine.download(buffer);
  globalThis.busy = false;
  return { n: Uint8Array.of(++globalThis.count) };`;
    const job = (engine?: EngineRequest) => {
      const { bundle, ...rest } = engineJob(body, engine);
      const code = `globalThis.count = 0;\n${bundle.code}`;
      return { ...rest, bundle: { digest: digestOf(code), code } };
    };
    const results = await Promise.all([1, 2, 3].map(() => execute(executor, job(engine))));
    const counts = results.map((result) => result.ok ? result.value.outputs.n.files.n[0] : result);
    assertEquals(counts, [1, 2, 3]);
  },
);
