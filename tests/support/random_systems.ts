// Random systems of the kinds that metrics take, and what one may do to them without changing what they are:
// shifts, scales, rotations, permutations of units, changes of basis, time reversed.

import {
  type ControlledOperator,
  controlledOperator,
} from "#lib/core/artifacts/controlled_operator.ts";
import { type Operator, operator } from "#lib/core/artifacts/operator.ts";
import { tensor } from "#lib/core/tensor.ts";
import { multiply, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { solve } from "#lib/math/linalg/lu.ts";
import { type Draws, orthonormalMatrix } from "../lib/math/linalg/fresh.ts";
import { randomRdms } from "./random_rdms.ts";
import { randomTrajectories } from "./random_trajectories.ts";
import { invertible, permutation, type Systems } from "./systems.ts";

export { randomTrajectories, smooth } from "./random_trajectories.ts";
export type { Systems } from "./systems.ts";

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
