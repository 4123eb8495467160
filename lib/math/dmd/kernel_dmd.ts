// Kernel DMD: linear dynamics among nonlinear functions of delay coordinates, given by a kernel and Nyström centres.
// Kostic, Novelli, Maurer, Ciliberto, Rosasco & Pontil 2022 (reduced rank regression of Koopman operators); Williams,
// Rowley & Kevrekidis 2015. Leaves out prediction. About 10q³ operations for q features, after their moments.

import { multiply, multiplyTransposeA, multiplyTransposeB } from "../linalg/matmul.ts";
import { requireFinite } from "../linalg/require_shape.ts";
import { symmetricEigen } from "../linalg/symmetric_eigen.ts";
import { transpose } from "../linalg/transpose.ts";
import { type DelayParams, embeddingShape, type TrialSet } from "./delay_embedding.ts";
import { featureMoments, startingRows } from "./kernel_features.ts";
import type { SimilarityFunction } from "./similarity_function.ts";

/** Parameters of a fit. */
export interface KernelDmdOptions extends DelayParams {
  /** Samples from one row of a pair to the other. Default 1. */
  readonly stepsAhead?: number;
  readonly kernel: SimilarityFunction;
  /** Numbers of the rows that are centres, among those that start a pair. */
  readonly centres: readonly number[];
  /** At most the number of features. Default 10. */
  readonly rank?: number;
  /** λ, relative to features' second moments, which are means over pairs. Default 1e-10. */
  readonly ridge?: number;
  /** Default `reduced_rank`. */
  readonly regression?: "principal_component" | "reduced_rank";
}

/** A fit, z(t + s) ≈ A z(t) for components z = Uᵀφ whose second moments are white over the pairs. */
export interface KernelDmdFit {
  /** A, rank×rank. */
  readonly operator: Float64Array;
  readonly rank: number;
  /** Eigenvalues that the rank cuts, all of them, descending: of C_x + λ, or of what reduced rank regression explains. */
  readonly spectrum: Float64Array;
  /** Condition number of C_x + λ. */
  readonly conditioning: number;
  readonly numCentres: number;
  /** Independent features among the centres. */
  readonly numFeatures: number;
  readonly numPairs: number;
}

/**
 * Fits a kernel DMD. With C_x = ΦₓᵀΦₓ/n + λ and C_xy = ΦₓᵀΦ_y/n, U are the leading eigenvectors of C_x divided by the roots
 * of their eigenvalues (principal components), or C_x^(−1/2) times those of C_x^(−1/2) C_xy C_xyᵀ C_x^(−1/2) (reduced rank);
 * A = (Uᵀ C_xy U)ᵀ.
 *
 * @throws {RangeError} if no trial has a pair, a centre does not exist, C_x + λ is singular, the data are not finite, or
 * an argument is out of range.
 *
 * @example
 * ```ts
 * import { fitKernelDmd } from "#lib/math/dmd/kernel_dmd.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const data = Float64Array.from({ length: 50 }, (_, t) => 0.9 ** t);
 * const trials = { data, numTrials: 1, numTime: 50, numUnits: 1 };
 * const fit = fitKernelDmd(trials, { numDelays: 1, kernel: { kind: "dot" }, centres: [0], rank: 1 });
 * assertAlmostEquals(fit.operator[0], 0.9, 1e-8);
 * ```
 */
export function fitKernelDmd(trials: TrialSet, options: KernelDmdOptions): KernelDmdFit {
  const { stepsAhead = 1, ridge = 1e-10, centres, regression = "reduced_rank" } = options;
  const numPairs = countPairs(trials, options, stepsAhead);
  if (!(ridge >= 0 && ridge < Infinity)) {
    throw new RangeError(`kernel dmd: the ridge is ${ridge}; it must be finite and not negative`);
  }
  if (centres.length === 0) throw new RangeError("kernel dmd: there are no centres");
  requireFinite("kernel dmd", "data", trials.data);
  const z = startingRows(trials, options, stepsAhead, centres);
  const { auto, cross, numFeatures: q } = featureMoments(
    trials,
    options,
    stepsAhead,
    z,
    centres.length,
    options.kernel,
  );
  for (let i = 0; i < q; i++) auto[i * q + i] += ridge;
  const { values, vectors } = symmetricEigen(auto, q);
  if (!(values[q - 1] > q * Number.EPSILON * values[0])) {
    throw new RangeError(
      `kernel dmd: the second moments of ${q} features are singular (ridge ${ridge}): choose a ridge > 0 or fewer centres`,
    );
  }
  // Columns of C_x^(−1/2) in the coordinates of its eigenvectors: whitening up to a rotation.
  const white = vectors.map((x, p) => x / Math.sqrt(values[p % q]));
  const rank = Math.min(checkedRank(options.rank ?? 10), q);
  const { basis, spectrum } = regression === "reduced_rank"
    ? predictedBasis(white, cross, q)
    : { basis: white, spectrum: values };
  const u = firstColumns(basis, q, rank);
  const a = multiplyTransposeA(u, multiply(cross, u, q, q, rank), q, rank, rank);
  return {
    operator: transpose(a, rank, rank),
    rank,
    spectrum,
    conditioning: values[0] / values[q - 1],
    numCentres: centres.length,
    numFeatures: q,
    numPairs,
  };
}

/**
 * The number of pairs of rows `stepsAhead` apart, none across trials: what centres are chosen among.
 *
 * @throws {RangeError} as `delayEmbedding`, or if there is none.
 *
 * @example
 * ```ts
 * import { countPairs } from "#lib/math/dmd/kernel_dmd.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: new Float64Array(9), numTrials: 2, numTime: [4, 5], numUnits: 1 };
 * assertEquals(countPairs(trials, { numDelays: 2 }, 1), 5);
 * ```
 */
export function countPairs(trials: TrialSet, delays: DelayParams, stepsAhead: number): number {
  if (!Number.isInteger(stepsAhead) || stepsAhead < 1) {
    throw new RangeError(`kernel dmd: steps ahead is ${stepsAhead}; it must be a positive integer`);
  }
  const { rowsPerTrial } = embeddingShape(trials, delays);
  const pairs = rowsPerTrial.reduce((sum, rows) => sum + Math.max(0, rows - stepsAhead), 0);
  if (pairs > 0) return pairs;
  throw new RangeError(
    `kernel dmd: no trial has two rows ${stepsAhead} apart; the longest has ${
      Math.max(...rowsPerTrial)
    } after embedding; take fewer steps ahead or delays`,
  );
}

// U = C_x^(−1/2) E, columns in the order of what they predict.
function predictedBasis(white: Float64Array, cross: Float64Array, q: number) {
  const seen = multiplyTransposeA(white, cross, q, q, q);
  const { values, vectors } = symmetricEigen(multiplyTransposeB(seen, seen, q, q, q), q);
  return { basis: multiply(white, vectors, q, q, q), spectrum: values };
}

function checkedRank(rank: number): number {
  if (Number.isInteger(rank) && rank >= 1) return rank;
  throw new RangeError(`kernel dmd: rank ${rank} is not a positive integer`);
}

function firstColumns(a: Float64Array, n: number, count: number): Float64Array {
  const out = new Float64Array(n * count);
  for (let i = 0; i < n; i++) out.set(a.subarray(i * n, i * n + count), i * count);
  return out;
}
