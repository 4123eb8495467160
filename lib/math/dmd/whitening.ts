// Singular values, leading modes and pair moments of a delay embedding: the three routes of a HAVOK fit
// (M rows, F features, R = maxRank components):
// - by QR: Householder QR of the tall matrix, block of rows by block of rows, and the SVD of its triangle: 2MF² + 4MFR + about
//   25F³ operations. Singular values are good to eps·σ₁, so components down to σ/σ₁ of about 1e-13 mean something;
// - by Gram: eigenvectors of HᵀH and moments of the projected rows, no tall matrix: at most
//   MF² + 4/3 F³ + 2MFR operations. Rounding in the whitened moments is about eps·(σ₁/σ_R)²;
// - by the leading eigenvectors of HᵀH alone, where R ≪ F: a few products of 2F²R instead of the 4/3 F³.
// Leaves out the choice between them and the regression (havok.ts).

import { factorQr, multiplyQ } from "#lib/wasm/tall_qr.ts";
import { scaledCopy } from "../linalg/exact_scale.ts";
import { leadingSubspace } from "../linalg/leading_subspace.ts";
import { tallSvd } from "../linalg/svd.ts";
import { leadingEigen } from "../linalg/symmetric_eigen.ts";
import { transpose } from "../linalg/transpose.ts";
import { triangleSvd } from "../linalg/triangle_svd.ts";
import {
  delayEmbedding,
  type DelayParams,
  embeddingShape,
  embedStackedRows,
  type TrialSet,
} from "./delay_embedding.ts";
import { hankelGram } from "./hankel_gram.ts";
import { momentsOfRows, whitenedMoments } from "./whitened_moments.ts";

/** What a route gives. */
export interface Whitening {
  /** All k = min(M, F), descending; by `leading` the first maxRank. */
  readonly singularValues: Float64Array;
  /** Sum of the squares of all of them. */
  readonly totalVariance: number;
  /** Leading right singular vectors, F×maxRank, the largest entry of each column positive. */
  readonly modes: Float64Array;
  /** V₋ᵀV₋ and V₋ᵀV₊, maxRank×maxRank. */
  readonly auto: Float64Array;
  readonly cross: Float64Array;
  readonly maxRank: number;
  readonly numPairs: number;
  readonly method: "gram" | "qr" | "leading";
}

/** Chooses maxRank once the singular values are known. */
export type ChooseComponents = (singularValues: Float64Array) => number;

/**
 * The QR route.
 *
 * @throws {RangeError} as `delayEmbedding`.
 *
 * @example
 * ```ts
 * import { whitenByQr } from "#lib/math/dmd/whitening.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(3, 4), numTrials: 1, numTime: 2, numUnits: 1 };
 * const { singularValues, cross } = whitenByQr(trials, { numDelays: 1 }, 1, () => 1);
 * assertAlmostEquals(singularValues[0], 5, 1e-14);
 * assertAlmostEquals(cross[0], 12 / 25, 1e-15);
 * ```
 */
export function whitenByQr(
  trials: TrialSet,
  delays: DelayParams,
  stepsAhead: number,
  choose: ChooseComponents,
): Whitening {
  const { numRows: m, numFeatures: f, rowsPerTrial } = embeddingShape(trials, delays);
  const { modes, components, s, maxRank } = m >= f
    ? tallEmbeddingSvd(trials, delays, choose)
    : wideEmbeddingSvd(trials, delays, choose);
  fixSigns(modes, f, components, m, maxRank);
  const moments = momentsOfRows(components, rowsPerTrial, stepsAhead, maxRank);
  return {
    ...moments,
    singularValues: s,
    totalVariance: sumOfSquares(s),
    modes,
    maxRank,
    method: "qr",
  };
}

interface EmbeddingSvd {
  /** Right singular vectors (F×maxRank). */
  readonly modes: Float64Array;
  /** Left ones (M×maxRank). */
  readonly components: Float64Array;
  readonly s: Float64Array;
  readonly maxRank: number;
}

// Rows are embedded as the decomposition takes them; what is kept of them is what makes Q.
function tallEmbeddingSvd(
  trials: TrialSet,
  delays: DelayParams,
  choose: ChooseComponents,
): EmbeddingSvd {
  const { numRows: m, numFeatures: f } = embeddingShape(trials, delays);
  const { a: data, scale } = scaledCopy(trials.data);
  const scaled = { ...trials, data };
  const factor = factorQr(
    (from, count, to) => embedStackedRows(scaled, delays, from, count, to),
    m,
    f,
    true,
  );
  const { left, s: relative, right } = triangleSvd(factor.r, f, "absolute");
  const s = relative.map((x) => x * scale);
  const maxRank = choose(s);
  return {
    modes: firstColumns(right, f, f, maxRank),
    components: multiplyQ(factor, firstColumns(left, f, f, maxRank), maxRank),
    s,
    maxRank,
  };
}

function wideEmbeddingSvd(
  trials: TrialSet,
  delays: DelayParams,
  choose: ChooseComponents,
): EmbeddingSvd {
  const { data, numRows: m, numFeatures: f } = delayEmbedding(trials, delays);
  const { left: modes, s, right } = tallSvd(transpose(data, m, f), f, m, {
    numLeft: choose,
    accuracy: "absolute",
  });
  const maxRank = modes.length / f;
  return { modes, components: firstColumns(right, m, m, maxRank), s, maxRank };
}

/**
 * The Gram route; `null` if the smallest component to keep has σ/σ₁ below `limit`, where it would not be
 * accurate (nothing beyond the eigenvalues is computed then).
 *
 * @throws {RangeError} as `delayEmbedding`.
 *
 * @example
 * ```ts
 * import { whitenByGram } from "#lib/math/dmd/whitening.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(3, 4), numTrials: 1, numTime: 2, numUnits: 1 };
 * const found = whitenByGram(trials, { numDelays: 1 }, 1, () => 1, 1e-5);
 * assertAlmostEquals(found!.cross[0], 12 / 25, 1e-15);
 * ```
 */
export function whitenByGram(
  trials: TrialSet,
  delays: DelayParams,
  stepsAhead: number,
  choose: ChooseComponents,
  limit: number,
): Whitening | null {
  const { numRows, numFeatures: f } = embeddingShape(trials, delays);
  // Squares of numbers near the ends of double precision would be lost; powers of two change no bit of the others.
  const { a: data, scale } = scaledCopy(trials.data);
  const scaled = { ...trials, data };
  const gram = hankelGram(scaled, delays);
  let singularValues = new Float64Array(0);
  let maxRank = 0;
  const { vectors: modes } = leadingEigen(gram, f, (values) => {
    singularValues = values.slice(0, Math.min(numRows, f))
      .map((value) => scale * Math.sqrt(Math.max(0, value)));
    maxRank = choose(singularValues);
    const smallest = singularValues[maxRank - 1];
    return smallest > 0 && smallest >= limit * singularValues[0] ? maxRank : 0;
  });
  if (modes.length === 0) return null;
  const weights = modes.map((x, p) => x / (singularValues[p % maxRank] / scale));
  const moments = whitenedMoments(scaled, delays, stepsAhead, weights, maxRank, gram);
  const totalVariance = sumOfSquares(singularValues);
  return { ...moments, singularValues, totalVariance, modes, maxRank, method: "gram" };
}

/**
 * The Gram route for `maxRank` components known beforehand (at most min(M, F)) without the other singular values; `null`
 * if the smallest component has no variance.
 *
 * @throws {RangeError} as `delayEmbedding`.
 *
 * @example
 * ```ts
 * import { whitenLeading } from "#lib/math/dmd/whitening.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(3, 4), numTrials: 1, numTime: 2, numUnits: 1 };
 * assertAlmostEquals(whitenLeading(trials, { numDelays: 1 }, 1, 1)!.cross[0], 12 / 25, 1e-15);
 * ```
 */
export function whitenLeading(
  trials: TrialSet,
  delays: DelayParams,
  stepsAhead: number,
  maxRank: number,
): Whitening | null {
  const { numFeatures: f } = embeddingShape(trials, delays);
  const { a: data, scale } = scaledCopy(trials.data);
  const scaled = { ...trials, data };
  const gram = hankelGram(scaled, delays);
  const { values, vectors: modes } = leadingSubspace(gram, f, maxRank);
  if (!(values[maxRank - 1] > 0)) return null;
  const roots = values.map(Math.sqrt);
  const weights = modes.map((x, p) => x / roots[p % maxRank]);
  const moments = whitenedMoments(scaled, delays, stepsAhead, weights, maxRank, gram);
  let variance = 0;
  for (let i = 0; i < f; i++) variance += gram[i * f + i];
  const totalVariance = scale * (scale * variance);
  const singularValues = roots.map((root) => scale * root);
  return { ...moments, singularValues, totalVariance, modes, maxRank, method: "leading" };
}

function sumOfSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

function firstColumns(a: Float64Array, m: number, n: number, count: number): Float64Array {
  const out = new Float64Array(m * count);
  for (let i = 0; i < m; i++) out.set(a.subarray(i * n, i * n + count), i * count);
  return out;
}

function fixSigns(u: Float64Array, f: number, v: Float64Array, m: number, count: number): void {
  for (let j = 0; j < count; j++) {
    let largest = 0;
    for (let i = 1; i < f; i++) {
      if (Math.abs(u[i * count + j]) > Math.abs(u[largest * count + j])) largest = i;
    }
    if (u[largest * count + j] >= 0) continue;
    for (let i = 0; i < f; i++) u[i * count + j] = -u[i * count + j];
    for (let i = 0; i < m; i++) v[i * count + j] = -v[i * count + j];
  }
}
