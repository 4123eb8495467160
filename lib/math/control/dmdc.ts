// DMD with control: least squares of the next (delay-embedded) state on the present state and input,
// h(t + s) ≈ A h(t) + B u(t). Proctor, Brunton & Kutz 2016, SIAM J. Appl. Dyn. Syst. 15:142, section 3.
// P pairs, F state features, G input features: about 4P(F + G)² + 4PF² operations. A (F×F) is not formed unless asked
// for (`fullDmdc`): it is gain · (first F rows of modes)ᵀ. Leaves out prediction and residuals.

import { explainedVariance, type RankChoice, selectRank } from "../dmd/rank_rules.ts";
import { multiply, multiplyTransposeA, multiplyTransposeB } from "../linalg/matmul.ts";
import {
  type AlignedEmbedding,
  alignedEmbedding,
  type ControlDelays,
  type ControlledTrials,
} from "./controlled_trials.ts";
import { filteredInverse, leadingSvd, numericalRank } from "./ridge_fit.ts";

/** `corrected`, or `v2` for what the published package does (see `fitDmdc`). */
export type ControlCompat = "corrected" | "v2";

/** Parameters of a fit. */
export interface DmdcOptions extends ControlDelays {
  /** Rank of the joint data of states and inputs. Default: all. */
  readonly input?: RankChoice;
  /** Rank of the states that are predicted, the size of the reduced model. Default: all. */
  readonly output?: RankChoice;
  /** Samples from one row of a pair to the other. Default 1. */
  readonly stepsAhead?: number;
  /** λ of Σ⁺ = Σ/(Σ² + λ). Default 1e-8. */
  readonly ridge?: number;
  /** Default `corrected`. */
  readonly compat?: ControlCompat;
}

/** A fit. Matrices are row-major; r = rankOutput, q = rankInput. */
export interface DmdcFit {
  /** A_v = U_rᵀ A U_r, r×r. */
  readonly state: Float64Array;
  /** B_v = U_rᵀ B, r×G. */
  readonly input: Float64Array;
  /** U_r: leading directions of the predicted states, F×r. */
  readonly basis: Float64Array;
  /** Y V Σ⁺, F×q. */
  readonly gain: Float64Array;
  /** U_Ω: directions of states (first F rows) and inputs (last G), (F + G)×q. */
  readonly modes: Float64Array;
  /** All of Ω = [states; inputs]. */
  readonly inputSingularValues: Float64Array;
  /** All of Y, the states that are predicted. */
  readonly outputSingularValues: Float64Array;
  readonly rankInput: number;
  readonly rankOutput: number;
  /** Singular values of Ω above 1e-12 of the first. */
  readonly numericalRank: number;
  readonly numFeatures: number;
  readonly numControlFeatures: number;
  readonly numPairs: number;
  readonly stepsAhead: number;
  readonly ridge: number;
}

/**
 * Fits DMDc. A pair never crosses a trial border, and states and inputs end at the same time whatever their delays.
 *
 * `compat: "v2"` instead pairs rows after all trials have been joined, so that one pair per border joins two trials
 * (with one trial nothing differs), and refuses numbers of delays that differ unless the inputs have one, because the
 * published package fails there.
 *
 * @throws {RangeError} if trials do not correspond or are too short, an entry is not finite, data are zero everywhere,
 * or an argument is out of range.
 *
 * @example
 * ```ts
 * import { fitDmdc } from "#lib/math/control/dmdc.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const shape = { numTrials: 1, numTime: 40, numUnits: 1 };
 * const u = Float64Array.from({ length: 40 }, (_, t) => Math.sin(t * t));
 * const x = new Float64Array(40);
 * for (let t = 0; t < 39; t++) x[t + 1] = 0.9 * x[t] + 2 * u[t];
 * const trials = { states: { data: x, ...shape }, controls: { data: u, ...shape } };
 * const { state, input } = fitDmdc(trials, { numDelays: 1, ridge: 0 });
 * assertAlmostEquals(state[0], 0.9, 1e-12);
 * assertAlmostEquals(input[0], 2, 1e-12);
 * ```
 */
export function fitDmdc(trials: ControlledTrials, options: DmdcOptions): DmdcFit {
  const { ridge = 1e-8, stepsAhead = 1, compat = "corrected" } = options;
  requireOptions(options, ridge, stepsAhead);
  const rows = alignedEmbedding(trials, options);
  const { numFeatures: f, numControlFeatures: g } = rows;
  const { joint, next, numPairs } = pairsOf(rows, stepsAhead, compat);
  const choose = (choice: RankChoice | undefined, features: number) => (s: Float64Array) => {
    if (!(s[0] > 0)) throw new RangeError("dmdc: the data are zero everywhere");
    return Math.min(s.length, selectRank(s, explainedVariance(s), choice ?? {}, features));
  };
  const omega = leadingSvd(joint, numPairs, f + g, choose(options.input, f + g));
  const output = leadingSvd(next, numPairs, f, choose(options.output, f));
  const q = omega.count, r = output.count;
  const gain = multiplyTransposeA(next, omega.left, numPairs, f, q);
  for (let i = 0; i < f; i++) {
    for (let j = 0; j < q; j++) gain[i * q + j] *= filteredInverse(omega.s[j], ridge);
  }
  const reduced = multiplyTransposeA(output.right, gain, f, r, q);
  const ofStates = omega.right.subarray(0, f * q), ofInputs = omega.right.subarray(f * q);
  const seen = multiplyTransposeA(ofStates, output.right, f, q, r);
  return {
    state: multiply(reduced, seen, r, q, r),
    input: multiplyTransposeB(reduced, ofInputs, r, q, g),
    basis: output.right,
    gain,
    modes: omega.right,
    inputSingularValues: omega.s,
    outputSingularValues: output.s,
    rankInput: q,
    rankOutput: r,
    numericalRank: numericalRank(omega.s, 1e-12),
    numFeatures: f,
    numControlFeatures: g,
    numPairs,
    stepsAhead,
    ridge,
  };
}

/**
 * A (F×F) and B (F×G) in the space of the embedding, before any reduction.
 *
 * @example
 * ```ts
 * import { fullDmdc } from "#lib/math/control/dmdc.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const factors = { gain: Float64Array.of(2), modes: Float64Array.of(0.5, 0.25), rankInput: 1, numFeatures: 1, numControlFeatures: 1 };
 * assertEquals(fullDmdc(factors), { state: Float64Array.of(1), input: Float64Array.of(0.5) });
 * ```
 */
export function fullDmdc(
  { gain, modes, rankInput: q, numFeatures: f, numControlFeatures: g }: Pick<
    DmdcFit,
    "gain" | "modes" | "rankInput" | "numFeatures" | "numControlFeatures"
  >,
): { readonly state: Float64Array; readonly input: Float64Array } {
  return {
    state: multiplyTransposeB(gain, modes.subarray(0, f * q), f, q, f),
    input: multiplyTransposeB(gain, modes.subarray(f * q), f, q, g),
  };
}

function requireOptions(options: DmdcOptions, ridge: number, steps: number): void {
  if (!(ridge >= 0 && ridge < Infinity)) {
    throw new RangeError(`dmdc: the ridge is ${ridge}; it must be finite and not negative`);
  }
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RangeError(`dmdc: steps ahead is ${steps}; it must be a positive integer`);
  }
  const { numDelays, numControlDelays = 1, compat } = options;
  if (compat === "v2" && numControlDelays !== 1 && numControlDelays !== numDelays) {
    throw new RangeError(
      `dmdc: the published package fails with ${numDelays} delays of states and ${numControlDelays} of controls; ` +
        'give one delay of controls or equal numbers, or compat "corrected"',
    );
  }
}

/** Rows of [h, u] at t and of h at t + s. */
function pairsOf(rows: AlignedEmbedding, steps: number, compat: ControlCompat) {
  const { states, controls, numFeatures: f, numControlFeatures: g, numRows } = rows;
  const perTrial = compat === "v2" ? [numRows] : rows.rowsPerTrial;
  const numPairs = perTrial.reduce((sum, count) => sum + Math.max(0, count - steps), 0);
  if (numPairs < 1) {
    throw new RangeError(
      `dmdc: no trial has two rows ${steps} apart; the longest has ${
        Math.max(...rows.rowsPerTrial)
      } after embedding, take fewer delays or steps`,
    );
  }
  const joint = new Float64Array(numPairs * (f + g));
  const next = new Float64Array(numPairs * f);
  let pair = 0, first = 0;
  for (const count of perTrial) {
    for (let row = first; row < first + count - steps; row++, pair++) {
      joint.set(states.subarray(row * f, (row + 1) * f), pair * (f + g));
      joint.set(controls.subarray(row * g, (row + 1) * g), pair * (f + g) + f);
      next.set(states.subarray((row + steps) * f, (row + steps + 1) * f), pair * f);
    }
    first += count;
  }
  return { joint, next, numPairs };
}
