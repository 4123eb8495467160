// The kernels `ode_ensemble` and `ode_network` for every system and method: they agree with their twins on every engine.

import { variants as ensembles } from "#gpu/ode_ensemble.ts";
import { variants as networks } from "#gpu/ode_network.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Engine } from "#lib/core/engine.ts";
import type { Kernel, KernelCase } from "#lib/core/kernel.ts";
import { randomStream } from "#lib/core/random.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { processorEngines } from "#tests/support/engines.ts";
import { assertAgrees, runTwin } from "#tests/support/kernel_runs.ts";

type AnyCase = KernelCase<string, string>;

const variants = [...ensembles, ...networks];

for (const { label, open } of processorEngines) {
  Deno.test(`the kernels for ensembles agree with their twins on ${label}`, async () => {
    await using engine = open();
    for (const kernel of variants) await agrees(engine, kernel);
  });
}

for (const device of ["gpu", "software"] as const) {
  gpuTest(
    `the kernels for ensembles agree with their twins on webgpu, shaped for ${device}`,
    async (adapter) => {
      const shaped = { ...adapter, facts: { ...adapter.facts, device } };
      await using engine = await WebgpuEngine.open(navigator.gpu, shaped);
      for (const kernel of variants) await agrees(engine, kernel);
    },
  );
}

/** All cases in flight at once, because a wait for a device costs more than most of them. */
async function agrees(engine: Engine, kernel: Kernel): Promise<void> {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const cases = [...kernel.cases(randomStream(seed, "test/kernel"))];
  await Promise.all(cases.map(async (each) => {
    const made = await runCase(engine, kernel, each);
    try {
      assertAgrees(kernel, each, each.buffers, made, runTwin(kernel, each, each.buffers));
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }));
}

/** What a dispatch writes. */
async function runCase(engine: Engine, kernel: Kernel, { buffers, uniforms }: AnyCase) {
  using stack = new DisposableStack();
  const placed = Object.fromEntries(
    Object.entries(buffers).map(([name, data]) => [name, stack.use(engine.upload(data))]),
  );
  engine.dispatch(kernel, placed, uniforms);
  const [state, points] = await Promise.all([
    engine.download(placed.state),
    engine.download(placed.points),
  ]);
  return { state, points };
}
