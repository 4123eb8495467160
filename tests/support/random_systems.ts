// Random systems of the kinds that metrics take, and what one may do to them without changing what they are:
// shifts, scales, rotations, permutations of units, changes of basis, time reversed.

import {
  type ControlledOperator,
  controlledOperator,
} from "#lib/core/artifacts/controlled_operator.ts";
import { type Operator, operator } from "#lib/core/artifacts/operator.ts";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import type { ArtifactType } from "#lib/core/artifact.ts";
import type { Invariance } from "#lib/core/metric.ts";
import { randomStream } from "#lib/core/random.ts";
import { tensor } from "#lib/core/tensor.ts";
import { multiply, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { solve } from "#lib/math/linalg/lu.ts";
import { type Draws, orthonormalMatrix } from "../lib/math/linalg/fresh.ts";
import { randomRdms } from "./random_rdms.ts";

/** Systems of one artifact type. */
export interface Systems<X> {
  readonly type: ArtifactType<X>;
  /** A system in general position; equal arguments of equal draws are different systems. */
  random(draws: Draws): X;
  /** The same system seen otherwise; `null` where the change means nothing for this type. */
  changed(system: X, how: Invariance, draws: Draws): X | null;
  /** Further systems, at least three each that can be compared with each other, by the name of their shape. */
  groups?(draws: Draws): Readonly<Record<string, X[]>>;
  /** A system half way between two of equal size: what a distance without the triangle inequality is likely to fail on. */
  between?(a: X, b: X): X;
  /** Systems of paired items with the items of all in another order; absent where there are none. */
  reordered?(systems: readonly X[], draws: Draws): X[];
  /** Systems that a metric must refuse in words or score with a number: never NaN. By name. */
  degenerate(draws: Draws): Readonly<Record<string, X>>;
}

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

/** Stable operators: a random matrix scaled to spectral norm 0.95. */
export const randomOperators: Systems<Operator> = {
  type: operator,
  random: (draws) => stable(draws, 4),
  changed(system, how, draws) {
    const n = system.matrix.shape[0];
    const a = system.matrix.data as Float64Array;
    switch (how) {
      case "isotropic-scale": {
        const factor = Math.exp(draws.normal(1, 1)[0]);
        return operatorOf(a.map((value) => factor * value), n);
      }
      case "rotation":
        return operatorOf(conjugated(a, orthonormalMatrix(draws, n, n), n), n);
      case "permutation": {
        const order = permutation(draws, n);
        return operatorOf(
          a.map((_, i) => a[order[Math.floor(i / n)] * n + order[i % n]]),
          n,
        );
      }
      case "invertible-linear": {
        const basis = invertible(draws, n);
        const identity = new Float64Array(n * n).map((_, i) => i % (n + 1) === 0 ? 1 : 0);
        return operatorOf(
          multiply(multiply(basis, a, n, n, n), solve(basis, n, identity, n), n, n, n),
          n,
        );
      }
      case "translation":
      case "time-reversal":
        return null;
    }
  },
  degenerate(draws) {
    const usual = stable(draws, 4).matrix.data as Float64Array;
    return {
      zero: operatorOf(usual.map(() => 0), 4),
      "one NaN": operatorOf(usual.map((value, i) => i === 5 ? NaN : value), 4),
      "one infinity": operatorOf(usual.map((value, i) => i === 5 ? -Infinity : value), 4),
      huge: operatorOf(usual.map((value) => 1e200 * value), 4),
      tiny: operatorOf(usual.map((value) => 1e-200 * value), 4),
      smaller: stable(draws, 3),
      larger: stable(draws, 6),
      "one number": stable(draws, 1),
      empty: operatorOf(new Float64Array(0), 0),
    };
  },
};

/** Driven operators: four stable states, two inputs. A change of units or coordinates is one of the states. */
export const randomControlledOperators: Systems<ControlledOperator> = {
  type: controlledOperator,
  random: (draws) => controlledOf(draws, 4, 2),
  changed({ arrays: { state, input } }, how, draws) {
    const n = state.shape[0], m = input.shape[1];
    const b = input.data as Float64Array;
    const inBasis = (basis: Float64Array, inverse: Float64Array) =>
      drivenOf(
        multiply(multiply(basis, state.data as Float64Array, n, n, n), inverse, n, n, n),
        multiply(basis, b, n, n, m),
        n,
        m,
      );
    switch (how) {
      case "isotropic-scale": {
        const factor = Math.exp(draws.normal(1, 1)[0]);
        return drivenOf(state.data as Float64Array, b.map((value) => factor * value), n, m);
      }
      case "rotation": {
        const q = orthonormalMatrix(draws, n, n);
        return inBasis(q, transposed(q, n));
      }
      case "permutation": {
        const order = permutation(draws, n);
        const p = new Float64Array(n * n);
        order.forEach((from, to) => p[to * n + from] = 1);
        return inBasis(p, transposed(p, n));
      }
      case "invertible-linear": {
        const basis = invertible(draws, n);
        const identity = new Float64Array(n * n).map((_, i) => i % (n + 1) === 0 ? 1 : 0);
        return inBasis(basis, solve(basis, n, identity, n));
      }
      case "translation":
      case "time-reversal":
        return null;
    }
  },
  degenerate(draws) {
    const { state, input } = controlledOf(draws, 4, 2).arrays;
    const [a, b] = [state.data as Float64Array, input.data as Float64Array];
    return {
      "zero state": drivenOf(a.map(() => 0), b, 4, 2),
      "zero input": drivenOf(a, b.map(() => 0), 4, 2),
      "all zero": drivenOf(a.map(() => 0), b.map(() => 0), 4, 2),
      "one NaN": drivenOf(a.map((value, i) => i === 5 ? NaN : value), b, 4, 2),
      "one infinity": drivenOf(a, b.map((value, i) => i === 5 ? -Infinity : value), 4, 2),
      huge: drivenOf(a.map((value) => 1e200 * value), b.map((value) => 1e200 * value), 4, 2),
      tiny: drivenOf(a.map((value) => 1e-200 * value), b.map((value) => 1e-200 * value), 4, 2),
      "one input reaching one state": drivenOf(a, b.map((_, i) => i === 0 ? 1 : 0), 4, 2),
      smaller: controlledOf(draws, 3, 2),
      "fewer inputs": controlledOf(draws, 4, 1),
      "no input": drivenOf(a, new Float64Array(0), 4, 0),
      empty: drivenOf(new Float64Array(0), new Float64Array(0), 0, 2),
      "without input": { arrays: { state }, about: {} },
      "input of other states": {
        arrays: { state, input: controlledOf(draws, 3, 2).arrays.input },
        about: {},
      },
    };
  },
};

/** The systems of an artifact type by its kind. */
export const systemsOf: Readonly<Record<string, Systems<unknown>>> = {
  trajectories: randomTrajectories as Systems<unknown>,
  operator: randomOperators as Systems<unknown>,
  controlled_operator: randomControlledOperators as Systems<unknown>,
  rdm: randomRdms as Systems<unknown>,
};

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

/** An operator artifact with this matrix (n×n), as a fit at full rank would give it. */
export function operatorOf(matrix: Float64Array, n: number): Operator {
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  return {
    matrix: tensor(["target", "source"], [n, n], matrix),
    auto: tensor(["row", "column"], [n, n], identity),
    cross: tensor(["row", "column"], [n, n], transposed(matrix, n)),
    singularValues: tensor(["component"], [n], new Float64Array(n).fill(1)),
    about: { rank: n, ridge: 0 },
  };
}

function stable(draws: Draws, n: number): Operator {
  const a = draws.normal(n, n);
  const scale = 0.95 / Math.hypot(...a);
  return operatorOf(a.map((value) => scale * value), n);
}

/** A controlled operator artifact with these matrices, n×n and n×m. */
export function drivenOf(
  state: Float64Array,
  input: Float64Array,
  n: number,
  m: number,
): ControlledOperator {
  return {
    arrays: {
      state: tensor(["target", "source"], [n, n], state),
      input: tensor(["target", "input"], [n, m], input),
    },
    about: { rank: n, method: "imported", warnings: [] },
  };
}

function controlledOf(draws: Draws, n: number, m: number): ControlledOperator {
  return drivenOf(stable(draws, n).matrix.data as Float64Array, draws.normal(n, m), n, m);
}

function conjugated(a: Float64Array, q: Float64Array, n: number): Float64Array {
  return multiplyTransposeB(multiply(q, a, n, n, n), q, n, n, n);
}

function transposed(a: Float64Array, n: number): Float64Array {
  return a.map((_, i) => a[(i % n) * n + Math.floor(i / n)]);
}

/** Entries of order one around the identity: well conditioned, far from a rotation. */
function invertible(draws: Draws, n: number): Float64Array {
  return draws.normal(n, n).map((value, i) => (i % (n + 1) === 0 ? 2 : 0) + 0.3 * value);
}

/** Never the identity for n > 1. */
function permutation(draws: Draws, n: number): Int32Array {
  const order = randomStream(draws.integer(0, 1e9), "tests/permutation").permutation(n);
  return order.every((value, i) => value === i) ? order.map((value) => (value + 1) % n) : order;
}

function withStates(model: Trajectories, data: Float64Array): Trajectories {
  return { ...model, states: tensor(model.states.dims, model.states.shape, data) };
}
