// Comparison of operators over all invertible changes of coordinates: how near B can be brought to A by C B C⁻¹.
// Minimised is the Euclidean distance ‖A − C B C⁻¹‖ of the unit operators (Ostrow et al. 2023, eq. 7, over GL(n)). It depends on
// which of the two is moved, so the score is the larger of both: 0 only for similar operators. The angle is the one at which
// unit operators are that far apart, 2 asin(‖A − C B C⁻¹‖/2): never above the orthogonal angle, and 0 for similar operators.
//
// Is the least distance attained? The operators C B C⁻¹ form a closed set exactly if B is diagonalisable over ℂ; then it is,
// by some C, however badly conditioned. If B is defective the set lacks limits (B's diagonalisable part, at the least), and the
// infimum may only be approached; so C with a condition number above 10⁶ are not tried, and the condition is reported.
// Leaves out the descent (similarity_descent.ts) and the orthogonal optimum it starts from (dsa.ts).

import { multiply } from "#lib/math/linalg/matmul.ts";
import { innerProduct } from "#lib/math/linalg/norms.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import { leastCostAssignment } from "./assignment.ts";
import type { OperatorFrames } from "./operator_frames.ts";
import { type EigenBlock, type RealEigenbasis, realEigenbasis } from "./real_eigenbasis.ts";
import { descendSimilarity, type SimilarityDescent } from "./similarity_descent.ts";
import type { Start } from "./starts.ts";

/** The nearest that B was brought to A. */
export interface GeneralLinearMatch {
  /** ‖A − C B C⁻¹‖ of the unit operators. */
  readonly distance: number;
  /** No invertible C gives less. */
  readonly lowerBound: number;
  /** Angle whose cosine is tr(Aᵀ C B C⁻¹)/(‖A‖ ‖B‖), cut to [−1, 1]: the published score, not ‖C B C⁻¹‖ below. */
  readonly publishedAngle: number;
  /** C (n×n), scaled to norm √n. */
  readonly transform: Float64Array;
  /** ‖C‖ ‖C⁻¹‖ / n, between κ₂/n and κ₂. */
  readonly condition: number;
  readonly numStarts: number;
  readonly bestStart: string;
  readonly iterations: number;
  readonly gradientNorm: number;
}

/**
 * Brings B to A over invertible C, from the given starts (the orthogonal optimum first) and from matched eigenvectors, which
 * are exact for similar operators that are not defective; each also turned a little, because symmetric operators are saddles.
 *
 * @throws {RangeError} if no start is invertible.
 *
 * @example
 * ```ts
 * import { matchGeneralLinear } from "#lib/math/dsa/general_linear.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const turn = describeOperator(Float64Array.of(0, -1, 1, 0), 2); // ±i/√2
 * const sheared = describeOperator(Float64Array.of(1, -2, 1, -1), 2); // ±i/√7
 * const { distance, lowerBound } = matchGeneralLinear(turn, sheared, [{ name: "one", rotation: turn.unit }]);
 * assertAlmostEquals(distance, 1 - Math.sqrt(2 / 7), 1e-9);
 * assertAlmostEquals(lowerBound, Math.SQRT1_2 - Math.sqrt(1 / 7), 1e-9);
 * ```
 */
export function matchGeneralLinear(
  a: OperatorFrames,
  b: OperatorFrames,
  starts: readonly Start[],
): GeneralLinearMatch {
  const n = a.n;
  const [ofA, ofB] = [a, b].map(({ unit }) => realEigenbasis(unit, n));
  const all = [...starts, ...eigenvectorStart(ofA, ofB, n)]
    .flatMap((start) => [start, { ...start, rotation: shaken(start.rotation, n) }]);
  let best: SimilarityDescent | undefined;
  let bestStart = "";
  let iterations = 0;
  for (const { name, rotation } of all) {
    const found = descendSimilarity(a.unit, b.unit, n, rotation);
    iterations += found?.iterations ?? 0;
    if (found === undefined || (best !== undefined && !(found.value < best.value))) continue;
    best = found;
    bestStart = name;
  }
  if (best === undefined) {
    throw new RangeError(
      `matchGeneralLinear: none of ${all.length} starts is invertible; give an orthogonal one`,
    );
  }
  const { transform, moved, condition, gradientNorm } = best;
  const cosine = Math.max(-1, Math.min(1, innerProduct(a.unit, moved)));
  const distance = Math.sqrt(2 * best.value);
  return {
    distance,
    lowerBound: Math.min(distance, generalLinearBound(a, b, ofB)),
    publishedAngle: Math.acos(cosine),
    transform,
    condition,
    numStarts: all.length,
    bestStart,
    iterations,
    gradientNorm,
  };
}

/**
 * A distance ‖A − C B C⁻¹‖ of unit operators that no invertible C goes below. Every C B C⁻¹ has B's trace, and B's
 * eigenvalue μ: A is at least as far from it as A − μ I is from singular (Eckart & Young 1936). Eigenvalues that rounding may
 * have moved by more than 1e-6 are left out, and what it may have moved the others is taken off.
 *
 * @example
 * ```ts
 * import { generalLinearBound } from "#lib/math/dsa/general_linear.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [a, b] = [1, -1].map((value) => describeOperator(Float64Array.of(value), 1));
 * assertAlmostEquals(generalLinearBound(a, b), 2, 1e-12);
 * ```
 */
export function generalLinearBound(
  a: OperatorFrames,
  b: OperatorFrames,
  ofB: RealEigenbasis | undefined = realEigenbasis(b.unit, b.n),
): number {
  const n = a.n;
  const guard = 32 * n * Number.EPSILON;
  let bound = Math.abs(trace(a) - trace(b)) / Math.sqrt(n);
  ofB?.blocks.forEach(({ re, im }, k) => {
    const shifted = im === 0 ? a.unit.slice() : new Float64Array(4 * n * n);
    const size = im === 0 ? n : 2 * n;
    if (im > 0) {
      // The real form of A − μ I: its singular values are those, each twice.
      for (let i = 0; i < n; i++) {
        shifted.set(a.unit.subarray(i * n, i * n + n), i * size);
        shifted.set(a.unit.subarray(i * n, i * n + n), (n + i) * size + n);
        shifted[i * size + n + i] = im;
        shifted[(n + i) * size + i] = -im;
      }
    }
    for (let i = 0; i < size; i++) shifted[i * size + i] -= re;
    const least = singularValues(shifted, size, size)[size - 1];
    bound = Math.max(bound, least - ofB.errors[k]);
  });
  return Math.max(0, bound - guard);
}

// (I + W) C for a small generic W, the same each time.
function shaken(c: Float64Array, n: number): Float64Array {
  // Weyl's sequence of the golden ratio.
  const w = c.map((_, k) => KICK / n * (2 * (((k + 1) * GOLDEN) % 1) - 1));
  const turned = multiply(w, c, n, n, n);
  return turned.map((x, p) => x + c[p]);
}

function trace({ unit, n }: OperatorFrames): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += unit[i * n + i];
  return sum;
}

// C = V_A Π V_B⁻¹ gives an operator with A's eigenvectors and B's eigenvalues.
function eigenvectorStart(
  a: RealEigenbasis | undefined,
  b: RealEigenbasis | undefined,
  n: number,
): readonly Start[] {
  if (a === undefined || b === undefined) return [];
  const pairs = (basis: RealEigenbasis) => basis.blocks.filter(({ im }) => im > 0);
  const common = Math.min(pairs(a).length, pairs(b).length);
  const [ofA, ofB] = [a, b].map((basis) => slots(basis.blocks, common));
  const columns = new Int32Array(n); // of V_B, by column of V_A
  for (const width of [2, 1]) {
    const [x, y] = [ofA, ofB].map((all) => all.filter((slot) => slot.width === width));
    const cost = new Float64Array(x.length * x.length);
    x.forEach((p, i) =>
      y.forEach((q, j) => cost[i * x.length + j] = (p.re - q.re) ** 2 + (p.im - q.im) ** 2)
    );
    leastCostAssignment(cost, x.length).columns.forEach((j, i) => {
      for (let k = 0; k < width; k++) columns[x[i].column + k] = y[j].column + k;
    });
  }
  const permuted = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    permuted.set(b.inverse.subarray(columns[i] * n, columns[i] * n + n), i * n);
  }
  return [{ name: "eigenvectors", rotation: multiply(a.vectors, permuted, n, n, n) }];
}

interface Slot extends EigenBlock {
  readonly width: number;
}

/** Pairs beyond `common`, those nearest to the real axis, count as two real slots. */
function slots(blocks: readonly EigenBlock[], common: number): readonly Slot[] {
  const kept = new Set(
    blocks.filter(({ im }) => im > 0).sort((p, q) => q.im - p.im).slice(0, common),
  );
  return blocks.flatMap((block) => {
    if (kept.has(block)) return [{ ...block, width: 2 }];
    const real = { ...block, im: 0, width: 1 };
    return block.im > 0 ? [real, { ...real, column: block.column + 1 }] : [real];
  });
}

const KICK = 0.1;
const GOLDEN = 0.6180339887498949;
