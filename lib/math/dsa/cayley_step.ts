// The Cayley retraction applied to a matrix: C ← (I − W)⁻¹ (I + W) C for skew W, without forming the
// rotation: it is 2 (I − W)⁻¹ C − C. About 8/3 n³ operations. Leaves out the choice of W (descent.ts).

/**
 * out = (I − W)⁻¹ (I + W) C for skew W and any C (n×n, n even); `work` holds 2n² entries. Elimination needs no
 * pivoting: every Schur complement of I − W has a symmetric part of at least I. Two rows are eliminated
 * at a time. `out` may be `c`. Sizes are not checked: inner loop.
 *
 * @example
 * ```ts
 * import { cayleyStep } from "#lib/math/dsa/cayley_step.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const out = new Float64Array(4); // W = tan(φ/2) J turns by φ
 * cayleyStep(Float64Array.of(0, -1, 1, 0), Float64Array.of(1, 0, 0, 1), 2, new Float64Array(8), out);
 * assertAlmostEquals(out[0], 0, 1e-15);
 * assertAlmostEquals(out[2], 1, 1e-15);
 * ```
 */
export function cayleyStep(
  w: Float64Array,
  c: Float64Array,
  n: number,
  work: Float64Array,
  out: Float64Array,
): void {
  const width = 2 * n;
  for (let i = 0; i < n; i++) {
    for (let j = 0, p = i * width, q = i * n; j < n; j++, p++, q++) {
      work[p] = -w[q];
      work[p + n] = c[q];
    }
    work[i * width + i] = 1;
  }
  for (let p = 0; p < n; p += 2) {
    normalisePivotRows(work, p, p * width, width);
    for (let i = p + 2; i < n; i += 2) eliminate(work, i * width, p * width, p, p + 2, width);
  }
  for (let p = n - 2; p >= 2; p -= 2) {
    for (let i = 0; i < p; i += 2) eliminate(work, i * width, p * width, p, n, width);
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0, p = i * width + n, q = i * n; j < n; j++, p++, q++) {
      out[q] = 2 * work[p] - c[q];
    }
  }
}

// Multiplies the two pivot rows by the inverse of their 2×2 pivot block.
function normalisePivotRows(work: Float64Array, p: number, row: number, width: number): void {
  const next = row + width;
  const a = work[row + p], b = work[row + p + 1], c = work[next + p], d = work[next + p + 1];
  const det = a * d - b * c;
  const i00 = d / det, i01 = -b / det, i10 = -c / det, i11 = a / det;
  for (let x = row + p + 2, y = next + p + 2; x < next; x++, y++) {
    const u = work[x], v = work[y];
    work[x] = i00 * u + i01 * v;
    work[y] = i10 * u + i11 * v;
  }
}

// Subtracts from two rows the pivot rows times the entries of columns p, p + 1; columns `from` … are updated.
function eliminate(
  work: Float64Array,
  row: number,
  pivot: number,
  p: number,
  from: number,
  width: number,
): void {
  const f00 = work[row + p], f01 = work[row + p + 1];
  const f10 = work[row + width + p], f11 = work[row + width + p + 1];
  let x = row + from;
  let y = x + width;
  let u = pivot + from;
  let v = u + width;
  for (const end = row + width; x < end; x++, y++, u++, v++) {
    const s = work[u], t = work[v];
    work[x] -= f00 * s + f01 * t;
    work[y] -= f10 * s + f11 * t;
  }
}
