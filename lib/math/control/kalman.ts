// Predictions of a state-space model by a Kalman filter whose process and output noise are correlated.
// Kalman 1960; with cross-covariance: Anderson & Moore 1979, Optimal Filtering, section 5.4. Gains depend on when outputs
// are observed, not on what they are, so they are computed once for all trials.

import { cholesky, choleskySolve } from "../linalg/cholesky.ts";
import { solve } from "../linalg/lu.ts";
import { multiply, multiplyTransposeB } from "../linalg/matmul.ts";
import { transpose } from "../linalg/transpose.ts";
import { type ControlledTrials, requireCorresponding, trialLengths } from "./controlled_trials.ts";
import type { ControlCompat } from "./dmdc.ts";
import type { StateSpaceModel } from "./subspace_dmdc.ts";

/** How to filter. */
export interface KalmanOptions {
  /** The output of time t is observed where t mod reseed = 0. Default 1: always; Infinity: at the first time only. */
  readonly reseed?: number;
  /** `filtered` (default): C x̂ knowing the output of the moment; `predicted`: C x̂ before that. */
  readonly estimate?: "filtered" | "predicted";
  /** Added to the diagonal of the states' covariance before and after each step. Default 1e-6. */
  readonly regularisation?: number;
  readonly compat?: ControlCompat;
}

/**
 * Runs the filter over every trial, from x̂ = 0 with covariance I. Outputs that are not observed are missing: the state
 * is propagated and its uncertainty grows. `compat: "v2"` takes them for observed zeros instead, as the published
 * package does, which pulls its predictions to zero. The first covariance and the regularisation are numbers as they
 * are: bring data to a scale near 1.
 *
 * @returns trials × time × units, of the data's sizes.
 * @throws {RangeError} if trials do not correspond or do not fit the model.
 *
 * @example
 * ```ts
 * import { predictKalman } from "#lib/math/control/kalman.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const one = Float64Array.of(1), tiny = Float64Array.of(1e-9), zero = Float64Array.of(0);
 * const model = {
 *   state: Float64Array.of(0.5), input: one, output: one, order: 1, numInputs: 1, numUnits: 1,
 *   processCovariance: tiny, outputCovariance: tiny, crossCovariance: zero,
 * };
 * const shape = { numTrials: 1, numTime: 3, numUnits: 1 };
 * const states = { data: Float64Array.of(8, 5, 3.5), ...shape };
 * const controls = { data: Float64Array.of(1, 1, 1), ...shape };
 * const y = predictKalman(model, { states, controls }, { reseed: 9 });
 * assertAlmostEquals(y[2], 3.5, 1e-5); // (8/2 + 1)/2 + 1
 * ```
 */
export function predictKalman(
  model: StateSpaceModel,
  trials: ControlledTrials,
  options: KalmanOptions = {},
): Float64Array {
  requireCorresponding(trials);
  requireFit(model, trials);
  const { reseed = 1, estimate = "filtered", compat = "corrected" } = options;
  if (!(reseed === Infinity || Number.isInteger(reseed) && reseed >= 1)) {
    throw new RangeError(
      `kalman: reseed is ${reseed}; it must be a positive integer, or Infinity for a free run`,
    );
  }
  const lengths = trialLengths(trials.states);
  const observed = (t: number) => t % reseed === 0;
  const asZero = compat === "v2";
  const gains = gainsOverTime(
    asZero ? withFloor(model) : model,
    Math.max(0, ...lengths),
    (t) => asZero || observed(t),
    options.regularisation ?? 1e-6,
  );
  const out = new Float64Array(trials.states.data.length);
  let time = 0;
  for (const length of lengths) {
    runTrial(model, trials, gains, { time, length, observed, estimate }, out);
    time += length;
  }
  return out;
}

interface Gain {
  /** Filter gain, n×N, and that of the prediction, which the cross-covariance enters. */
  readonly filter: Float64Array;
  readonly predict: Float64Array;
}

/** The gains of each time, `undefined` where nothing is observed. */
function gainsOverTime(
  model: StateSpaceModel,
  numTime: number,
  observed: (t: number) => boolean,
  regularisation: number,
): readonly (Gain | undefined)[] {
  const { state: a, output: c, order: n, numUnits } = model;
  const gains: (Gain | undefined)[] = [];
  let p = identity(n);
  for (let t = 0; t < numTime; t++) {
    for (let i = 0; i < n; i++) p[i * n + i] += regularisation;
    const ap = multiply(a, p, n, n, n);
    const next = multiplyTransposeB(ap, a, n, n, n);
    add(next, model.processCovariance);
    if (observed(t)) {
      const pct = multiplyTransposeB(p, c, n, n, numUnits);
      const innovation = multiply(c, pct, numUnits, n, numUnits);
      add(innovation, model.outputCovariance);
      const predicted = multiplyTransposeB(ap, c, n, n, numUnits);
      add(predicted, model.crossCovariance);
      const filter = dividedBy(pct, innovation, n, numUnits);
      const predict = dividedBy(predicted, innovation, n, numUnits);
      const gained = multiplyTransposeB(predict, predicted, n, numUnits, n);
      for (let i = 0; i < next.length; i++) next[i] -= gained[i];
      gains.push({ filter, predict });
    } else {
      gains.push(undefined);
    }
    for (let i = 0; i < n; i++) next[i * n + i] += regularisation;
    p = symmetrised(next, n);
  }
  return gains;
}

interface TrialRun {
  /** Time points before this trial. */
  readonly time: number;
  readonly length: number;
  observed(t: number): boolean;
  readonly estimate: "filtered" | "predicted";
}

function runTrial(
  { state: a, input: b, output: c, order: n, numInputs: m, numUnits }: StateSpaceModel,
  { states, controls }: ControlledTrials,
  gains: readonly (Gain | undefined)[],
  { time, length, observed, estimate }: TrialRun,
  out: Float64Array,
): void {
  let x = new Float64Array(n);
  for (let t = 0; t < length; t++) {
    const at = (time + t) * numUnits;
    const u = controls.data.subarray((time + t) * m, (time + t + 1) * m);
    const seen = multiply(c, x, numUnits, n, 1);
    const next = multiply(a, x, n, n, 1);
    add(next, multiply(b, u, n, m, 1));
    const gain = gains[t];
    out.set(seen, at);
    if (gain !== undefined) {
      const surprise = seen.map((value, unit) =>
        (observed(t) ? states.data[at + unit] : 0) - value
      );
      if (estimate === "filtered") {
        const filtered = x.slice();
        add(filtered, multiply(gain.filter, surprise, n, numUnits, 1));
        out.set(multiply(c, filtered, numUnits, n, 1), at);
      }
      add(next, multiply(gain.predict, surprise, n, numUnits, 1));
    }
    x = next as Float64Array<ArrayBuffer>;
  }
}

// X Σ⁻¹ for symmetric Σ (N×N) and X (n×N). A trace of 1e-12 keeps a Σ definite that noise-free data leave singular.
function dividedBy(x: Float64Array, sigma: Float64Array, n: number, numUnits: number) {
  let trace = 0;
  for (let i = 0; i < numUnits; i++) trace += sigma[i * numUnits + i];
  const definite = symmetrised(sigma, numUnits);
  for (let i = 0; i < numUnits; i++) definite[i * numUnits + i] += 1e-12 * trace / numUnits;
  const columns = transpose(x, n, numUnits);
  // A cross-covariance that no noise can have makes Σ indefinite; the gain is then what the formula says.
  const solved = cholesky(definite, numUnits) === null
    ? solve(definite, numUnits, columns, n)
    : choleskySolve(definite, numUnits, columns, n);
  return transpose(solved, numUnits, n);
}

// The published package adds 1e-12 to the variances of both noises.
function withFloor(model: StateSpaceModel): StateSpaceModel {
  const raised = (a: Float64Array, n: number) => a.map((x, p) => p % (n + 1) === 0 ? x + 1e-12 : x);
  return {
    ...model,
    processCovariance: raised(model.processCovariance, model.order),
    outputCovariance: raised(model.outputCovariance, model.numUnits),
  };
}

function requireFit(model: StateSpaceModel, { states, controls }: ControlledTrials): void {
  if (model.numUnits !== states.numUnits || model.numInputs !== controls.numUnits) {
    throw new RangeError(
      `kalman: the model has ${model.numUnits} units and ${model.numInputs} inputs, but these trials have ` +
        `${states.numUnits} and ${controls.numUnits}; give those that it was fitted to`,
    );
  }
}

function identity(n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}

function add(to: Float64Array, what: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] += what[i];
}

function symmetrised(a: Float64Array, n: number): Float64Array {
  return a.map((value, p) => 0.5 * (value + a[(p % n) * n + Math.floor(p / n)]));
}
