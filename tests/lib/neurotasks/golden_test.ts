// The eight published rules against reference values: periods, observations, targets, rule input, noise, mask, ideal observer,
// and the distribution of decision steps in windows of back-to-back trials (tests/reference/rnn/neurotask.json).

import { assert, assertEquals } from "@std/assert";
import type { Neurotask } from "#lib/core/neurotask.ts";
import { neurotasks } from "#lib/neurotasks/mod.ts";
import { channelsOf } from "#lib/trials/channels.ts";
import { trialLengths } from "#lib/trials/timing.ts";
import { type TrialSpec, trialWriter } from "#lib/trials/trial_writer.ts";
import { windowSource } from "#lib/trials/windows.ts";
import reference from "#tests/reference/rnn/neurotask.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";

type PerPeriod<T> = Readonly<Record<string, T>>;

/** One rule of the reference. */
interface Expected {
  readonly one_hot_index: number;
  readonly test_steps: number;
  readonly test_period_bounds_steps: PerPeriod<readonly [number, number]>;
  readonly test_decision_fraction: number;
  readonly rule_input: readonly number[];
  readonly trials_without_noise: readonly {
    readonly ground_truth: number;
    readonly coherence?: number;
    readonly observation_by_period: PerPeriod<readonly number[]>;
    readonly target_in_decision: number;
  }[];
  readonly noise_std_by_period: PerPeriod<number>;
  readonly mask_in_decision: readonly number[];
  readonly ideal_observer_accuracy_overall: number;
  readonly ideal_observer_accuracy_by_coherence?: Readonly<Record<string, number>>;
  readonly train: {
    readonly shortest_trial_steps: number;
    readonly longest_trial_steps: number;
    readonly sequence_steps: number;
    readonly expected_decision_fraction: number;
    readonly std_of_decision_fraction_over_sequences: number;
    readonly smallest_decision_steps: number;
    readonly largest_decision_steps: number;
    readonly probability_of_number_of_whole_trials: Readonly<Record<string, number>>;
  };
}

const names: Readonly<Record<string, string>> = {
  "PDM Anti": "pdm_anti",
  "PDM Pro": "pdm_pro",
  "PDM Delay": "pdm_delay",
  "PDM AntiDelay": "pdm_anti_delay",
  "GoNogo Go": "gonogo_go",
  "GoNogo Anti": "gonogo_anti",
  "GoNogo Delay": "gonogo_delay",
  "GoNogo AntiDelay": "gonogo_anti_delay",
};
const dtMs = reference.dt_ms;

for (const set of ["PDM", "GoNogo"] as const) {
  const { outputs, rule_order: order, rules } = reference[set];
  for (
    const [rule, expected] of Object.entries(rules as unknown as Readonly<Record<string, Expected>>)
  ) {
    const name = names[`${set} ${rule}`];
    const open = async () => {
      const neurotask = (await neurotasks[name as keyof typeof neurotasks]())
        .default as unknown as Neurotask;
      // As published, go/no-go has no noise.
      const params = neurotask.params.parse(set === "GoNogo" ? { sigma: 0 } : {});
      const spec: TrialSpec = {
        neurotask,
        params,
        mode: "test",
        dtMs,
        seed: 1,
        designSeed: 1,
        label: "golden",
      };
      return { neurotask, params: params as never, spec };
    };

    Deno.test(`the neurotask ${name} has the published rule input, outputs and periods`, async () => {
      const { neurotask, params, spec } = await open();
      assertEquals(neurotask.rules, order.map((one) => names[`${set} ${one}`]));
      assertEquals(neurotask.outputs(params).length, outputs);
      const { names: channels, numObserved, ruleChannel } = channelsOf(spec);
      assertEquals([channels.length, numObserved], [7, 3]);
      assertEquals(ruleChannel - numObserved, expected.one_hot_index);
      const writer = trialWriter(spec);
      const { bounds, numSteps } = writer.design(0);
      assertEquals(numSteps, expected.test_steps);
      assertEquals(bounds, expected.test_period_bounds_steps);
      const inputs = new Float32Array(7 * numSteps);
      writer.write(0, { inputs, targets: new Float32Array(numSteps) }, 0, numSteps);
      for (let step = 0; step < numSteps; step++) {
        assertEquals([...inputs.subarray(7 * step + 3, 7 * step + 7)], expected.rule_input);
      }
    });

    Deno.test(`the neurotask ${name} shows and asks what the published one does`, async () => {
      const { neurotask, params, spec } = await open();
      const { bounds, numSteps } = trialWriter(spec).design(0);
      for (const trial of expected.trials_without_noise) {
        const conditions = set === "PDM"
          ? {
            choice: trial.ground_truth,
            coherence_percent: trial.coherence!,
          }
          : { stimulus: trial.ground_truth };
        const out = {
          observation: new Float64Array(3 * numSteps),
          noise: new Float64Array(3 * numSteps),
          target: new Float64Array(numSteps),
          mask: new Float64Array(numSteps),
          scored: new Float64Array(numSteps),
        };
        const design = { conditions, bounds, numSteps, dtMs, uniform: (u: Float64Array) => u };
        neurotask.write(params, design, out);
        for (const period of neurotask.periods) {
          const [from, to] = bounds[period];
          const asked = period === "decision" ? trial.target_in_decision : 0;
          const noise = expected.noise_std_by_period[period];
          const seen = trial.observation_by_period[period];
          for (let step = from; step < to; step++) {
            assertAllClose(out.observation.subarray(3 * step, 3 * step + 3), seen, { atol: 1e-15 });
            assertAllClose(out.noise.subarray(3 * step, 3 * step + 3), [0, noise, noise], {
              atol: 1e-15,
            });
            assertEquals(out.target[step], asked);
            assertEquals(out.scored[step], period === "decision" ? 1 : 0);
          }
        }
        const [go, end] = bounds.decision;
        assertEquals([...out.mask.subarray(go, end)], expected.mask_in_decision);
        assert(out.mask.subarray(0, go).every((weight) => weight === 1));
        const share = out.scored.reduce((sum, one) => sum + one) / numSteps;
        assertEquals(share, expected.test_decision_fraction);
      }
    });

    Deno.test(`the neurotask ${name} states what an ideal observer reaches`, async () => {
      const { neurotask, params } = await open();
      const { overall, by } = neurotask.ideal(params, { mode: "test", dtMs });
      assertAllClose([overall], [expected.ideal_observer_accuracy_overall], { atol: 1e-12 });
      const byCoherence = expected.ideal_observer_accuracy_by_coherence;
      if (byCoherence === undefined) return;
      assertEquals(by!.values.map(String), Object.keys(byCoherence));
      assertAllClose(by!.accuracy, Object.values(byCoherence), { atol: 1e-12 });
    });

    Deno.test(`windows of ${name} hold the published share of decisions`, async () => {
      const { neurotask, params, spec } = await open();
      const { train } = expected;
      const { shortest, longest } = trialLengths(neurotask.timing(params, "train"), dtMs);
      assertEquals([shortest, longest], [train.shortest_trial_steps, train.longest_trial_steps]);
      const num = 3000;
      const length = train.sequence_steps;
      const source = windowSource({ ...spec, mode: "train" }, length);
      let sum = 0;
      const whole: Record<string, number> = {};
      for (let sequence = 0; sequence < num; sequence++) {
        let steps = 0;
        let ended = 0;
        for (const { design: { bounds: { decision: [go, end] } }, at } of source.trials(sequence)) {
          steps += Math.max(0, Math.min(at + end, length) - Math.min(at + go, length));
          if (at + end <= length) ended++;
        }
        assert(steps >= train.smallest_decision_steps && steps <= train.largest_decision_steps);
        sum += steps / length;
        whole[ended] = (whole[ended] ?? 0) + 1;
      }
      const error = train.std_of_decision_fraction_over_sequences / Math.sqrt(num);
      assert(Math.abs(sum / num - train.expected_decision_fraction) < 5 * error, `${sum / num}`);
      const possible = train.probability_of_number_of_whole_trials;
      assert(Object.keys(whole).every((count) => count in possible), Object.keys(whole).join());
      for (const [count, p] of Object.entries(possible)) {
        const spread = Math.sqrt(p * (1 - p) / num);
        assert(Math.abs((whole[count] ?? 0) / num - p) < 5 * spread, `${count}: ${whole[count]}`);
      }
    });
  }
}
