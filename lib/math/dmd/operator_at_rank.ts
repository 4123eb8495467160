// The DMD operator of any rank up to the one a fit kept, from its second moments alone.

import { choleskySolve } from "../linalg/cholesky.ts";
import { requireShape } from "../linalg/require_shape.ts";
import { symmetricEigenvalues } from "../linalg/symmetric_eigen.ts";
import { transpose } from "../linalg/transpose.ts";

/** What a fit keeps: V₋ᵀV₋ and V₋ᵀV₊ of its leading components, maxRank×maxRank each. */
export interface PairMoments {
  readonly auto: Float64Array;
  readonly cross: Float64Array;
  readonly maxRank: number;
  /** λ of the fit's regression. */
  readonly ridge: number;
}

/**
 * A_r = [(P_r + λI)⁻¹ C_r]ᵀ with P_r, C_r the leading r×r blocks of V₋ᵀV₋ and V₋ᵀV₊: what a fit of rank r on the
 * same data would give. r³/3 + 2r³ operations.
 *
 * @throws {RangeError} if r is no integer in [1, maxRank], or P_r + λI is singular to working precision.
 *
 * @example
 * ```ts
 * import { operatorAtRank } from "#lib/math/dmd/operator_at_rank.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const moments = {
 *   auto: Float64Array.of(4, 0, 0, 1),
 *   cross: Float64Array.of(2, 1, 0, 1),
 *   maxRank: 2,
 *   ridge: 0,
 * };
 * assertEquals(operatorAtRank(moments, 1), Float64Array.of(0.5));
 * assertEquals(operatorAtRank(moments, 2), Float64Array.of(0.5, 0, 0.25, 1));
 * ```
 */
export function operatorAtRank(
  moments: PairMoments,
  rank: number,
  ridge = moments.ridge,
): Float64Array {
  const regularised = autoBlock(moments, rank, ridge);
  if (conditionNumber(regularised, rank) === Infinity) {
    throw new RangeError(
      `operator at rank ${rank}: the regression is singular (ridge ${ridge}); ` +
        "fewer independent pairs than components: choose a smaller rank or a ridge > 0",
    );
  }
  const right = leadingBlock(moments.cross, moments.maxRank, rank);
  return transpose(choleskySolve(regularised, rank, right, rank), rank, rank);
}

/**
 * Condition number of P_r + λI, the matrix that `operatorAtRank` inverts; Infinity if it is singular to
 * working precision (smallest eigenvalue ≤ r·eps·largest).
 *
 * @throws {RangeError} if r is no integer in [1, maxRank].
 *
 * @example
 * ```ts
 * import { conditioningAtRank } from "#lib/math/dmd/operator_at_rank.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const auto = Float64Array.of(2, 0, 0, 1);
 * assertAlmostEquals(conditioningAtRank({ auto, cross: auto, maxRank: 2, ridge: 0 }, 2), 2, 1e-14);
 * ```
 */
export function conditioningAtRank(
  moments: PairMoments,
  rank: number,
  ridge = moments.ridge,
): number {
  return conditionNumber(autoBlock(moments, rank, ridge), rank);
}

function conditionNumber(a: Float64Array, n: number): number {
  const values = symmetricEigenvalues(a, n);
  const rounding = n * Number.EPSILON * values[0];
  return values[n - 1] > rounding ? values[0] / values[n - 1] : Infinity;
}

function autoBlock(moments: PairMoments, rank: number, ridge: number): Float64Array {
  const { auto, cross, maxRank } = moments;
  if (!Number.isInteger(rank) || rank < 1 || rank > maxRank) {
    throw new RangeError(
      `operator at rank ${rank}: the fit kept components for ranks 1 to ${maxRank}`,
    );
  }
  requireShape("operatorAtRank", "auto", auto, maxRank, maxRank);
  requireShape("operatorAtRank", "cross", cross, maxRank, maxRank);
  const block = leadingBlock(auto, maxRank, rank);
  for (let i = 0; i < rank; i++) block[i * rank + i] += ridge;
  return block;
}

function leadingBlock(a: Float64Array, n: number, rank: number): Float64Array {
  const out = new Float64Array(rank * rank);
  for (let i = 0; i < rank; i++) out.set(a.subarray(i * n, i * n + rank), i * rank);
  return out;
}
