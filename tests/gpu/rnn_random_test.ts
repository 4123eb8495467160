// Networks on every engine against the reference, on random weights and sizes: cells, activations, losses, time constants
// that are trained, drive, models of unequal length side by side. Each draw is fresh; its seed is in the message.

import { assert, assertEquals, assertLess } from "@std/assert";
import type { Engine } from "#lib/core/engine.ts";
import { optimiserSchema } from "#lib/training/optimiser.ts";
import { Constraint } from "#lib/training/update_row.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import { ReferenceOptimiser, type ReferenceRule } from "#tests/support/optimiser_reference.ts";
import { type ProblemChoice, randomProblem } from "#tests/support/random_networks.ts";
import { solveOnEngine, trainOnEngine } from "#tests/support/rnn_engine.ts";
import { type ReferenceProblem, solveByReference } from "#tests/support/rnn_reference.ts";
import { webgpuEngine } from "#tests/support/webgpu_engine.ts";

const seed = crypto.getRandomValues(new Uint32Array(1))[0];
const kinds = ["outside", "inside", "current", "dead", "live", "live_state_gated"] as const;
const activations = ["leaky_relu", "relu", "softplus", "tanh", "sigmoid", "identity"] as const;

/** One of each axis, vectors and panels ± 1, a row block and one more. */
const sizes: readonly Partial<ProblemChoice>[] = [
  { inputs: 1, units: 1, outputs: 2, rows: 1, steps: 1 },
  { inputs: 3, units: 4, outputs: 2, rows: 8, steps: 2 },
  { inputs: 8, units: 7, outputs: 5, rows: 9, steps: 7 },
  { inputs: 5, units: 17, outputs: 3, rows: 3, steps: 12 },
  { inputs: 2, units: 33, outputs: 4, rows: 17, steps: 5 },
];

for (const { label, open } of processorEngines) {
  for (const kind of kinds) {
    Deno.test(`networks agree with the reference on ${label}, ${kind}`, async () => {
      await using engine = open();
      await agrees(engine, kind);
    });
  }
  Deno.test(`optimisers agree with the reference on ${label}`, async () => {
    await using engine = open();
    await updates(engine);
    await constrained(engine);
  });
}

Deno.test("networks and updates are the same bytes on any number of threads, in any order", async () => {
  const engines = [1, 2, 4].map((threads) => wasmEngine(threads));
  try {
    for (const kind of kinds) {
      const choice = { kind, activation: "softplus", loss: "cross_entropy", keep: 0.6 } as const;
      const problems = [0, 1, 2].map((i) =>
        randomProblem(seed + i, { ...choice, ...sizes[4], rows: 19, steps: 4 + i })
      );
      const turned = problems.toReversed();
      const optimiser = optimiserSchema.parse({ kind: "adam", clip_norm: 0.1 });
      const [one, two, four] = await Promise.all(
        engines.map(async (engine, i) => {
          const given = i === 1 ? turned : problems;
          const solved = await solveOnEngine(engine, given);
          const trained = await trainOnEngine(engine, given, { optimiser, updates: 3 });
          const both = solved.map((solution, k) => ({ solution, trained: trained[k] }));
          return i === 1 ? both.toReversed() : both;
        }),
      );
      assertEquals(two, one, `seed ${seed}, ${kind}: 2 threads, turned around`);
      assertEquals(four, one, `seed ${seed}, ${kind}: 4 threads`);
    }
  } finally {
    for (const engine of engines) await engine[Symbol.asyncDispose]();
  }
});

gpuTest("networks and optimisers agree with the reference on webgpu", async (_, t) => {
  await using engine = await webgpuEngine();
  for (const kind of kinds) await t.step(kind, () => agrees(engine, kind));
  await t.step("optimisers", () => updates(engine));
  await t.step("constraints", () => constrained(engine));
});

/** Rounding of some ten steps and sums of some hundred terms, relative to the size of the terms. */
function allowed(engine: Engine): number {
  return engine.name === "ref" ? 1e-12 : 5e-6;
}

async function agrees(engine: Engine, kind: ProblemChoice["kind"]): Promise<void> {
  for (const [i, activation] of activations.entries()) {
    for (const loss of ["cross_entropy", "squared_error"] as const) {
      const choice = { kind, activation, loss, ...sizes[(i + (loss[0] === "s" ? 2 : 0)) % 5] };
      await sideBySide(engine, {
        ...choice,
        keep: 0.15 * i,
        drive: i % 2 === 0,
        tau: (["none", "exponential", "euler"] as const)[i % 3],
        outputBias: i % 2 === 1,
        activity: i % 2 === 1,
        ...(i % 3 === 2 ? { outputs: 6, groups: 3 } : {}),
      });
    }
  }
}

/** Three models with parameters, batches and lengths of their own; then each alone: the same bytes. */
async function sideBySide(engine: Engine, choice: ProblemChoice): Promise<void> {
  const steps = choice.steps ?? 6;
  const problems = [steps, Math.max(1, steps - 3), steps].map((steps, i) =>
    randomProblem(seed + i, { ...choice, steps })
  );
  const found = await solveOnEngine(engine, problems);
  for (const [model, problem] of problems.entries()) {
    const expected = solveByReference({ ...problem, penalties: {} });
    const where = `seed ${seed}, ${JSON.stringify({ ...choice, model })}`;
    const near = (actual: Float64Array, right: Float64Array, terms: number, what: string) =>
      assertAllClose(actual, right, { atol: allowed(engine) * terms }, `${where}, ${what}`);
    const top = (values: Iterable<number>) => Math.max(...[...values].map(Math.abs));
    near(found[model].states, expected.states, Math.max(1, top(expected.states)), "states");
    near(found[model].logits, expected.logits, Math.max(1, top(expected.logits)), "logits");
    // Every gradient is a sum of terms, weighted as the loss is, that may cancel down to nothing.
    const all = Object.values(expected.gradients).flatMap((gradient) => [...gradient]);
    const terms = Math.max(top(all), Array.from(problem.weights).reduce((sum, w) => sum + w, 0));
    near(Float64Array.of(found[model].loss), Float64Array.of(expected.loss), terms, "loss");
    const active = [found[model].activity, expected.activity].map((x) => Float64Array.of(x));
    near(active[0], active[1], Math.max(1, expected.activity), "activity");
    const { right, answers } = expected;
    assertEquals([found[model].right, found[model].answers], [right, answers], where);
    assertEquals(found[model].beyond, 0, `${where}: beyond its steps`);
    near(found[model].initialGradient, expected.initialGradient, terms, "initial state");
    for (const [name, gradient] of Object.entries(expected.gradients)) {
      near(found[model].gradients[name], gradient, terms, name);
    }
  }
  // The short model alone has less room after each row; the others have the room that they had.
  const alone = await solveOnEngine(engine, [problems[2]]);
  assertEquals(alone[0], found[2], `seed ${seed}: fused and alone`);
  const shorter = await solveOnEngine(engine, [problems[1]]);
  assertEquals(shorter[0], found[1], `seed ${seed}: with more room and with less`);
}

const rules: readonly { readonly params: Record<string, unknown>; readonly rule: ReferenceRule }[] =
  [
    { params: { kind: "adam" }, rule: { kind: "adam", rate: 0.001 } },
    {
      params: { kind: "adam", beta_1: 0.8, beta_2: 0.99, epsilon: 1e-3, weight_decay: 0.1 },
      rule: { kind: "adam", rate: 0.001, betas: [0.8, 0.99], eps: 1e-3, weightDecay: 0.1 },
    },
    {
      params: { kind: "amsgrad", learning_rate: 0.01, clip_norm: 0.05 },
      rule: { kind: "adam", amsgrad: true, rate: 0.01, clipNorm: 0.05 },
    },
    {
      params: { kind: "sgd", learning_rate: 0.05, momentum: 0.9, nesterov: true, clip_value: 0.02 },
      rule: { kind: "sgd", rate: 0.05, momentum: 0.9, nesterov: true, clipValue: 0.02 },
    },
    {
      params: {
        kind: "sgd",
        learning_rate: 0.05,
        momentum: 0.5,
        clip_norm: 0.1,
        weight_decay: 0.05,
      },
      rule: { kind: "sgd", rate: 0.05, momentum: 0.5, clipNorm: 0.1, weightDecay: 0.05 },
    },
  ];

async function updates(engine: Engine): Promise<void> {
  for (const [i, { params, rule }] of rules.entries()) {
    const kind = kinds[i % kinds.length];
    const penalties = { l1: 1e-3 * (i % 2), l2_norm: 2e-3, l2_squared: 1e-3 * (i % 3) };
    const choice = {
      kind,
      activation: "tanh",
      loss: "cross_entropy",
      keep: 0.7,
      penalties,
    } as const;
    const problems = [0, 1].map((n) => randomProblem(seed + n, { ...choice, ...sizes[2] }));
    const trained = i % 2 === 0 ? undefined : ["W_rec", "W_out"];
    const found = await trainOnEngine(engine, problems, {
      optimiser: optimiserSchema.parse(params),
      updates: 4,
      ...(trained && { trained }),
    });
    problems.forEach((problem, model) => follows(engine, problem, found[model], rule, trained));
  }
}

/** Every constraint, drawn weight by weight: what is asked for holds exactly after each update. */
async function constrained(engine: Engine): Promise<void> {
  const kept: Readonly<Record<number, (p: number) => number>> = {
    [Constraint.free]: (p) => p,
    [Constraint.notNegative]: (p) => Math.max(0, p),
    [Constraint.notPositive]: (p) => Math.min(0, p),
    [Constraint.reflectPositive]: (p) => Math.abs(p),
    [Constraint.reflectNegative]: (p) => -Math.abs(p),
    [Constraint.absent]: () => 0,
    [Constraint.zeroed]: () => 0,
  };
  const codes = Object.keys(kept).map(Number);
  const problem = randomProblem(seed, {
    kind: "live",
    activation: "tanh",
    loss: "cross_entropy",
    penalties: { l1: 1e-3, l2_norm: 1e-3 },
    ...sizes[2],
  });
  const lengths = Object.values(problem.parameters).map(({ length }) => length);
  const constraints = Float32Array.from(
    { length: lengths.reduce((sum, n) => sum + n, 0) },
    (_, i) => codes[(i * 5 + seed) % codes.length],
  );
  let at = 0;
  const byName = Object.fromEntries(
    Object.entries(problem.parameters).map(([name, data]) => {
      const own = constraints.subarray(at, at += data.length);
      return [name, own];
    }),
  );
  const start = Object.fromEntries(
    Object.entries(problem.parameters).map(([name, data]) => [
      name,
      Float64Array.from(data, (p, i) => kept[byName[name][i]](p)),
    ]),
  );
  const rule: ReferenceRule = { kind: "sgd", rate: 0.1, momentum: 0.9, clipNorm: 1 };
  const [found] = await trainOnEngine(engine, [{ ...problem, parameters: start }], {
    optimiser: optimiserSchema.parse({
      kind: "sgd",
      learning_rate: 0.1,
      momentum: 0.9,
      clip_norm: 1,
    }),
    updates: 4,
    constraints,
  });
  const optimiser = new ReferenceOptimiser(rule);
  for (let step = 0; step < 4; step++) {
    const { gradients } = solveByReference({ ...problem, parameters: start });
    for (const [name, gradient] of Object.entries(gradients)) {
      gradient.forEach((_, i) => {
        if (byName[name][i] === Constraint.absent) gradient[i] = 0;
      });
    }
    const norm = optimiser.step(start, gradients);
    assertAllClose(
      [found.norms[step]],
      [norm],
      { rtol: 2 * allowed(engine) },
      `seed ${seed}, norm`,
    );
    for (const [name, data] of Object.entries(start)) {
      data.forEach((p, i) => data[i] = kept[byName[name][i]](p));
      const after = found.parameters[step][name];
      const where = `seed ${seed}, step ${step}, ${name}`;
      assertAllClose(after, data, { atol: 4 * allowed(engine) }, where);
      after.forEach((p, i) => {
        const code = byName[name][i];
        assert(p === kept[code](p) || Object.is(p, -0), `${where} ${i}: ${p} with code ${code}`);
      });
    }
  }
}

function follows(
  engine: Engine,
  problem: ReferenceProblem,
  found: Awaited<ReturnType<typeof trainOnEngine>>[number],
  rule: ReferenceRule,
  trained: readonly string[] | undefined,
): void {
  const parameters = Object.fromEntries(
    Object.entries(problem.parameters).map(([name, data]) => [name, Float64Array.from(data)]),
  );
  const optimiser = new ReferenceOptimiser(rule);
  const where = `seed ${seed}, ${JSON.stringify({ ...rule, trained })}`;
  for (let step = 0; step < found.losses.length; step++) {
    const { loss, penalty, gradients } = solveByReference({ ...problem, parameters });
    const before = Object.values(parameters).map((data) => data.slice());
    const norm = optimiser.step(parameters, gradients, trained);
    const told = [found.losses[step], found.penalties[step], found.norms[step]];
    assertAllClose(told, [loss, penalty, norm], { rtol: allowed(engine) }, `${where}, ${step}`);
    Object.entries(parameters).forEach(([name, data], at) => {
      for (let k = 0; k < data.length; k++) {
        // Adam divides by the size of the gradient: where that is next to nothing, f32 cannot say which way to go.
        if (rule.kind === "adam" && Math.abs(gradients[name][k]) < 1e-4 * norm) {
          parameters[name][k] = found.parameters[step][name][k];
          continue;
        }
        const apart = Math.abs(found.parameters[step][name][k] - data[k]);
        const moved = Math.abs(data[k] - before[at][k]) + 10 * rule.rate;
        assertLess(
          apart,
          allowed(engine) * (Math.abs(data[k]) + moved) + 1e-15,
          `${where}, step ${step}, ${name} ${k}`,
        );
      }
    });
  }
}
