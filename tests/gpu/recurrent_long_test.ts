// Loops longer than the 65,535 turns after which software adapters leave them: networks through many steps, and sums of
// many trials. And what shaders have no room for.

import { assertGreater, assertThrows } from "@std/assert";
import { recurrentProgram } from "#gpu/rnn/recurrent.ts";
import type { SweepBuffers, SweepShape } from "#gpu/rnn/program.ts";
import type { Engine } from "#lib/core/engine.ts";
import { randomStream } from "#lib/core/random.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { wasmEngine } from "#tests/support/engines.ts";
import { webgpuEngine } from "#tests/support/webgpu_engine.ts";

const constants = {
  activation: 4,
  form: 0,
  leak: 0,
  keep: 0.8,
  gain: 0.2,
  at_W_in: 0,
  at_W_rec: 12,
  at_b_rec: 12 + 144,
};

gpuTest(
  "recurrentProgram() goes through more steps than a shader's loops may have turns",
  async () => {
    // 1,500 steps of 12 units: more than 65,535 products in a row; 44 rows of them: as many terms in each sum.
    const shape = shapeOf({ rows: 44, steps: 1500, units: 12 });
    assertGreater(shape.steps * shape.rows, 65535);
    const made = await onWebgpu((engine) => pass(engine, shape));
    await using wasm = wasmEngine(2);
    const expected = await pass(wasm, shape);
    for (const [i, name] of ["states", "gradients", "gradient of initial states"].entries()) {
      let largest = 0;
      for (const x of expected[i]) largest = Math.max(largest, Math.abs(x));
      assertAllClose(made[i], expected[i], { atol: 2e-5 * largest }, name);
    }
  },
);

gpuTest("recurrentProgram() refuses more units than a shader has room for", async () => {
  await onWebgpu((engine) => {
    using program = recurrentProgram();
    const shape = shapeOf({ rows: 1, steps: 1, units: 897 });
    const none = {} as SweepBuffers;
    for (const direction of ["forward", "backward"] as const) {
      assertThrows(() => program[direction](engine, shape, none, constants), RangeError, "897");
    }
    return Promise.resolve();
  });
});

function shapeOf(
  { rows, steps, units }: { readonly rows: number; readonly steps: number; readonly units: number },
): SweepShape {
  const parameters = units + units * units + units;
  return { models: 1, rows, steps, inputs: 1, units, outputs: 1, parameters, slots: 1 };
}

async function onWebgpu<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
  await using engine = await webgpuEngine();
  return await work(engine);
}

/** States and gradients of a network, of random numbers that are always the same. */
async function pass(engine: Engine, shape: SweepShape) {
  const { rows, steps, units, parameters } = shape;
  const random = randomStream(3, "test/long");
  const normal = (length: number, scale: number, i: number) =>
    engine.upload(random.normal(new Float64Array(length), i).map((x) => scale * x));
  using program = recurrentProgram();
  const buffers = {
    slots: engine.upload(Uint32Array.of(0, steps)),
    parameters: normal(parameters, 0.25, 1),
    gradients: engine.allocate(parameters),
    inputs: normal(rows * steps, 1, 2),
    noise: engine.allocate(1),
    states: engine.allocate(rows * (steps + 1) * units),
    work: engine.allocate(rows * steps * program.workPerStep(shape, constants)),
    stateGradients: normal(rows * steps * units, 1, 3),
    initialGradients: engine.allocate(rows * units),
  };
  program.forward(engine, shape, buffers, constants);
  program.backward(engine, shape, buffers, constants);
  const { states, gradients, initialGradients } = buffers;
  const made = await Promise.all(
    [states, gradients, initialGradients].map((b) => engine.download(b)),
  );
  for (const buffer of Object.values(buffers)) buffer[Symbol.dispose]();
  return made;
}
