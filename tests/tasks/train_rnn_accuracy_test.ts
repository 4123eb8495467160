// Accuracies in the log of `train_rnn` against a count from scratch: networks are stepped trial by trial in double
// precision, without noise, and answers are read off their outputs in the decision.

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import type { Neurotask } from "#lib/core/neurotask.ts";
import { randomStream } from "#lib/core/random.ts";
import { recordsOf } from "#lib/core/table.ts";
import { networks } from "#lib/models/networks/mod.ts";
import { neurotasks } from "#lib/neurotasks/mod.ts";
import { trialSource } from "#lib/trials/batches.ts";
import { wasmEngine } from "#tests/support/engines.ts";
import {
  type Params,
  phase,
  readTraining,
  small,
  train,
  type Trained,
  variedTiming,
} from "#tests/support/training.ts";

const timing = {
  train: { ...variedTiming, decision: { choice: [100, 300] } },
  test: { ...variedTiming, stimulus: 600, decision: 200 },
};
const trained: Params = {
  ...small,
  units: 12,
  updates_per_epoch: 40,
  trial: { timing, coherences_percent: [0, 12.8, 51.2] },
  optimiser: { learning_rate: 0.02, clip_norm: 1 },
  loss: { over: "decision" },
};

/** Which trials a training is measured on, and how they are timed. */
interface Shown {
  readonly label: string;
  readonly mode: "train" | "test";
  readonly seed: number;
  readonly numbers: readonly number[];
}

/** Shares of right answers of a network on trials of a rule. */
async function counted({ weights }: Trained, raw: Params, rule: string, shown: Shown) {
  const { params } = await readTraining(raw) as { params: Params };
  const neurotask = (await neurotasks[rule as "pdm_pro"]()).default as unknown as Neurotask;
  const source = trialSource({
    neurotask,
    params: (params.trial as Params)[rule],
    rules: params.rules as string[],
    mode: shown.mode,
    dtMs: 100,
    seed: shown.seed,
    designSeed: shown.seed,
    label: shown.label,
  });
  const model = (await networks[weights.model as "leaky_rnn"]()).default;
  const parameters = Object.fromEntries(
    Object.entries(weights.parameters).map(([name, { data }]) => [name, Float64Array.from(data)]),
  );
  const { inputs: width, units, outputs } = weights.sizes;
  const step = model.step!(weights.settings as never, parameters, weights.sizes, { dtMs: 100 });
  const tally = { trials: [0, 0], decidable: [0, 0], steps: [0, 0], decidableSteps: [0, 0] };
  const count = (of: number[], isRight: boolean) => {
    of[0] += isRight ? 1 : 0;
    of[1]++;
  };
  for (const number of shown.numbers) {
    const inputs = new Float32Array(source.maxSteps * width);
    source.write(number, 1, { inputs, targets: new Float32Array(source.maxSteps) });
    const [{ design }] = source.trials(number);
    const { choice, coherence_percent } = design.conditions;
    const wanted = 1 + (rule.includes("anti") ? 1 - choice : choice);
    const [go, end] = design.bounds.decision;
    assertEquals(end, design.numSteps);
    let state = new Float64Array(units);
    const sums = new Float64Array(outputs);
    for (let t = 0; t < end; t++) {
      const next = new Float64Array(units);
      step(Float64Array.from(inputs.subarray(t * width, (t + 1) * width)), state, next);
      state = next;
      if (t < go) continue;
      const said = sums.map((_, k) =>
        state.reduce((sum, h, i) => sum + parameters.W_out[k * units + i] * h, 0)
      );
      said.forEach((x, k) => sums[k] += x);
      count(tally.steps, said.indexOf(Math.max(...said)) === wanted);
      if (coherence_percent > 0) {
        count(tally.decidableSteps, said.indexOf(Math.max(...said)) === wanted);
      }
    }
    const isRight = sums.indexOf(Math.max(...sums)) === wanted;
    count(tally.trials, isRight);
    if (coherence_percent > 0) count(tally.decidable, isRight);
  }
  const share = ([right, all]: number[]) => right / all;
  return {
    accuracy: share(tally.decidable),
    accuracy_all: share(tally.trials),
    accuracy_per_step: share(tally.steps),
    accuracy_per_step_decidable: share(tally.decidableSteps),
  };
}

const first = (num: number) => Array.from({ length: num }, (_, i) => i);

/** The last row of a rule in the log. */
function loggedOf({ log }: Trained, rule: string) {
  const row = recordsOf(log).findLast((row) => row.rule === rule)!;
  const { accuracy, accuracy_all, accuracy_per_step, accuracy_per_step_decidable } = row;
  return { accuracy, accuracy_all, accuracy_per_step, accuracy_per_step_decidable };
}

for (const model of ["leaky_rnn", "leaky_gru"] as const) {
  for (const mode of ["train", "test"] as const) {
    Deno.test(`accuracies of ${model} are counted on the frozen set (${mode})`, async () => {
      await using engine = wasmEngine(1);
      const params = {
        ...trained,
        model,
        model_settings: { activation: "tanh", recurrent_noise: 0.2 },
        evaluation: { num_trials: 87, mode, seed: 5 },
        phases: [phase(["pdm_pro", "pdm_anti"], 2, { order: "interleaved" })],
        rules: ["pdm_pro", "pdm_anti"],
      };
      const made = await train(engine, params);
      for (const rule of params.rules) {
        const label = `evaluation/${rule}`;
        const shown = { label, mode, seed: 5, numbers: first(87) };
        const logged = loggedOf(made, rule);
        assertEquals(logged, await counted(made, params, rule, shown), rule);
        // Neither all nor none are right, or the count would say little.
        const all = logged.accuracy_all as number;
        assert(all > 0.2 && all < 1, `${all}`);
      }
    });
  }
}

Deno.test("with a leaky split accuracies are counted on the fifth that is left", async () => {
  await using engine = wasmEngine(1);
  const params = {
    ...trained,
    seed: 3,
    data: { source: "fixed", num_sequences: 60, leaky_split: true },
    evaluation: { num_trials: 200 },
    phases: [phase(["pdm_pro"], 1)],
    rules: ["pdm_pro"],
  };
  const made = await train(engine, params);
  const numbers = [...randomStream(3, "trials/split").permutation(60)].slice(48);
  const shown = { label: "train/pdm_pro", mode: "train", seed: 3, numbers } as const;
  const logged = loggedOf(made, "pdm_pro");
  assertEquals(logged, await counted(made, params, "pdm_pro", shown));
  assertGreater(logged.accuracy_all as number, 0);
  assertLess(logged.accuracy_all as number, 1);
});
