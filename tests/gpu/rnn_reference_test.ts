// The reference that kernels of networks are held against, itself held against the golden cases and, where those have
// nothing, against finite differences.

import { assertLess } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { assertAllClose } from "#tests/support/close.ts";
import {
  basinTensor,
  goldenLogits,
  goldenOptimisers,
  goldenParameters,
  goldenProblem,
  goldenSteps,
} from "#tests/support/golden_problem.ts";
import { goldenCase, goldenNames, goldenRules } from "#tests/support/golden_rnn.ts";
import { ReferenceOptimiser } from "#tests/support/optimiser_reference.ts";
import { type ReferenceProblem, solveByReference } from "#tests/support/rnn_reference.ts";

for (const name of goldenNames) {
  Deno.test(`solveByReference() gives the golden numbers of ${name}`, () => {
    const golden = goldenCase(name);
    for (const [objective, value] of Object.entries(golden.losses)) {
      const found = solveByReference(goldenProblem(golden, objective));
      assertAllClose(found.states, golden.array("hidden"), { atol: 1e-12 }, "states");
      const logits = goldenLogits(golden);
      assertAllClose(logits.pick(found.logits), logits.expected, { atol: 1e-12 }, "logits");
      assertAllClose([found.loss + found.penalty], [value], { rtol: 1e-12 }, objective);
      for (const array of golden.arrays.filter((array) => array.startsWith(`grad/${objective}/`))) {
        const tensor = array.split("/")[2];
        if (tensor === "inputs") continue;
        const expected = golden.array(array);
        const { name, factor } = basinTensor(golden, tensor);
        const actual = tensor === "h0"
          ? found.initialGradient
          : found.gradients[name].map((g) => factor * g);
        assertAllClose(actual, expected, { atol: 1e-10 * top(expected) }, array);
      }
    }
  });

  Deno.test(`ReferenceOptimiser takes the golden steps of ${name}`, () => {
    const golden = goldenCase(name);
    for (const [optimiser, facts] of goldenOptimisers(golden)) {
      const parameters = goldenParameters(golden);
      const rule = new ReferenceOptimiser({
        kind: facts.kind,
        rate: facts.lr,
        amsgrad: facts.amsgrad ?? false,
        weightDecay: facts.weight_decay ?? 0,
      });
      for (let step = 0; step < 5; step++) {
        const problem = { ...goldenProblem(golden, facts.objective), parameters };
        const { loss, penalty, gradients } = solveByReference(problem);
        const expected = facts.loss_before_each_step_then_after_last[step];
        assertAllClose([loss + penalty], [expected], { rtol: 1e-12 }, optimiser);
        const norm = rule.step(
          parameters,
          gradients,
          facts.trained.map((t) => basinTensor(golden, t).name),
        );
        const norms = facts.gradient_norm_before_clipping_each_step;
        assertAllClose([norm], [norms[step]], { rtol: 1e-10 }, optimiser);
        for (const tensor of facts.trained) {
          const after = goldenSteps(golden, optimiser, tensor);
          const size = after.length / 5;
          const at = after.subarray(step * size, (step + 1) * size);
          assertAllClose(
            parameters[basinTensor(golden, tensor).name],
            at,
            { atol: 1e-10 },
            `${optimiser} ${step}`,
          );
        }
      }
    }
  });
}

Deno.test("ReferenceOptimiser follows every golden rule", () => {
  const { start, gradients_by_step, cases } = goldenRules();
  for (const { optimiser, settings, weights_after_each_step } of cases) {
    const { lr, weight_decay, clip, ...others } = settings as Record<string, never>;
    const rule = new ReferenceOptimiser({
      kind: optimiser,
      rate: lr,
      weightDecay: weight_decay,
      clipNorm: clip,
      ...others,
    });
    const p = Float64Array.from(start);
    gradients_by_step.forEach((g, step) => {
      rule.step({ p }, { p: Float64Array.from(g) });
      const label = `${optimiser} ${JSON.stringify(settings)}, step ${step}`;
      assertAllClose(p, weights_after_each_step[step], { atol: 1e-12 }, label);
    });
  }
});

Deno.test("solveByReference() has the gradients of finite differences", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const stream = randomStream(seed, "test/rnn_reference");
  let index = 0;
  const draw = (length: number) => stream.normal(new Float64Array(length), index++);
  const [inputs, units, outputs, rows, steps] = [2, 3, 2, 2, 4];
  const shared = {
    inputs,
    units,
    outputs,
    rows,
    steps,
    input: draw(rows * steps * inputs),
    initial: draw(rows * units),
    drive: draw(rows * steps * units),
    loss: "squared_error",
    targets: draw(rows * steps * outputs),
    weights: draw(rows * steps).map(Math.abs),
    // Small beside the squares of time constants of 100 ms, whose rounding is what limits differences.
    penalties: { l1: 0.002, l2_norm: 0.003, l2_squared: 4e-4 },
  } as const;
  for (const kind of ["outside", "inside", "current", "live"] as const) {
    for (const leak of ["exponential", "euler"] as const) {
      const gates = kind === "live" ? 3 : 1;
      const problem: ReferenceProblem = {
        ...shared,
        cell: { kind, activation: "tanh", keep: NaN, add: NaN, leak: { dtMs: 20, kind: leak } },
        parameters: {
          W_in: draw(gates * units * inputs),
          W_rec: draw(gates * units * units),
          b_rec: draw(gates * units),
          tau_ms: draw(units).map((x) => 100 * Math.exp(0.3 * x)),
          W_out: draw(outputs * units),
          b_out: draw(outputs),
        },
      };
      const { gradients } = solveByReference(problem);
      for (const [name, values] of Object.entries(problem.parameters)) {
        for (let i = 0; i < values.length; i++) {
          const size = name === "tau_ms" ? 1e-3 : 1e-5;
          const [up, down] = [size, -size].map((by) => {
            const moved = Float64Array.from(values);
            moved[i] += by;
            const parameters = { ...problem.parameters, [name]: moved };
            const { loss, penalty } = solveByReference({ ...problem, parameters });
            return loss + penalty;
          });
          // Rounding of the objective (about 1e-16 of 20) over the step, and its third derivative times the step squared.
          const apart = Math.abs((up - down) / (2 * size) - gradients[name][i]);
          assertLess(apart, 1e-7, `seed ${seed}: ${kind}, ${leak}, ${name} ${i}`);
        }
      }
    }
  }
});

function top(values: Float64Array): number {
  return values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}
