// What every kernel promises, for each kernel of the generated index, on every engine: it agrees with its twin, and its
// shader, its wasm function and its twin have the same buffers and uniforms. Kernels that are made for a member (one for
// each attractor) are tested where they are made, by the same functions (tests/support/kernel_runs.ts).

import { assert, assertEquals, assertGreater } from "@std/assert";
import { kernels } from "#gpu/mod.ts";
import type { FoundAdapter } from "#gpu/runtime/adapter.ts";
import { preprocess } from "#gpu/runtime/preprocess.ts";
import { reflect } from "#gpu/runtime/reflect.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Engine } from "#lib/core/engine.ts";
import type { Kernel, KernelCases, KernelIndex } from "#lib/core/kernel.ts";
import { randomStream } from "#lib/core/random.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import {
  assertAgrees,
  denormalIn,
  dirtied,
  runCase,
  runTwin,
  writtenBuffers,
} from "#tests/support/kernel_runs.ts";

for (const [name, load] of Object.entries(kernels as KernelIndex)) {
  Deno.test(`the kernel ${name} says the same in its shader, its wasm module and its twin`, async () => {
    const kernel = (await load()).default;
    assertEquals(kernel.name, name, "the file's name is the kernel's");
    const { buffers, uniforms, overrides } = reflect(preprocess(kernel));
    assertEquals(buffers.map((one) => one.name).sort(), kernel.wasm.buffers.toSorted());
    assertEquals((uniforms?.slots ?? []).map((one) => one.name).sort(), [
      ...kernel.wasm.uniforms.toSorted(),
    ]);
    const module = new WebAssembly.Module(kernel.wasm.module as BufferSource);
    const entry = WebAssembly.Module.exports(module).find((one) => one.name === kernel.wasm.entry);
    assertEquals(entry?.kind, "function", `the module has no function '${kernel.wasm.entry}'`);
    for (const device of ["gpu", "software"] as const) {
      for (const key of Object.keys(kernel.overrides(device))) {
        assert(overrides.some((one) => one.name === key), `the shader has no override '${key}'`);
      }
    }
    const labels = new Set<string>();
    for (const one of (await casesOf(kernel))(randomStream(0, "test"))) {
      assert(!labels.has(one.label), `two cases are called '${one.label}'`);
      labels.add(one.label);
      assertEquals(Object.keys(one.buffers).sort(), kernel.wasm.buffers.toSorted(), one.label);
      assertEquals(Object.keys(one.uniforms).sort(), kernel.wasm.uniforms.toSorted(), one.label);
      for (const { name: key, scalar } of buffers) {
        assertEquals(one.buffers[key] instanceof Uint32Array, scalar === "u32", `type of '${key}'`);
      }
      for (const device of ["gpu", "software"] as const) {
        for (const groups of kernel.grid(one.uniforms, kernel.overrides(device))) {
          assert(Number.isInteger(groups) && groups >= 0 && groups <= 65535, one.label);
        }
      }
    }
    assertGreater(labels.size, 4, "sizes 0, 1, a workgroup and its neighbours, large");
  });

  for (const { label, open } of processorEngines) {
    Deno.test(`the kernel ${name} agrees with its twin on ${label}`, async () => {
      await using engine = open();
      await agrees(engine, (await load()).default);
    });
  }

  Deno.test(`the kernel ${name} gives the same bytes with any number of threads`, async () => {
    const kernel = (await load()).default;
    await using one = wasmEngine(1);
    await using four = wasmEngine(4);
    await overCases(kernel, async (each) => {
      const alone = await runCase(one, kernel, each, each.buffers);
      for (const again of [four, four]) {
        const made = await runCase(again, kernel, each, each.buffers);
        for (const key of Object.keys(made)) {
          assert(sameBytes(made[key], alone[key]), `${each.label}: '${key}' differs`);
        }
      }
    });
  });

  // Both shapes on whatever adapter there is, so that the one for GPUs is tested without one.
  for (const device of ["gpu", "software"] as const) {
    gpuTest(
      `the kernel ${name} agrees with its twin on webgpu, shaped for ${device}`,
      async (adapter) => {
        await using engine = await openShaped(adapter, device);
        await agrees(engine, (await load()).default);
      },
    );
  }

  gpuTest(`the kernel ${name} gives the same bytes twice on webgpu`, async (adapter) => {
    const kernel = (await load()).default;
    await using first = await WebgpuEngine.open(navigator.gpu, adapter);
    await using second = await WebgpuEngine.open(navigator.gpu, adapter);
    await overCases(kernel, async (each) => {
      const made = await runCase(first, kernel, each, each.buffers);
      const again = await runCase(second, kernel, each, each.buffers);
      for (const key of Object.keys(made)) {
        assert(sameBytes(made[key], again[key]), `${each.label}: '${key}' differs`);
      }
    });
  });
}

/** Runs all cases, clean and on dirty buffers, and compares. */
async function agrees(engine: Engine, kernel: Kernel): Promise<void> {
  const written = writtenBuffers(kernel);
  await overCases(kernel, async (each) => {
    const expected = runTwin(kernel, each, each.buffers);
    const made = await runCase(engine, kernel, each, each.buffers);
    assertAgrees(kernel, each, each.buffers, made, expected);
    if (engine.name === "wasm") {
      for (const key of written) {
        const at = denormalIn(made[key]);
        assert(at < 0, `${each.label}: '${key}' holds a denormal number, ${made[key][at]}`);
      }
    }
    const dirty = dirtied(kernel, each, expected);
    if (Object.keys(dirty).every((key) => dirty[key] === each.buffers[key])) return;
    const remade = await runCase(engine, kernel, each, dirty);
    assertAgrees(kernel, { ...each, label: `${each.label}, dirty` }, dirty, remade, {
      ...runTwin(kernel, each, dirty),
    });
  });
}

/** Cases with fresh random numbers, some at a time; failures name the seed. */
async function overCases(
  kernel: Kernel,
  work: (each: Parameters<typeof assertAgrees>[1]) => Promise<void>,
): Promise<void> {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  try {
    const open: Promise<void>[] = [];
    for (const each of (await casesOf(kernel))(randomStream(seed, "test/kernel"))) {
      open.push(work(each));
      if (open.length === 8) await Promise.all(open.splice(0));
    }
    await Promise.all(open);
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
}

/** The cases of a kernel of the index. */
async function casesOf(kernel: Kernel): Promise<KernelCases> {
  return (await import(`#gpu/${kernel.name}/cases.ts`)).default;
}

function openShaped(found: FoundAdapter, device: "gpu" | "software"): Promise<WebgpuEngine> {
  return WebgpuEngine.open(navigator.gpu, { ...found, facts: { ...found.facts, device } });
}

function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const bytes = (view: ArrayBufferView) =>
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const [x, y] = [bytes(a), bytes(b)];
  return x.length === y.length && x.every((byte, i) => byte === y[i]);
}
