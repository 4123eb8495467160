// Singular values, leading modes and pair moments of a delay embedding by QR (M rows, F features, R = maxRank components):
// Householder QR of the tall matrix, block of rows by block of rows, and the SVD of its triangle: 2MF² + 4MFR + about
// 25F³ operations. Singular values are good to eps·σ₁, so components down to σ/σ₁ of about 1e-13 mean something.
// Leaves out the routes by the Gram matrix (whitening_gram.ts), the choice of one and the regression (havok.ts).

import { factorQr, multiplyQ } from "#lib/wasm/tall_qr.ts";
import { scaledCopy } from "../linalg/exact_scale.ts";
import { tallSvd } from "../linalg/svd.ts";
import { transpose } from "../linalg/transpose.ts";
import { triangleSvd } from "../linalg/triangle_svd.ts";
import {
  delayEmbedding,
  type DelayParams,
  embeddingShape,
  embedStackedRows,
  type TrialSet,
} from "./delay_embedding.ts";
import { momentsOfRows } from "./whitened_moments.ts";

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
 * Σ xᵢ².
 *
 * @example
 * ```ts
 * import { sumOfSquares } from "#lib/math/dmd/whitening.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(sumOfSquares(Float64Array.of(3, 4)), 25);
 * ```
 */
export function sumOfSquares(values: Float64Array): number {
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
