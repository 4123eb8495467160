// Closed forms of ideal observers against simulations on the trials themselves.

import { assert, assertEquals } from "@std/assert";
import type { Neurotask } from "#lib/core/neurotask.ts";
import { accuracyOfRing, accuracyOfTwoChannels } from "#lib/neurotasks/_ideal_observer.ts";
import gonogo from "#lib/neurotasks/gonogo_anti.ts";
import pdm from "#lib/neurotasks/pdm_anti.ts";
import rate from "#lib/neurotasks/rate_decision.ts";
import reaching from "#lib/neurotasks/reaching_pro.ts";
import { trialSource } from "#lib/trials/batches.ts";
import { type Draws, fresh } from "../math/linalg/fresh.ts";

const dtMs = 100;
const num = 4000;

/** Short trials, so that a simulation has many; durations vary. */
const timing = {
  test: { fixation: 100, stimulus: { choice: [200, 500, 1000] }, decision: 100 },
};

/** Trials with the sums of the observed channels over the stimulus. */
function* sums(
  // deno-lint-ignore no-explicit-any
  neurotask: Neurotask<any>,
  raw: Record<string, unknown>,
  seed: number,
) {
  const params = neurotask.params.parse({ timing, ...raw });
  const spec = { neurotask, params, mode: "test", dtMs, seed, designSeed: seed } as const;
  const source = trialSource({ ...spec, label: "ideal", rules: [neurotask.name] });
  const { channels, maxSteps, targetWidth } = source;
  const out = {
    inputs: new Float32Array(maxSteps * channels.length),
    targets: new Float32Array(maxSteps * targetWidth),
  };
  for (let i = 0; i < num; i++) {
    source.write(i, 1, out);
    const [{ design: { bounds, conditions } }] = source.trials(i);
    const sum = new Float64Array(channels.length);
    const [from, to] = bounds.stimulus;
    for (let step = from; step < to; step++) {
      for (let c = 0; c < sum.length; c++) sum[c] += out.inputs[step * sum.length + c];
    }
    const at = bounds.decision[0] * targetWidth;
    yield { sum, conditions, target: [...out.targets.subarray(at, at + targetWidth)] };
  }
}

function requireShare(right: number, expected: number, what: string): void {
  const share = right / num;
  const spread = Math.sqrt(Math.max(expected * (1 - expected), 1 / num) / num);
  assert(Math.abs(share - expected) < 5 * spread, `${what}: ${share} instead of ${expected}`);
}

Deno.test("ideal() of decisions is what summing the two channels reaches", () => {
  fresh((draws: Draws) => {
    for (const [neurotask, raw] of [[pdm, { sigma: 3 }], [gonogo, { sigma: 40 }]] as const) {
      let right = 0;
      for (const { sum, target } of sums(neurotask, raw, draws.seed)) {
        // Both rules are inverted.
        const found = sum[1] > sum[2] ? 1 : 0;
        right += Number(target[0] === (neurotask === pdm ? 1 + found : found));
      }
      const params = neurotask.params.parse({ timing, ...raw }) as never;
      const { overall } = neurotask.ideal(params, { mode: "test", dtMs });
      requireShare(right, overall, neurotask.name);
    }
  });
});

Deno.test("ideal() of several choices is what the summed population vector reaches", () => {
  fresh((draws: Draws) => {
    for (const num_choices of [2, 3, 5]) {
      const raw = { num_choices, sigma: 2 };
      let right = 0;
      for (const { sum, target } of sums(rate, raw, draws.seed)) {
        let best = 0;
        const along = (choice: number) => {
          let total = 0;
          for (let j = 0; j < num_choices; j++) {
            total += Math.cos(2 * Math.PI * (j - choice) / num_choices) * sum[1 + j];
          }
          return total;
        };
        for (let j = 1; j < num_choices; j++) if (along(j) > along(best)) best = j;
        right += Number(target[0] === 1 + best);
      }
      const params = rate.params.parse({ timing, ...raw }) as never;
      const { overall } = rate.ideal(params, { mode: "test", dtMs });
      requireShare(right, overall, `${num_choices} choices`);
    }
  });
});

Deno.test("ideal() of reaching is what the summed population vector reaches", () => {
  fresh((draws: Draws) => {
    const raw = { num_ring: 5, sigma: 20, tolerance_degrees: 30 };
    const params = reaching.params.parse({ timing, ...raw });
    let right = 0;
    for (const { sum, target } of sums(reaching, raw, draws.seed)) {
      const found = Float64Array.of(0, 0);
      for (let k = 0; k < 5; k++) {
        found[0] += sum[1 + k] * Math.cos(2 * Math.PI * k / 5);
        found[1] += sum[1 + k] * Math.sin(2 * Math.PI * k / 5);
      }
      const length = Math.hypot(...found);
      const hand = found.map((value) => value / length);
      right += Number(reaching.isCorrect!(params, hand, Float64Array.from(target)));
    }
    const { overall } = reaching.ideal(params, { mode: "test", dtMs });
    requireShare(right, overall, "reaching");
  });
});

Deno.test("accuracyOfRing() of a half circle is that of two channels", () => {
  fresh((draws: Draws) => {
    // Within a quarter turn to either side: the sign of one Gaussian, as in a choice between two.
    const noise = draws.integer(1, 50) / 10;
    const numChannels = draws.integer(3, 20);
    const amplitude = draws.integer(1, 20) / 20;
    const steps = draws.integer(1, 50);
    const half = accuracyOfRing(
      { amplitude, numChannels, noise, halfWidth: Math.PI / 2 },
      steps,
      1,
    );
    const signal = amplitude * Math.sqrt(numChannels);
    assert(Math.abs(half - accuracyOfTwoChannels(signal, noise, steps, 1)) < 1e-9, `${half}`);
  });
});

Deno.test("accuracies without noise, signal or stimulus are what they must be", () => {
  assertEquals(accuracyOfTwoChannels(1, 0, 100, 100), 1);
  assertEquals(accuracyOfTwoChannels(0, 0, 100, 100), 0.5);
  assertEquals(accuracyOfTwoChannels(1, 1, 0, 100), 0.5);
  const ring = { amplitude: 1, numChannels: 4, noise: 0, halfWidth: Math.PI / 4 };
  assertEquals(accuracyOfRing(ring, 100, 100), 1);
  assertEquals(accuracyOfRing({ ...ring, amplitude: 0 }, 100, 100), 0.25);
  assertEquals(accuracyOfRing(ring, 0, 100), 0.25);
});
