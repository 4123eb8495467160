// Updates of parameters on every engine: the golden rules, what stays as it is, penalties, clipping, constraints.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { openOptimiser, type OptimiserSettings } from "#gpu/rnn/optimise.ts";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import type { Engine } from "#lib/core/engine.ts";
import { randomStream } from "#lib/core/random.ts";
import {
  numMoments,
  type Optimiser,
  optimiserSchema,
  type Penalties,
  penaltiesSchema,
  writeUpdateRow,
} from "#lib/training/optimiser.ts";
import { Constraint, UpdatePart, updateRowLength } from "#lib/training/update_row.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import { goldenRules } from "#tests/support/golden_rnn.ts";
import { webgpuEngine } from "#tests/support/webgpu_engine.ts";

const seed = crypto.getRandomValues(new Uint32Array(1))[0];

for (const { label, open } of processorEngines) {
  Deno.test(`openOptimiser() makes the golden updates on ${label}`, async () => {
    await using engine = open();
    await golden(engine);
  });
  Deno.test(`openOptimiser() leaves frozen tensors and their moments alone on ${label}`, async () => {
    await using engine = open();
    await frozen(engine);
  });
  Deno.test(`openOptimiser() holds constraints on ${label}`, async () => {
    await using engine = open();
    await constrained(engine);
  });
  Deno.test(`openOptimiser() adds gradients of penalties on ${label}`, async () => {
    await using engine = open();
    await penalised(engine);
  });
}

gpuTest("openOptimiser() works on webgpu as elsewhere", async (_, t) => {
  await using engine = await webgpuEngine();
  await t.step("golden updates", () => golden(engine));
  await t.step("frozen tensors", () => frozen(engine));
  await t.step("constraints", () => constrained(engine));
  await t.step("penalties", () => penalised(engine));
});

/** What an optimiser makes of some steps: parameters after each, and what the rows tell. */
async function updated(
  engine: Engine,
  given: {
    readonly start: readonly number[];
    readonly gradients: readonly (readonly number[])[];
    readonly optimiser: Optimiser;
    readonly penalties?: Penalties;
    readonly settings?: Partial<OptimiserSettings>;
  },
) {
  const { start, gradients, optimiser, penalties, settings } = given;
  const models = settings?.models ?? 1;
  using sweep = openOptimiser(engine, {
    models,
    tensors: [start.length / models],
    numMoments: numMoments(optimiser),
    updates: gradients.length,
    ...settings,
  });
  const rows = new Float64Array(gradients.length * models * updateRowLength);
  for (let i = 0; i < gradients.length * models; i++) {
    const update = 1 + Math.floor(i / models);
    writeUpdateRow(rows, i * updateRowLength, { optimiser, penalties, update });
  }
  sweep.plan(rows);
  using parameters = engine.upload(Float64Array.from(start));
  const after: number[][] = [];
  for (const [i, own] of gradients.entries()) {
    using buffer = engine.upload(Float64Array.from(own));
    sweep.update({ parameters, gradients: buffer }, i);
    after.push([...await engine.download(parameters)]);
  }
  const [told, moments] = await Promise.all([
    engine.download(sweep.rows),
    engine.download(sweep.moments),
  ]);
  return { after, told: [...told], moments: [...moments] };
}

async function golden(engine: Engine): Promise<void> {
  const { start, gradients_by_step: gradients, cases } = goldenRules();
  assertEquals(cases.length, 9);
  for (const { optimiser: kind, settings, weights_after_each_step: right } of cases) {
    const { lr, clip, amsgrad, ...others } = settings;
    const optimiser = optimiserSchema.parse({
      kind: amsgrad ? "amsgrad" : kind,
      learning_rate: lr,
      ...(clip === undefined ? {} : { clip_norm: clip }),
      ...others,
    });
    const { after } = await updated(engine, { start, gradients, optimiser });
    assertAllClose(
      after.flat(),
      right.flat(),
      { atol: engine.name === "ref" ? 1e-12 : 1e-6 },
      `${kind} ${JSON.stringify(settings)}`,
    );
  }
}

/** Numbers with zeros of both signs among them, and more than a segment of them. */
function drawn(length: number, label: string): number[] {
  return normal(length, label).map((x, i) => i % 9 === 3 ? 0 : i % 9 === 5 ? -0 : x);
}

function normal(length: number, label: string): number[] {
  const numbers = randomStream(seed, label).normal(new Float64Array(length));
  return [...numbers].map(Math.fround);
}

async function frozen(engine: Engine): Promise<void> {
  const tensors = [5, 2100, 3];
  const start = drawn(2 * 2108, "test/start");
  const gradients = normal(2 * 2108, "test/gradients");
  const moments = Float64Array.from(
    drawn(2 * 2 * 2108, "test/moments"),
    (x) => Math.fround(x * x),
  );
  const given = {
    start,
    gradients: [gradients],
    optimiser: optimiserSchema.parse({ kind: "adam", weight_decay: 0.1 }),
    penalties: penaltiesSchema.parse({ l1: 0.1, l2_norm: 0.1, l2_squared: 0.1 }),
    settings: { models: 2, tensors, moments, trainable: Uint32Array.of(1, 0, 1, 0, 1, 0) },
  };
  const { after: [after], moments: kept, told } = await updated(engine, given);
  await using ref = new RefEngine();
  const { after: [exact] } = await updated(ref, given);
  const isTrained = (i: number) => {
    const [model, at] = [Math.floor(i / 2108), i % 2108];
    return (at >= 5 && at < 2105) === (model === 1);
  };
  for (const [i, value] of after.entries()) {
    if (!isTrained(i)) assert(Object.is(value, start[i]), `seed ${seed}: parameter ${i} moved`);
    // In single precision a step of less than half a unit of the last place leaves a parameter where it is.
    else if (value === start[i]) {
      const step = Math.abs(exact[i] - start[i]);
      const isLost = engine.name !== "ref" && step <= 1.001 * 2 ** -24 * Math.abs(start[i]);
      assert(isLost, `seed ${seed}: parameter ${i}, ${start[i]}, stayed where ${step} was due`);
    }
  }
  for (const [i, value] of kept.entries()) {
    const [model, at] = [Math.floor(i / 4216), i % 2108];
    if (!isTrained(model * 2108 + at)) {
      assert(Object.is(value, moments[i]), `seed ${seed}: moment ${i} moved`);
    }
  }
  // The penalties count frozen tensors too.
  for (const model of [0, 1]) {
    const own = start.slice(model * 2108, (model + 1) * 2108);
    const squares = (from: number, to: number) =>
      own.slice(from, to).reduce((s, x) => s + x * x, 0);
    const norms = Math.sqrt(squares(0, 5)) + Math.sqrt(squares(5, 2105)) +
      Math.sqrt(squares(2105, 2108));
    const value = 0.1 * (own.reduce((s, x) => s + Math.abs(x), 0) + norms + squares(0, 2108));
    assertAllClose(
      [told[model * updateRowLength + UpdatePart.penalty]],
      [value],
      { rtol: engine.name === "ref" ? 1e-12 : 2e-6 },
      `seed ${seed}, penalty of model ${model}`,
    );
    // The norm, by which gradients are clipped, does not.
    let square = 0;
    for (const [from, to] of model === 1 ? [[5, 2105]] : [[0, 5], [2105, 2108]]) {
      const size = Math.sqrt(squares(from, to));
      for (let i = from; i < to; i++) {
        const p = own[i];
        square += (gradients[model * 2108 + i] + 0.1 * Math.sign(p) + 0.1 * p / size + 0.2 * p) **
          2;
      }
    }
    assertAllClose(
      [told[model * updateRowLength + UpdatePart.gradientNorm]],
      [Math.sqrt(square)],
      { rtol: engine.name === "ref" ? 1e-12 : 1e-5 },
      `seed ${seed}, norm of model ${model}`,
    );
  }
}

async function constrained(engine: Engine): Promise<void> {
  const start = [0.05, 0.05, -0.05, -0.05, 0.05, -0.05, 0, 0];
  const codes = Float32Array.of(
    Constraint.free,
    Constraint.notNegative,
    Constraint.notPositive,
    Constraint.free,
    Constraint.reflectPositive,
    Constraint.reflectNegative,
    Constraint.absent,
    Constraint.zeroed,
  );
  // Each step goes 0.1 towards the other side of zero.
  const gradients = [[1, 1, -1, -1, 1, -1, 1, 1]];
  const optimiser = optimiserSchema.parse({ kind: "sgd", learning_rate: 0.1 });
  const { after: [after], moments, told } = await updated(engine, {
    start,
    gradients,
    optimiser,
    settings: { constraints: codes },
  });
  assertAllClose(after, [-0.05, 0, 0, 0.05, 0.05, -0.05, 0, 0], { atol: 1e-7 });
  assertEquals(moments, [1, 1, -1, -1, 1, -1, 0, 1], "absent connections have no gradient");
  assertAllClose([told[UpdatePart.gradientNorm]], [Math.sqrt(7)], { rtol: 1e-6 });
  // A row of codes for each model.
  const rows = Float32Array.of(Constraint.notNegative, Constraint.free);
  const { after: [two] } = await updated(engine, {
    start: [0.05, 0.05],
    gradients: [[1, 1]],
    optimiser,
    settings: { models: 2, tensors: [1], constraints: rows },
  });
  assertAllClose(two, [0, -0.05], { atol: 1e-7 });
}

/** Against differences of the penalties' own definition. */
async function penalised(engine: Engine): Promise<void> {
  const tensors = [2500, 40, 3, 0];
  const start = drawn(2543, "test/penalties");
  // A tensor of zeros: its norm has no slope there.
  start.fill(0, 2540);
  const penalties = penaltiesSchema.parse({ l1: 0.02, l2_norm: 0.3, l2_squared: 0.05 });
  const gradient = drawn(2543, "test/penalties/gradients");
  const optimiser = optimiserSchema.parse({ kind: "sgd", learning_rate: 1, clip_norm: 7 });
  const { after: [after], told } = await updated(engine, {
    start,
    gradients: [gradient],
    optimiser,
    penalties,
    settings: { tensors },
  });
  const norms = [[0, 2500], [2500, 2540], [2540, 2543]].flatMap(([from, to]) => {
    const norm = Math.hypot(...start.slice(from, to));
    return new Array<number>(to - from).fill(norm);
  });
  const full = gradient.map((g, i) => {
    const p = start[i];
    return g + 0.02 * Math.sign(p) + (norms[i] > 0 ? 0.3 * p / norms[i] : 0) + 0.1 * p;
  });
  const norm = Math.hypot(...full);
  const exact = engine.name === "ref";
  assertAllClose(
    [told[UpdatePart.gradientNorm], told[UpdatePart.clipFactor]],
    [norm, 7 / (norm + 1e-6)],
    { rtol: exact ? 1e-12 : 5e-6 },
    `seed ${seed}`,
  );
  assertAllClose(
    after,
    full.map((g, i) => start[i] - g * 7 / (norm + 1e-6)),
    { atol: exact ? 1e-12 : 3e-6 },
    `seed ${seed}`,
  );
}

Deno.test("openOptimiser() gives each of several models the bytes that it has alone", async () => {
  await using engine = wasmEngine(4);
  const optimiser = optimiserSchema.parse({ kind: "amsgrad", clip_norm: 0.5 });
  const penalties = penaltiesSchema.parse({ l2_norm: 0.1 });
  const tensors = [2100, 7];
  const [start, gradients] = [drawn(3 * 2107, "test/fused"), drawn(3 * 2107, "test/fused/g")];
  const together = await updated(engine, {
    start,
    gradients: [gradients, gradients],
    optimiser,
    penalties,
    settings: { models: 3, tensors },
  });
  for (const model of [0, 1, 2]) {
    const own = <T>(all: readonly T[]) => all.slice(model * 2107, (model + 1) * 2107);
    const alone = await updated(engine, {
      start: own(start),
      gradients: [own(gradients), own(gradients)],
      optimiser,
      penalties,
      settings: { tensors },
    });
    assertEquals(alone.after[1], own(together.after[1]), `seed ${seed}, model ${model}`);
  }
});

Deno.test("openOptimiser() goes on from moments as if it had never stopped", async () => {
  await using engine = wasmEngine(1);
  const optimiser = optimiserSchema.parse({ kind: "adam" });
  const gradients = [0, 1, 2, 3].map((i) => drawn(50, `test/more/${i}`));
  const start = drawn(50, "test/more");
  const whole = await updated(engine, { start, gradients, optimiser });
  const half = await updated(engine, { start, gradients: gradients.slice(0, 2), optimiser });
  using rest = openOptimiser(engine, {
    models: 1,
    tensors: [50],
    numMoments: 2,
    updates: 2,
    moments: Float64Array.from(half.moments),
  });
  const rows = new Float64Array(2 * updateRowLength);
  [3, 4].forEach((update, i) => writeUpdateRow(rows, i * updateRowLength, { optimiser, update }));
  rest.plan(rows);
  using parameters = engine.upload(Float64Array.from(half.after[1]));
  for (const i of [0, 1]) {
    using buffer = engine.upload(Float64Array.from(gradients[2 + i]));
    rest.update({ parameters, gradients: buffer }, i);
  }
  assertEquals([...await engine.download(parameters)], whole.after[3], `seed ${seed}`);
});

Deno.test("openOptimiser() refuses flags, constraints and moments of other shapes", async () => {
  await using engine = new RefEngine();
  const settings = { models: 2, tensors: [3, 4], numMoments: 2, updates: 1 };
  const refused = (more: Partial<OptimiserSettings>, words: string) =>
    assertThrows(() => openOptimiser(engine, { ...settings, ...more }), RangeError, words);
  refused({ trainable: new Uint32Array(3) }, "3 numbers of flags of trainable tensors: 4 are");
  refused({ constraints: new Float32Array(8) }, "8 numbers of constraints: 7 or 14 are");
  refused({ moments: new Float32Array(14) }, "14 numbers of moments: 28 are");
});
