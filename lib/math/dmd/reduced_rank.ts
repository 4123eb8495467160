// Reduced rank regression of whitened components on those s samples earlier: the best operator of a given rank, where
// principal component regression takes the best components whatever they predict. Izenman 1975; as used by DSA
// (Ostrow, Eisen, Kozachkov & Fiete 2023). About 4k³ operations for k components.
//
// Where the delay interval divides s, most coordinates of an embedding are copies of earlier ones: they are predicted
// without error, the projector has that many eigenvalues near 1, and a rank below their number picks among equals. The
// variant for the newest block regresses only the samples that are new at reduced rank, and leaves the copies alone.

import { choleskySolve } from "../linalg/cholesky.ts";
import { multiply, multiplyTransposeA, multiplyTransposeB } from "../linalg/matmul.ts";
import { requireShape } from "../linalg/require_shape.ts";
import { symmetricEigen } from "../linalg/symmetric_eigen.ts";
import { newestBlock, type NewestBlockOf } from "./newest_block.ts";
import { conditioningAtRank, type PairMoments } from "./operator_at_rank.ts";

/** An operator of reduced rank. */
export interface ReducedRank {
  /** A (k×k), v(t + s) ≈ A v(t). */
  readonly operator: Float64Array;
  readonly rank: number;
  /** Share of each direction of the prediction that is predicted, descending: what the rank rules look at. */
  readonly projectorEigenvalues: Float64Array;
}

/**
 * A = E_r E_rᵀ Bᵀ with B = (P + λI)⁻¹ C and E_r the leading eigenvectors of the projector matrix M = Cᵀ B, for moments
 * P = V₋ᵀV₋ and C = V₋ᵀV₊ of all k = maxRank components. With `newest`, only the newest block of the embedding is
 * projected, in its own whitened coordinates; M then has the size of that block.
 *
 * @throws {RangeError} if a length does not fit, P + λI is singular, or `chooseRank` chooses outside [1, size of M].
 *
 * @example
 * ```ts
 * import { reducedRankOperator } from "#lib/math/dmd/reduced_rank.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const moments = {
 *   auto: Float64Array.of(1, 0, 0, 1),
 *   cross: Float64Array.of(0.9, 0, 0, 0.5),
 *   maxRank: 2,
 *   ridge: 0,
 * };
 * assertEquals(reducedRankOperator(moments, () => 1).operator, Float64Array.of(0.9, 0, 0, 0));
 * ```
 */
export function reducedRankOperator(
  moments: PairMoments,
  chooseRank: (projectorEigenvalues: Float64Array) => number,
  newest?: NewestBlockOf,
): ReducedRank {
  const { cross, maxRank: k } = moments;
  const b = choleskySolve(regularised(moments), k, cross, k);
  const projector = multiplyTransposeA(cross, b, k, k, k);
  if (newest === undefined) {
    const { values, leading, rank } = leadingDirections(projector, k, chooseRank);
    const reduced = multiply(b, leading, k, k, rank);
    return {
      operator: multiplyTransposeB(leading, reduced, k, rank, k),
      rank,
      projectorEigenvalues: values,
    };
  }
  // Newest samples are y = R v, in coordinates where they are white, and L puts a change of y back into v.
  const { read, write, size } = newestBlock(newest, k);
  const seen = multiplyTransposeB(multiply(read, projector, size, k, k), read, size, k, size);
  const { values, leading, rank } = leadingDirections(seen, size, chooseRank);
  const full = multiplyTransposeB(read, b, size, k, k);
  const kept = multiply(leading, multiplyTransposeA(leading, full, size, rank, k), size, rank, k);
  for (let i = 0; i < kept.length; i++) kept[i] -= full[i];
  const operator = multiply(write, kept, k, size, k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) operator[i * k + j] += b[j * k + i];
  }
  return { operator, rank, projectorEigenvalues: values };
}

function regularised(moments: PairMoments): Float64Array {
  const { auto, cross, maxRank: k, ridge } = moments;
  requireShape("reducedRankOperator", "auto", auto, k, k);
  requireShape("reducedRankOperator", "cross", cross, k, k);
  if (conditioningAtRank(moments, k) === Infinity) {
    throw new RangeError(
      `reduced rank regression: the regression on all ${k} components is singular (ridge ${ridge}); fewer ` +
        "independent pairs than components: choose a ridge > 0 or fewer components",
    );
  }
  const out = auto.slice();
  for (let i = 0; i < k; i++) out[i * k + i] += ridge;
  return out;
}

// The eigenvalues of a symmetric matrix, and as many leading eigenvectors (n×rank) as are chosen.
function leadingDirections(
  matrix: Float64Array,
  n: number,
  chooseRank: (values: Float64Array) => number,
) {
  const symmetric = matrix.slice();
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      symmetric[i * n + j] = (matrix[i * n + j] + matrix[j * n + i]) / 2;
    }
  }
  const { values, vectors } = symmetricEigen(symmetric, n);
  const rank = chooseRank(values);
  if (!Number.isInteger(rank) || rank < 1 || rank > n) {
    throw new RangeError(
      `reduced rank regression: rank ${rank} of ${n} directions that can be predicted; take 1 to ${n}`,
    );
  }
  const leading = new Float64Array(n * rank);
  for (let i = 0; i < n; i++) {
    leading.set(vectors.subarray(i * n, i * n + rank), i * rank);
  }
  return { values, leading, rank };
}
