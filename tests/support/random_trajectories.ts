// Random trajectories, also of awkward shapes, and what one may do to them without changing what they are.

import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import { multiply } from "#lib/math/linalg/matmul.ts";
import { type Draws, orthonormalMatrix } from "../lib/math/linalg/fresh.ts";
import { invertible, permutation, type Systems } from "./systems.ts";

const numTrials = 4, numTime = 25, numUnits = 5;

/** Smooth trajectories: sums of a few slow waves of random phase, each unit with its own mixture. */
export const randomTrajectories: Systems<Trajectories> = {
  type: trajectories,
  random: (draws) => smooth(draws, numTrials, numTime, numUnits),
  changed(system, how, draws) {
    const [trials, time, units] = system.states.shape;
    const x = system.states.data as Float64Array;
    const numRows = trials * time;
    switch (how) {
      case "translation": {
        const shift = draws.normal(units, 1);
        return withStates(system, x.map((value, i) => value + 3 * shift[i % units]));
      }
      case "isotropic-scale": {
        const factor = Math.exp(draws.normal(1, 1)[0]);
        return withStates(system, x.map((value) => factor * value));
      }
      case "rotation":
        return withStates(
          system,
          multiply(x, orthonormalMatrix(draws, units, units), numRows, units, units),
        );
      case "permutation": {
        const order = permutation(draws, units);
        return withStates(system, x.map((_, i) => x[i - i % units + order[i % units]]));
      }
      case "invertible-linear":
        return withStates(system, multiply(x, invertible(draws, units), numRows, units, units));
      case "time-reversal": {
        const { lengths } = system;
        return withStates(
          system,
          x.map((_, i) => {
            const row = Math.floor(i / units);
            const t = row % time, length = lengths?.[Math.floor(row / time)] ?? time;
            // Padding stays where it is.
            return t < length ? x[i + (length - 1 - 2 * t) * units] : x[i];
          }),
        );
      }
    }
  },
  groups: (draws) => trajectoryGroups(draws),
  between(a, b) {
    const other = b.states.data as Float64Array;
    return withStates(a, (a.states.data as Float64Array).map((x, i) => 0.5 * (x + other[i])));
  },
  reordered(systems, draws) {
    const { lengths, states: { shape: [trials, time] } } = systems[0];
    // Moments that are padding stay where they are.
    const there = Array.from({ length: trials * time }, (_, row) => row)
      .filter((row) => row % time < (lengths?.[Math.floor(row / time)] ?? time));
    const order = permutation(draws, there.length);
    const from = new Map(there.map((row, i) => [row, there[order[i]]]));
    return systems.map((system) => {
      const units = system.states.shape[2];
      const x = system.states.data as Float64Array;
      const row = (i: number) => Math.floor(i / units);
      return withStates(
        system,
        x.map((_, i) => x[(from.get(row(i)) ?? row(i)) * units + i % units]),
      );
    });
  },
  degenerate(draws) {
    const usual = smooth(draws, numTrials, numTime, numUnits);
    const x = usual.states.data as Float64Array;
    return {
      constant: withStates(usual, x.map(() => 0.3)),
      "all zero": withStates(usual, x.map(() => 0)),
      "one NaN": withStates(usual, x.map((value, i) => i === 17 ? NaN : value)),
      "one infinity": withStates(usual, x.map((value, i) => i === 17 ? Infinity : value)),
      huge: withStates(usual, x.map((value) => 1e200 * value)),
      tiny: withStates(usual, x.map((value) => 1e-200 * value)),
      "one trial": smooth(draws, 1, numTime, numUnits),
      "one moment": smooth(draws, 1, 1, numUnits),
      "three moments": smooth(draws, 1, 3, numUnits),
      "as many moments as units": smooth(draws, 1, numUnits, numUnits),
      "one state twice": withStates(
        smooth(draws, 1, 2, numUnits),
        smooth(draws, 1, 2, numUnits).states.data.map((_, i, x) => x[i % numUnits]) as Float64Array,
      ),
      "nearly always one state": withStates(
        usual,
        x.map((value, i) => i < 3 * numUnits ? value : x[i % numUnits]),
      ),
      "fewer trials": smooth(draws, numTrials - 1, numTime, numUnits),
      "fewer units": smooth(draws, numTrials, numTime, 2),
      "more units than moments": smooth(draws, numTrials, numTime, numTrials * numTime + 3),
      "no trial": smooth(draws, 0, numTime, numUnits),
    };
  },
};

/** Trajectories of other shapes than the usual, paired in their moments. */
function trajectoryGroups(draws: Draws): Record<string, Trajectories[]> {
  const [trials, time] = [draws.integer(1, 5), draws.integer(12, 30)];
  const units = () => draws.integer(1, 5);
  const one = () => smooth(draws, trials, time, units());
  const wide = (most: number) => smooth(draws, 2, 6, draws.integer(1, most), 30);
  const lengths = [5, 12, 9];
  return {
    "widths that differ": [one(), one(), one()],
    "one unit": [1, 2, 3].map(() => smooth(draws, trials, time, 1)),
    "one moment per trial": [1, 2, 3].map(() => smooth(draws, 40, 1, units(), 20)),
    "more units than moments": [wide(30), wide(30), wide(30)],
    "some with more units than moments": [wide(4), wide(4), smooth(draws, 2, 6, 40, 30)],
    "trials of unequal length": [1, 2, 3].map(() => {
      const whole = smooth(draws, 3, 12, numUnits);
      const x = whole.states.data as Float64Array;
      const inTrial = (i: number) =>
        Math.floor(i / numUnits) % 12 < lengths[Math.floor(i / numUnits / 12)];
      return { ...withStates(whole, x.map((value, i) => inTrial(i) ? value : NaN)), lengths };
    }),
  };
}

/** Smooth trajectories of a given size, of rank `numWaves` at most. */
export function smooth(
  draws: Draws,
  trials: number,
  time: number,
  units: number,
  numWaves = 6,
): Trajectories {
  const weights = draws.normal(numWaves, units);
  const phases = draws.normal(trials, numWaves);
  const states = new Float64Array(trials * time * units);
  for (let trial = 0, at = 0; trial < trials; trial++) {
    for (let t = 0; t < time; t++) {
      for (let unit = 0; unit < units; unit++, at++) {
        for (let wave = 0; wave < numWaves; wave++) {
          const phase = 3 * phases[trial * numWaves + wave];
          states[at] += weights[wave * units + unit] * Math.sin(0.11 * (wave + 1) * t + phase);
        }
      }
    }
  }
  return {
    states: tensor(["trial", "time", "unit"], [trials, time, units], states),
    dt: 0.01,
    timeUnit: "1",
  };
}

function withStates(model: Trajectories, data: Float64Array): Trajectories {
  return { ...model, states: tensor(model.states.dims, model.states.shape, data) };
}
