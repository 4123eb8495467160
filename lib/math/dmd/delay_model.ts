// Linear dynamics of delay coordinates in factored form, h → z → A z → x: r components z instead of F features h, so that
// nothing F×F is formed. What prediction, forecasts, residuals and eigenfunctions work with.
// M rows, F features, r components: codes cost 2MFr operations and a block of rows of memory.

import { multiply } from "../linalg/matmul.ts";
import { requireShape } from "../linalg/require_shape.ts";
import {
  type DelayParams,
  embeddingShape,
  embedStackedRows,
  type TrialSet,
} from "./delay_embedding.ts";

/** Dynamics z(t + s) ≈ A z(t) of components z = hᵀE of the embedding, with x ≈ D z the newest sample. */
export interface DelayModel extends DelayParams {
  /** A, r×r. */
  readonly operator: Float64Array;
  /** r. */
  readonly numComponents: number;
  /** Samples that one application of A advances. */
  readonly stepsAhead: number;
  readonly numUnits: number;
  /** E, F×r. */
  readonly encoder: Float64Array;
  /** D, numUnits×r: the first rows of U Σ. */
  readonly decoder: Float64Array;
}

/** What a fit knows, as `fitHavok` returns it. */
export interface FittedParts extends DelayParams {
  readonly operator: Float64Array;
  readonly numComponents: number;
  readonly stepsAhead: number;
  readonly numUnits: number;
  /** Right singular vectors U, F×maxRank. */
  readonly modes: Float64Array;
  readonly maxRank: number;
  readonly singularValues: Float64Array;
}

/**
 * The model of a fit: E = U_r Σ_r⁻¹ and D = the newest block of U_r Σ_r. A component without variance is encoded as 0.
 *
 * @throws {RangeError} if a length does not fit.
 *
 * @example
 * ```ts
 * import { delayModel } from "#lib/math/dmd/delay_model.ts";
 * import { fitHavok } from "#lib/math/dmd/havok.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const data = Float64Array.from({ length: 50 }, (_, t) => 0.9 ** t);
 * const delays = { numDelays: 2, numUnits: 1 };
 * const fit = fitHavok({ data, numTrials: 1, numTime: 50, numUnits: 1 }, { numDelays: 2, rank: 1 });
 * const { encoder, decoder } = delayModel({ ...fit, ...delays });
 * assertAlmostEquals(decoder[0] * (encoder[0] * 0.9 + encoder[1]), 0.9, 1e-12);
 * ```
 */
export function delayModel(fit: FittedParts): DelayModel {
  const { operator, numComponents: r, stepsAhead, numUnits } = fit;
  const { modes, maxRank, singularValues, numDelays, delayInterval = 1 } = fit;
  const numFeatures = numDelays * numUnits;
  requireShape("delayModel", "operator", operator, r, r);
  requireShape("delayModel", "modes", modes, numFeatures, maxRank);
  if (r > maxRank || r > singularValues.length) {
    throw new RangeError(
      `delay model of ${r} components: there are ${maxRank} modes and ${singularValues.length} singular values`,
    );
  }
  const encoder = new Float64Array(numFeatures * r);
  const decoder = new Float64Array(numUnits * r);
  for (let i = 0; i < numFeatures; i++) {
    for (let j = 0; j < r; j++) {
      const u = modes[i * maxRank + j];
      encoder[i * r + j] = singularValues[j] > 0 ? u / singularValues[j] : 0;
      if (i < numUnits) decoder[i * r + j] = u * singularValues[j];
    }
  }
  const shape = { stepsAhead, numUnits, numDelays, delayInterval };
  return { ...shape, operator, numComponents: r, encoder, decoder };
}

/**
 * The model of an operator A (F×F) that acts on the embedding itself, h(t + s) ≈ A h(t).
 *
 * @throws {RangeError} if the length does not fit the features.
 *
 * @example
 * ```ts
 * import { plainModel } from "#lib/math/dmd/delay_model.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const model = plainModel(Float64Array.of(0.5), { numDelays: 1 }, 1, 1);
 * assertEquals([model.encoder[0], model.decoder[0]], [1, 1]);
 * ```
 */
export function plainModel(
  operator: Float64Array,
  delays: DelayParams,
  numUnits: number,
  stepsAhead: number,
): DelayModel {
  const { numDelays, delayInterval = 1 } = delays;
  const r = numDelays * numUnits;
  requireShape("plainModel", "operator", operator, r, r);
  const encoder = new Float64Array(r * r);
  for (let i = 0; i < r; i++) encoder[i * r + i] = 1;
  const decoder = encoder.slice(0, numUnits * r);
  const shape = { stepsAhead, numUnits, numDelays, delayInterval };
  return { ...shape, operator, numComponents: r, encoder, decoder };
}

/** Components of all rows of an embedding (numRows×r), trials stacked. */
export interface Codes {
  readonly codes: Float64Array;
  readonly rowsPerTrial: readonly number[];
}

/** Entries of embedded rows that are held at a time. */
const blockEntries = 1 << 18;

/**
 * The components z = hᵀE of every row of the delay embedding of `trials`.
 *
 * @throws {RangeError} as `delayEmbedding`, or if the trials have other units than the model.
 *
 * @example
 * ```ts
 * import { encodeTrials, plainModel } from "#lib/math/dmd/delay_model.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const model = plainModel(new Float64Array(4), { numDelays: 2 }, 1, 1);
 * const trials = { data: Float64Array.of(1, 2, 3), numTrials: 1, numTime: 3, numUnits: 1 };
 * assertEquals(encodeTrials(trials, model).codes, Float64Array.of(2, 1, 3, 2));
 * ```
 */
export function encodeTrials(trials: TrialSet, model: DelayModel): Codes {
  if (trials.numUnits !== model.numUnits) {
    throw new RangeError(
      `the operator was fitted to ${model.numUnits} units, the trajectories have ${trials.numUnits}`,
    );
  }
  const { rowsPerTrial, numRows, numFeatures } = embeddingShape(trials, model);
  const { encoder, numComponents: r } = model;
  const codes = new Float64Array(numRows * r);
  const most = Math.min(numRows, Math.max(1, Math.floor(blockEntries / numFeatures)));
  const block = new Float64Array(most * numFeatures);
  for (let from = 0; from < numRows; from += most) {
    const count = Math.min(most, numRows - from);
    embedStackedRows(trials, model, from, count, block);
    multiply(
      block.subarray(0, count * numFeatures),
      encoder,
      count,
      numFeatures,
      r,
      codes.subarray(from * r, (from + count) * r),
    );
  }
  return { codes, rowsPerTrial };
}
