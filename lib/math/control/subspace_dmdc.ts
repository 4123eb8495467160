// Subspace DMD with control: a state-space model of partially observed driven dynamics,
// x(t + 1) = A x(t) + B u(t) + w, y(t) = C x(t) + v, found without delays by hand. Van Overschee & De Moor 1994; the model
// class of InputDSA (public DSA package 2.0.0). The basis of x is arbitrary: compare eigenvalues of A and Markov
// parameters C AᵏB, which are not. Leaves out windows, projections and prediction (kalman.ts).

import { explainedVariance, type RankChoice, selectRank } from "../dmd/rank_rules.ts";
import { multiplyTransposeB } from "../linalg/matmul.ts";
import { transpose } from "../linalg/transpose.ts";
import type { ControlledTrials } from "./controlled_trials.ts";
import { crossCovariance } from "./covariance.ts";
import { leadingSvd, ridgeFit } from "./ridge_fit.ts";
import { projectedFuture, type SubspaceBackend } from "./subspace_projection.ts";
import { type SubspaceWindows, subspaceWindows } from "./subspace_windows.ts";

/** A linear state-space model with noise; n states, m inputs, N units. */
export interface StateSpaceModel {
  /** A, n×n. */
  readonly state: Float64Array;
  /** B, n×m. */
  readonly input: Float64Array;
  /** C, N×n. */
  readonly output: Float64Array;
  /** Q, n×n. */
  readonly processCovariance: Float64Array;
  /** R, N×N. */
  readonly outputCovariance: Float64Array;
  /** S, n×N. */
  readonly crossCovariance: Float64Array;
  readonly order: number;
  readonly numInputs: number;
  readonly numUnits: number;
}

/** Parameters of a fit. */
export interface SubspaceOptions {
  /** Samples of a past window, and of a future one. */
  readonly numDelays: number;
  /** Order of the model. Default: the fewest states that hold 99.9 % of the projection's variance. */
  readonly order?: RankChoice;
  /** Default `n4sid`. */
  readonly backend?: SubspaceBackend;
  /** λ of the regressions. Default 1e-8. */
  readonly ridge?: number;
}

/** A fit. */
export interface SubspaceFit extends StateSpaceModel {
  /** Γ = [C; CA; …], d·N × n. */
  readonly observability: Float64Array;
  /** All of the projection O, descending. */
  readonly singularValues: Float64Array;
  /** The states x̂ of all windows, rows × n. */
  readonly states: Float64Array;
  /** Pairs x̂(t), u(t), x̂(t + 1) of the regression. */
  readonly pairs: StatePairs;
  /** Windows of each trial; 0: it was too short and left out. */
  readonly rowsPerTrial: readonly number[];
  readonly numRows: number;
}

/** Rows of states and inputs, and of the states that follow. */
export interface StatePairs {
  readonly present: Float64Array;
  readonly inputs: Float64Array;
  readonly next: Float64Array;
  readonly numPairs: number;
}

/**
 * Fits the model: O = U S Vᵀ, Γ = U S^½, x̂ = S^½ Vᵀ; A and B by ridge regression of x̂(j + 1) on x̂(j) and u within
 * trials; C the first N rows of Γ; covariances of the residuals with their mean removed.
 *
 * @throws {RangeError} if trials do not correspond, none is longer than 2d, the projection is zero, there are fewer
 * than two pairs, or an argument is out of range.
 *
 * @example
 * ```ts
 * import { fitSubspaceDmdc } from "#lib/math/control/subspace_dmdc.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const shape = { numTrials: 1, numTime: 60, numUnits: 1 };
 * const u = Float64Array.from({ length: 60 }, (_, t) => Math.sin(t * t));
 * const x = new Float64Array(60);
 * for (let t = 0; t < 59; t++) x[t + 1] = 0.9 * x[t] + 2 * u[t];
 * const trials = { states: { data: x, ...shape }, controls: { data: u, ...shape } };
 * const { state, input, output } = fitSubspaceDmdc(trials, { numDelays: 2 });
 * assertAlmostEquals(state[0], 0.9, 1e-7);
 * assertAlmostEquals(output[0] * input[0], 2, 1e-7);
 * ```
 */
export function fitSubspaceDmdc(trials: ControlledTrials, options: SubspaceOptions): SubspaceFit {
  const { backend = "n4sid", ridge = 1e-8 } = options;
  if (!(ridge >= 0 && ridge < Infinity)) {
    throw new RangeError(`subspace DMDc: the ridge is ${ridge}; it must be finite, not negative`);
  }
  const windows = subspaceWindows(trials, options.numDelays);
  const { numRows, numUnits, numInputs: m, numDelays } = windows;
  const o = projectedFuture(windows, backend, ridge);
  const width = numDelays * numUnits;
  const { left, s, right, count: n } = leadingSvd(o, numRows, width, (s) => {
    if (!(s[0] > 0)) {
      throw new RangeError(
        "subspace DMDc: the past says nothing of the future (the projection is zero); are the states all zero?",
      );
    }
    const choice = options.order ?? { rankExplainedVariance: 0.999 };
    return Math.min(s.length, selectRank(s, explainedVariance(s), choice, width));
  });
  const root = s.subarray(0, n).map(Math.sqrt);
  const states = left.map((value, i) => value * root[i % n]);
  const observability = right.map((value, i) => value * root[i % n]);
  const output = observability.slice(0, numUnits * n);
  const pairs = statePairs(windows, states, n);
  const joined = joinColumns(pairs.present, n, pairs.inputs, m, pairs.numPairs);
  const { coefficients, fitted } = ridgeFit(joined, pairs.next, pairs.numPairs, n + m, n, ridge);
  const ofStates = pairs.next.map((value, i) => value - fitted[i]);
  const outputs = presentOutputs(windows);
  const seen = multiplyTransposeB(pairs.present, output, pairs.numPairs, n, numUnits);
  const ofOutputs = outputs.map((value, i) => value - seen[i]);
  const count = pairs.numPairs;
  return {
    state: transpose(coefficients.subarray(0, n * n), n, n),
    input: transpose(coefficients.subarray(n * n), m, n),
    output,
    processCovariance: crossCovariance(ofStates, ofStates, count, n, n),
    outputCovariance: crossCovariance(ofOutputs, ofOutputs, count, numUnits, numUnits),
    crossCovariance: crossCovariance(ofStates, ofOutputs, count, n, numUnits),
    order: n,
    numInputs: m,
    numUnits,
    observability,
    singularValues: s,
    states,
    pairs,
    rowsPerTrial: windows.rowsPerTrial,
    numRows,
  };
}

// Window j's state belongs to the first sample of its future.
function statePairs(windows: SubspaceWindows, states: Float64Array, n: number): StatePairs {
  const { futureInputs, numInputs: m, numDelays } = windows;
  const numPairs = countPairs(windows);
  const present = new Float64Array(numPairs * n), next = new Float64Array(numPairs * n);
  const inputs = new Float64Array(numPairs * m);
  eachPair(windows, (row, pair) => {
    present.set(states.subarray(row * n, (row + 1) * n), pair * n);
    next.set(states.subarray((row + 1) * n, (row + 2) * n), pair * n);
    const at = row * numDelays * m;
    inputs.set(futureInputs.subarray(at, at + m), pair * m);
  });
  return { present, inputs, next, numPairs };
}

function presentOutputs(windows: SubspaceWindows): Float64Array {
  const { futureOutputs, numUnits, numDelays } = windows;
  const out = new Float64Array(countPairs(windows) * numUnits);
  eachPair(windows, (row, pair) => {
    const at = row * numDelays * numUnits;
    out.set(futureOutputs.subarray(at, at + numUnits), pair * numUnits);
  });
  return out;
}

function countPairs({ rowsPerTrial }: SubspaceWindows): number {
  const numPairs = rowsPerTrial.reduce((sum, rows) => sum + Math.max(0, rows - 1), 0);
  if (numPairs < 2) {
    throw new RangeError(
      `subspace DMDc: ${numPairs} pairs of consecutive windows; give longer trials or fewer delays`,
    );
  }
  return numPairs;
}

function eachPair(
  { rowsPerTrial }: SubspaceWindows,
  visit: (row: number, pair: number) => void,
): void {
  let first = 0, pair = 0;
  for (const rows of rowsPerTrial) {
    for (let row = first; row < first + rows - 1; row++) visit(row, pair++);
    first += rows;
  }
}

function joinColumns(
  a: Float64Array,
  p: number,
  b: Float64Array,
  q: number,
  rows: number,
): Float64Array {
  const out = new Float64Array(rows * (p + q));
  for (let row = 0; row < rows; row++) {
    out.set(a.subarray(row * p, (row + 1) * p), row * (p + q));
    out.set(b.subarray(row * q, (row + 1) * q), row * (p + q) + p);
  }
  return out;
}
