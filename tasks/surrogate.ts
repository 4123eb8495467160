// Surrogates of trajectories: data that share some of what was measured and lack the rest, so that a score has something
// to be compared with. One per seed: `matrix: { seed: "${{ range(99) }}" }` makes an axis of 99, and the step
// `surrogate_test` of `aggregate` the p value. What each method keeps is in lib/math/statistics/{phase,order}_surrogates.ts.

import { z } from "zod";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { backwards, shiftInCircle, takeRows } from "#lib/math/statistics/order_surrogates.ts";
import {
  adjustAmplitudes,
  randomisePhases,
  type Series,
} from "#lib/math/statistics/phase_surrogates.ts";
import { inTermsOf } from "./_delays.ts";
import { exampleTrajectories } from "./_states.ts";

const params = z.strictObject({
  method: z.enum([
    "time_reversal",
    "phase_randomised",
    "amplitude_adjusted",
    "circular_shift",
    "trial_permutation",
    "item_permutation",
  ]).describe(
    "time_reversal: every trial backwards (no chance in it); phase_randomised: power spectra and, with shared phases, " +
      "cross-spectra kept; amplitude_adjusted: each unit's values kept as well (IAAFT); circular_shift: every trial rotated in time; " +
      "trial_permutation: whole trials in another order; item_permutation: all moments of all trials in another order, for items " +
      "without time only (neighbours in time are alike, so beside it any two time series look related). Phases and shifts take a trial " +
      "for periodic: p comes out too small unless trials last some ten times as long as the series remembers",
  ),
  seed: z.union([z.int(), z.string()]).default(0).describe("seed of the surrogate"),
  shared_phases: z.boolean().default(true).describe(
    "one vector of phases for all units of a trial, which keeps their cross-spectra; false: each unit its own",
  ),
  max_iterations: z.int().min(1).default(200).describe("of amplitude_adjusted"),
  min_shift: z.int().min(1).default(1).describe(
    "samples, of circular_shift; a small share of the trial, because p comes out smaller the more shifts are left out",
  ),
});

type Params = z.output<typeof params>;

export default defineTask({
  name: "surrogate",
  summary: "Makes surrogates of trajectories that keep part of their structure.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { trajectories: one(trajectories) },
  outputs: { trajectories },
  examples: [
    ...([
      "time_reversal",
      "phase_randomised",
      "amplitude_adjusted",
      "circular_shift",
      "trial_permutation",
      "item_permutation",
    ] as const).map((method) => ({
      params: { method, seed: 3 },
      inputs: () => ({ trajectories: exampleTrajectories(3, 15, 2) }),
    })),
    {
      params: { method: "phase_randomised", shared_phases: false },
      inputs: () => ({ trajectories: exampleTrajectories(2, 16, 3) }),
    },
  ],
  run(_context, params, inputs) {
    const given = inputs.trajectories;
    const { method } = params;
    requireSeveral(given, method);
    const trials = trialsOf(given);
    if (method === "trial_permutation") {
      const stream = randomStream(params.seed, "surrogate/trials");
      const order = stream.permutation(trials.length);
      return { trajectories: rebuilt(given, Array.from(order, (trial) => trials[trial])) };
    }
    if (method === "item_permutation") {
      return { trajectories: permuted(given, trials, params.seed) };
    }
    const made = trials.map((series, trial) => ({
      ...series,
      data: inTermsOf("surrogate", given, () => surrogate(series, trial, params)),
    }));
    return { trajectories: rebuilt(given, made) };
  },
});

function surrogate(series: Series, trial: number, params: Params): Float64Array {
  const { method, seed, shared_phases: sharedPhases } = params;
  if (method === "time_reversal") return backwards(series);
  if (method === "circular_shift") {
    const stream = randomStream(seed, "surrogate/shift");
    return shiftInCircle(series, stream, { index: trial, minShift: params.min_shift });
  }
  const stream = randomStream(seed, "surrogate/phases");
  const options = { index: trial, sharedPhases };
  return method === "phase_randomised"
    ? randomisePhases(series, stream, options)
    : adjustAmplitudes(series, stream, { ...options, maxIterations: params.max_iterations });
}

/** All moments in another order, poured back into trials of the lengths that were there. */
function permuted(
  given: Trajectories,
  trials: readonly Series[],
  seed: number | string,
): Trajectories {
  const { numUnits } = trials[0];
  const all = new Float64Array(trials.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of trials) {
    all.set(data, at);
    at += data.length;
  }
  const order = randomStream(seed, "surrogate/items").permutation(all.length / numUnits);
  const moved = takeRows(all, numUnits, order);
  at = 0;
  return rebuilt(
    given,
    trials.map((series) => ({ ...series, data: moved.slice(at, at += series.data.length) })),
  );
}

/** @throws {RangeError} if there is nothing, or nothing to permute: then the surrogate would be the data. */
function requireSeveral(
  { states: { dims, shape }, lengths }: Trajectories,
  method: Params["method"],
): void {
  const refuse = (why: string): never => {
    throw new RangeError(`surrogate got trajectories (${describeShape(dims, shape)}), ${why}`);
  };
  if (shape.includes(0)) refuse("which are empty; give at least one trial, time point and unit");
  const numItems = lengths?.reduce((sum, length) => sum + length, 0) ?? shape[0] * shape[1];
  if (method === "trial_permutation" && shape[0] < 2) {
    refuse("one trial, which has no other order; take circular_shift, which works within trials");
  }
  if (method === "item_permutation" && numItems < 2) {
    refuse("one moment, which has no other order; give more of them");
  }
}

function trialsOf({ states, lengths }: Trajectories): Series[] {
  const [numTrials, numTime, numUnits] = states.shape;
  const all = states.data instanceof Float64Array ? states.data : Float64Array.from(states.data);
  return Array.from({ length: numTrials }, (_, trial) => {
    const length = lengths?.[trial] ?? numTime;
    const from = trial * numTime * numUnits;
    return { data: all.slice(from, from + length * numUnits), numTime: length, numUnits };
  });
}

/** Trajectories like those given with other trials; what lies beyond the end of a short one is NaN. */
function rebuilt(given: Trajectories, trials: readonly Series[]): Trajectories {
  const [numTrials, numTime, numUnits] = given.states.shape;
  const data = new Float64Array(numTrials * numTime * numUnits).fill(NaN);
  trials.forEach((series, trial) => data.set(series.data, trial * numTime * numUnits));
  const { coords, units } = given.states;
  const kept = {
    ...(units === undefined ? {} : { units }),
    ...(coords?.unit === undefined ? {} : { coords: { unit: coords.unit } }),
  };
  return {
    ...given,
    ...(given.lengths === undefined ? {} : { lengths: trials.map(({ numTime }) => numTime) }),
    states: tensor(["trial", "time", "unit"], [numTrials, numTime, numUnits], data, kept),
  };
}
