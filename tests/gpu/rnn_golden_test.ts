// Networks on every engine against the golden numbers: states, logits, losses, gradients of every objective, and five steps
// of every optimiser. Tolerances as the golden numbers' README has them, for float64 on `ref` and float32 elsewhere.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { openOptimiser } from "#gpu/rnn/optimise.ts";
import type { Engine } from "#lib/core/engine.ts";
import leakyGru from "#lib/models/networks/leaky_gru.ts";
import leakyRnn from "#lib/models/networks/leaky_rnn.ts";
import { numMoments, optimiserSchema, writeUpdateRow } from "#lib/training/optimiser.ts";
import { updateRowLength } from "#lib/training/update_row.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { processorEngines } from "#tests/support/engines.ts";
import {
  basinNames,
  type GoldenCase,
  goldenCase,
  goldenNames,
  goldenRules,
} from "#tests/support/golden_rnn.ts";
import { goldenProblem } from "#tests/support/golden_problem.ts";
import { cellConstants, solveOnEngine, trainOnEngine } from "#tests/support/rnn_engine.ts";
import { webgpuEngine } from "#tests/support/webgpu_engine.ts";

/** Models and settings that the cells of golden cases are. */
function modelOf({ kind, activation, dt_ms, tau_ms, alpha }: GoldenCase) {
  const shared = { activation, tau_ms: tau_ms ?? 100, bias_out: alpha !== undefined };
  const euler = { ...shared, tau_ms: 20 / (alpha ?? 1), leak: "euler" };
  const gate = kind.replace("leaky_gru_", "");
  const [model, settings] = kind === "leaky_rnn"
    ? [leakyRnn, shared] as const
    : kind === "euler_inside"
    ? [leakyRnn, { ...euler, form: "leak_inside" }] as const
    : kind === "euler_outside"
    ? [leakyRnn, { ...euler, form: "leak_outside" }] as const
    : [leakyGru, { ...shared, reset_gate: gate }] as const;
  const parsed = model.params.parse(settings) as never;
  return { model, settings: parsed, dtMs: dt_ms ?? 20 };
}

Deno.test("models tell programs what the golden cases are", () => {
  for (const name of goldenNames) {
    const golden = goldenCase(name);
    const { model, settings, dtMs } = modelOf(golden);
    const problem = goldenProblem(golden, "ce_mean");
    const { noise, ...expected } = cellConstants(problem);
    const told = model.constants(settings, { dtMs });
    assertEquals(told.noise, noise, name);
    for (const [key, value] of Object.entries(expected)) {
      if (key === "dt_ms" || told[key] === undefined) continue;
      assertAlmostEquals(told[key], value, 1e-15, `${name}, ${key}`);
    }
    const required = model === leakyRnn ? ["form"] : ["reset_gate"];
    for (const key of [...required, "activation", "keep", "gain", "leak"]) {
      assert(key in told, `${name}: ${key}`);
    }
    const { inputs, units, outputs } = golden;
    const sizes = { inputs, units, outputs };
    const shapes = model.parameters(settings, sizes);
    assertEquals(
      shapes.map(({ name, shape }) => [name, shape.reduce((product, n) => product * n, 1)]),
      Object.entries(problem.parameters).map(([name, { length }]) => [name, length]),
    );
  }
});

interface Limits {
  readonly states: number;
  readonly loss: number;
  /** Relative to the largest entry of the tensor. */
  readonly gradient: number;
  readonly weights: number;
}
const single: Limits = { states: 5e-6, loss: 1e-6, gradient: 1e-5, weights: 2e-6 };
const double: Limits = { states: 1e-12, loss: 1e-12, gradient: 1e-10, weights: 1e-10 };

for (const { label, open } of processorEngines) {
  for (const name of goldenNames) {
    Deno.test(`networks have the golden numbers of ${name} on ${label}`, async () => {
      await using engine = open();
      await hasGoldenNumbers(engine, goldenCase(name));
    });
  }
  Deno.test(`optimisers follow the golden rules on ${label}`, async () => {
    await using engine = open();
    await followsGoldenRules(engine);
  });
}

gpuTest("networks have all golden numbers on webgpu", async (_, t) => {
  await using engine = await webgpuEngine();
  for (const name of goldenNames) {
    await t.step(name, () => hasGoldenNumbers(engine, goldenCase(name)));
  }
  await t.step("optimisers", () => followsGoldenRules(engine));
});

async function hasGoldenNumbers(engine: Engine, golden: GoldenCase): Promise<void> {
  const limits = engine.name === "ref" ? double : single;
  const objectives = Object.keys(golden.losses);
  const problems = objectives.map((objective) => goldenProblem(golden, objective));
  // All objectives at once: models with equal batches that are given twice are equal to themselves, too.
  const solutions = await solveOnEngine(engine, problems);
  // One step of plain descent at rate 1 shows the whole gradient, penalties included.
  const descents = await trainOnEngine(engine, problems, {
    optimiser: optimiserSchema.parse({ kind: "sgd", learning_rate: 1 }),
    updates: 1,
  });
  objectives.forEach((objective, i) => {
    const found = solutions[i];
    const where = `${golden.name}, ${objective}`;
    const near = (actual: ArrayLike<number>, expected: Float64Array, size: number, what: string) =>
      assertAllClose(actual, expected, { atol: size }, `${where}, ${what}`);
    near(found.states, golden.array("hidden"), limits.states, "states");
    near(found.logits, golden.array("logits"), limits.states, "logits");
    const value = found.loss + descents[i].penalties[0];
    assertAllClose([value], [golden.losses[objective]], { rtol: limits.loss }, where);
    for (const array of golden.arrays.filter((name) => name.startsWith(`grad/${objective}/`))) {
      const expected = golden.array(array);
      const size = limits.gradient * Math.max(...expected.map(Math.abs));
      const tensor = array.split("/")[2];
      if (tensor === "inputs") continue;
      if (tensor === "h0") {
        near(found.initialGradient, expected, size, array);
        continue;
      }
      const name = basinNames[tensor];
      const before = problems[i].parameters[name];
      const after = descents[i].parameters[0][name];
      near(after.map((p, k) => before[k] - p), expected, size, `${array}, by descent`);
      const isPlain = Object.keys(problems[i].penalties ?? {}).length === 0;
      if (isPlain) near(found.gradients[name], expected, size, array);
    }
  });
  for (const [name, facts] of Object.entries(golden.optimisers)) {
    const [training] = await trainOnEngine(engine, [goldenProblem(golden, facts.objective)], {
      optimiser: optimiserSchema.parse({ kind: "adam", learning_rate: facts.lr }),
      updates: 5,
      trained: facts.trained.map((tensor) => basinNames[tensor]),
    });
    const sums = training.losses.map((loss, step) => loss + training.penalties[step]);
    const losses = facts.loss_before_each_step_then_after_last.slice(0, 5);
    assertAllClose(sums, losses, { rtol: limits.loss }, `${golden.name}, ${name}, losses`);
    const norms = facts.gradient_norm_before_clipping_each_step;
    assertAllClose(training.norms, norms, { rtol: limits.gradient }, `${golden.name}, ${name}`);
    for (const tensor of facts.trained) {
      const after = golden.array(`optimiser/${name}/${tensor}`);
      const found = training.parameters.flatMap((all) => [...all[basinNames[tensor]]]);
      const where = `${golden.name}, ${name}, ${tensor}`;
      assertAllClose(found, after, { atol: limits.weights }, where);
    }
    for (const [tensor, start] of Object.entries(goldenProblem(golden, "ce_mean").parameters)) {
      if (facts.trained.some((one) => basinNames[one] === tensor)) continue;
      const frozen = engine.name === "ref" ? start : Float32Array.from(start);
      assertAllClose(training.parameters[4][tensor], frozen, {}, `${tensor}, frozen`);
    }
  }
}

/** Update rules on given gradients, all twelve steps. */
async function followsGoldenRules(engine: Engine): Promise<void> {
  const { start, gradients_by_step, cases } = goldenRules();
  for (const { optimiser: kind, settings, weights_after_each_step } of cases) {
    const { lr, amsgrad, clip, ...others } = settings;
    const optimiser = optimiserSchema.parse({
      kind: amsgrad === true ? "amsgrad" : kind,
      learning_rate: lr,
      ...(clip !== undefined && { clip_norm: clip }),
      ...others,
    });
    const updates = gradients_by_step.length;
    using rule = openOptimiser(engine, {
      models: 1,
      tensors: [start.length],
      numMoments: numMoments(optimiser),
      updates,
    });
    const rows = new Float64Array(updates * updateRowLength);
    for (let i = 0; i < updates; i++) {
      writeUpdateRow(rows, i * updateRowLength, { optimiser, update: i + 1 });
    }
    rule.plan(rows);
    using parameters = engine.upload(Float64Array.from(start));
    using gradients = engine.allocate(start.length);
    const after = [];
    for (let i = 0; i < updates; i++) {
      engine.write(gradients, Float64Array.from(gradients_by_step[i]));
      rule.update({ parameters, gradients }, i);
      after.push(engine.download(parameters));
    }
    const atol = engine.name === "ref" ? 1e-12 : 1e-6;
    const label = `${kind} ${JSON.stringify(settings)}`;
    (await Promise.all(after)).forEach((found, i) =>
      assertAllClose(
        Float64Array.from(found),
        weights_after_each_step[i],
        { atol },
        `${label}, ${i}`,
      )
    );
  }
}
