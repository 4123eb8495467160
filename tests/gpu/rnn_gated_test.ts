// The program of gated networks beside what all networks are tested for: what it keeps, how far its steps lie apart, what it
// has no room for, and that no gradient is left from before.

import { assertEquals, assertThrows } from "@std/assert";
import { gatedProgram, resetGates } from "#gpu/rnn/gated.ts";
import type { SweepBuffers, SweepShape } from "#gpu/rnn/program.ts";
import { randomStream } from "#lib/core/random.ts";
import leakyGru from "#lib/models/networks/leaky_gru.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import { webgpuEngine } from "#tests/support/webgpu_engine.ts";
import type { Engine, EngineBuffer } from "#lib/core/engine.ts";

const shape: SweepShape = {
  models: 2,
  rows: 9,
  steps: 5,
  inputs: 3,
  units: 6,
  outputs: 2,
  parameters: 3 * 6 * (3 + 6 + 1) + 12,
  slots: 1,
};
const constants = {
  activation: 2,
  reset_gate: 0,
  keep: 0.8,
  gain: 0.2,
  at_W_in: 0,
  at_W_rec: 54,
  at_b_rec: 54 + 108,
};

/** A forward and a backward pass; what parts of the gradients were before is `before`. */
async function pass(engine: Engine, before: number): Promise<readonly number[]> {
  const owned: EngineBuffer[] = [];
  const drawn = randomStream(3, "test/gated");
  const random = (length: number, index: number) => {
    const buffer = engine.upload(drawn.normal(new Float64Array(length), index).map((x) => x / 2));
    owned.push(buffer);
    return buffer;
  };
  const { models, rows, steps, units, inputs, parameters } = shape;
  const batch = models * rows * steps;
  const gradients = engine.upload(new Float64Array(models * parameters).fill(before));
  const slots = engine.upload(Uint32Array.of(0, steps, 0, steps - 2));
  owned.push(gradients, slots);
  const program = gatedProgram();
  const buffers: SweepBuffers = {
    slots,
    parameters: random(models * parameters, 0),
    gradients,
    inputs: random(rows * steps * inputs, 1),
    noise: random(1, 2),
    states: random(models * rows * (steps + 1) * units, 3),
    work: random(batch * program.workPerStep(shape, constants), 4),
    stateGradients: random(batch * units, 5),
    initialGradients: random(models * rows * units, 6),
  };
  program.forward(engine, shape, buffers, constants);
  program.backward(engine, shape, buffers, constants);
  const found = await engine.download(gradients);
  program[Symbol.dispose]();
  for (const buffer of owned) buffer[Symbol.dispose]();
  return [...found];
}

for (const { label, open } of processorEngines) {
  Deno.test(`gatedProgram() writes its gradients anew and no others on ${label}`, async () => {
    await using engine = open();
    const [zeros, sevens] = [await pass(engine, 0), await pass(engine, 7)];
    const own = shape.parameters - 12;
    sevens.forEach((value, i) => {
      const isOwn = i % shape.parameters < own;
      assertEquals(value, isOwn ? zeros[i] : 7, `number ${i}`);
    });
  });
}

Deno.test("gatedProgram() gives back what it keeps", async () => {
  await using engine = wasmEngine(2);
  await pass(engine, 0);
  assertEquals(engine.numBuffers, 0);
});

Deno.test("gatedProgram() keeps steps off powers of two, and has room for terms of time constants", () => {
  using program = gatedProgram();
  const numbers = (units: number, leak: number) =>
    program.workPerStep({ ...shape, units }, { ...constants, leak });
  assertEquals([numbers(6, 0), numbers(6, 1), numbers(128, 0)], [24, 30, 528]);
});

gpuTest("gatedProgram() refuses more units than a shader has room for", async () => {
  await using engine = await webgpuEngine();
  using program = gatedProgram();
  const large = { ...shape, units: 897 };
  for (const direction of ["forward", "backward"] as const) {
    const run = () => program[direction](engine, large, {} as SweepBuffers, constants);
    assertThrows(run, RangeError, "897");
  }
});

Deno.test("leaky_gru numbers its reset gates as the program does", () => {
  for (const [code, reset_gate] of resetGates.entries()) {
    const settings = leakyGru.params.parse({ reset_gate });
    assertEquals(leakyGru.constants(settings, { dtMs: 20 }).reset_gate, code);
  }
});
