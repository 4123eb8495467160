// Networks on every engine against the golden numbers: states, logits, losses, gradients of every objective, and five steps
// of every optimiser. Tolerances as the golden numbers' README has them, for float64 on `ref` and float32 elsewhere.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Engine } from "#lib/core/engine.ts";
import leakyGru from "#lib/models/networks/leaky_gru.ts";
import leakyRnn from "#lib/models/networks/leaky_rnn.ts";
import vanillaRnn from "#lib/models/networks/vanilla_rnn.ts";
import { optimiserSchema } from "#lib/training/optimiser.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { processorEngines } from "#tests/support/engines.ts";
import { type GoldenCase, goldenCase, goldenNames } from "#tests/support/golden_rnn.ts";
import {
  basinTensor,
  goldenLogits,
  goldenOptimisers,
  goldenProblem,
  goldenSteps,
} from "#tests/support/golden_problem.ts";
import { cellConstants, solveOnEngine, trainOnEngine } from "#tests/support/rnn_engine.ts";
import { webgpuEngine } from "#tests/support/webgpu_engine.ts";

/** Models and settings that the cells of golden cases are. */
function modelOf(golden: GoldenCase) {
  const { kind, activation, dt_ms = 20, tau_ms = 100, alpha, heads } = golden;
  const bias_out = golden.arrays.some((name) => /weights\/(b_out|c)$/.test(name));
  const shared = { activation, bias_out };
  const leaky = { ...shared, tau_ms };
  const dtMs = heads === undefined ? dt_ms : 1;
  const euler = {
    ...shared,
    leak: "euler",
    tau_ms: dtMs / (alpha ?? 1),
    unit_taus: heads !== undefined,
  };
  const [model, settings] = kind === "leaky_rnn"
    ? [leakyRnn, leaky] as const
    : kind === "pyrnn_discrete"
    ? [vanillaRnn, shared] as const
    : kind.startsWith("leaky_gru")
    ? [leakyGru, { ...leaky, reset_gate: kind.replace("leaky_gru_", "") }] as const
    : kind === "pyrnn_ctrnn"
    ? [leakyRnn, { ...euler, form: "current" }] as const
    : [leakyRnn, {
      ...euler,
      form: kind.endsWith("inside") ? "leak_inside" : "leak_outside",
    }] as const;
  return { model, settings: model.params.parse(settings) as never, dtMs };
}

Deno.test("models tell programs what the golden cases are", () => {
  for (const name of goldenNames) {
    const golden = goldenCase(name);
    const { model, settings, dtMs } = modelOf(golden);
    const problem = goldenProblem(golden, Object.keys(golden.losses)[0]);
    const { noise, ...expected } = cellConstants(problem);
    const told = model.constants(settings, { dtMs });
    assertEquals(told.noise, noise, name);
    for (const [key, value] of Object.entries(expected)) {
      if (key === "dt_ms" || told[key] === undefined) continue;
      // Not read where every unit has its own.
      if ((key === "keep" || key === "gain") && expected.leak > 0) continue;
      assertAlmostEquals(told[key], value, 1e-15, `${name}, ${key}`);
    }
    const required = model === leakyGru ? ["reset_gate"] : ["form"];
    for (const key of [...required, "activation", "keep", "gain", "leak"]) {
      assert(key in told, `${name}: ${key}`);
    }
    const { inputs, units, outputs } = problem;
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
}

gpuTest("networks have all golden numbers on webgpu", async (_, t) => {
  await using engine = await webgpuEngine();
  for (const name of goldenNames) {
    await t.step(name, () => hasGoldenNumbers(engine, goldenCase(name)));
  }
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
    const logits = goldenLogits(golden);
    near(logits.pick(found.logits), logits.expected, limits.states, "logits");
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
      const { name, factor } = basinTensor(golden, tensor);
      const before = problems[i].parameters[name];
      const after = descents[i].parameters[0][name];
      // A time constant of 100 has no room for its gradient beside it in float32.
      const isShown = name !== "tau_ms" || engine.name === "ref";
      if (isShown) {
        near(after.map((p, k) => factor * (before[k] - p)), expected, size, `${array}, by descent`);
      }
      const isPlain = Object.keys(problems[i].penalties ?? {}).length === 0;
      if (isPlain) near(found.gradients[name].map((g) => factor * g), expected, size, array);
    }
  });
  for (const [name, facts] of goldenOptimisers(golden)) {
    const [training] = await trainOnEngine(engine, [goldenProblem(golden, facts.objective)], {
      optimiser: optimiserSchema.parse({
        kind: facts.amsgrad === true ? "amsgrad" : facts.kind,
        learning_rate: facts.lr,
        weight_decay: facts.weight_decay ?? 0,
      }),
      updates: 5,
      trained: facts.trained.map((tensor) => basinTensor(golden, tensor).name),
    });
    const sums = training.losses.map((loss, step) => loss + training.penalties[step]);
    const losses = facts.loss_before_each_step_then_after_last.slice(0, 5);
    assertAllClose(sums, losses, { rtol: limits.loss }, `${golden.name}, ${name}, losses`);
    const norms = facts.gradient_norm_before_clipping_each_step;
    assertAllClose(training.norms, norms, { rtol: limits.gradient }, `${golden.name}, ${name}`);
    for (const tensor of facts.trained) {
      const after = goldenSteps(golden, name, tensor);
      const found = training.parameters.flatMap((
        all,
      ) => [...all[basinTensor(golden, tensor).name]]);
      const where = `${golden.name}, ${name}, ${tensor}`;
      assertAllClose(found, after, { atol: limits.weights }, where);
    }
    for (
      const [tensor, start] of Object.entries(goldenProblem(golden, facts.objective).parameters)
    ) {
      if (facts.trained.some((one) => basinTensor(golden, one).name === tensor)) continue;
      const frozen = engine.name === "ref" ? start : Float32Array.from(start);
      assertAllClose(training.parameters[4][tensor], frozen, {}, `${tensor}, frozen`);
    }
  }
}
