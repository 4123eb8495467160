// The kernels `ode_ensemble` and `ode_network` for every system and method: they agree with their twins on every engine.

import { assert, assertEquals } from "@std/assert";
import { type OdeVariant, odeVariant } from "#gpu/ode/cases.ts";
import { memberTables, quadTable } from "#gpu/ode/layout.ts";
import { variants as ensembles } from "#gpu/ode_ensemble/cases.ts";
import { variants as networks } from "#gpu/ode_network/cases.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Engine } from "#lib/core/engine.ts";
import type { Kernel, KernelCase } from "#lib/core/kernel.ts";
import point from "#lib/models/attractors/point.ts";
import { randomStream } from "#lib/core/random.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import { assertAgrees, denormalIn, runTwin } from "#tests/support/kernel_runs.ts";

type AnyCase = KernelCase<string, string>;

const variants = [...ensembles, ...networks];

for (const { label, open } of processorEngines) {
  Deno.test(`the kernels for ensembles agree with their twins on ${label}`, async () => {
    await using engine = open();
    for (const variant of variants) await agrees(engine, variant);
  });
}

for (const device of ["gpu", "software"] as const) {
  gpuTest(
    `the kernels for ensembles agree with their twins on webgpu, shaped for ${device}`,
    async (adapter) => {
      const shaped = { ...adapter, facts: { ...adapter.facts, device } };
      await using engine = await WebgpuEngine.open(navigator.gpu, shaped);
      for (const variant of variants) await agrees(engine, variant);
    },
  );
}

Deno.test("states that decay lie among denormal numbers for no more than 64 steps on wasm", async () => {
  await using engine = wasmEngine(1);
  const { kernel } = odeVariant(point, "euler", 2);
  const member = { h: 0.25, noise: 0, key: [0, 0], substeps: 1, discard: 2 ** 20 } as const;
  const params = point.params.parse({ units: 2 });
  const constants = point.engine!.constants(params);
  const stretches = [{ member: 0, firstTrial: 0, numTrials: 4 }];
  const tables = memberTables([{ ...member, constants }]);
  using quads = engine.upload(quadTable(stretches));
  using members = engine.upload(tables.members);
  using numbers = engine.upload(tables.constants);
  const ones = new Float32Array(8).fill(1);
  using state = engine.upload(ones);
  using points = engine.allocate(1);
  // Rounded to the nearest, a denormal number that loses a quarter of itself a step never gets to zero.
  const run = async (first: number, length: number) => {
    engine.dispatch(kernel, { quads, members, constants: numbers, state, points }, {
      num_quads: 1,
      first_point: 0,
      num_points: 0,
      first_step: first,
      num_steps: length,
      num_units: 2,
    });
    return await engine.download(state);
  };
  for (let step = 0; step < 320; step += 64) {
    assertEquals(denormalIn(await run(step, 64)), -1, `after step ${step + 64}`);
  }
  engine.write(state, ones);
  assert((await run(0, 200)).every((x: number) => x > 0));
  // The same steps, wherever dispatches begin.
  for (let step = 200; step < 400; step += 50) await run(step, 50);
  assertEquals(await run(400, 50), new Float32Array(8));
});

/** All cases in flight at once, because a wait for a device costs more than most of them. */
async function agrees(engine: Engine, { kernel: made, cases: casesOf }: OdeVariant): Promise<void> {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const kernel = made as unknown as Kernel;
  const cases = [...casesOf(randomStream(seed, "test/kernel"))];
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
