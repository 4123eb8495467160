// The ragged borders of the tiled products in plain_matmul.ts: 2×2 tiles and single dots, any strides.

/**
 * Writes the entries of a product that 4×4 tiles leave over: the last n mod 4 columns of the full row tiles,
 * then the last m mod 4 rows. A(i, p) lies at i·rowA + p·stepA and B(p, j) at p·stepB + j·colB. Sizes are not checked.
 *
 * @example
 * ```ts
 * import { fillBorders } from "#lib/math/linalg/matmul_borders.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const out = new Float64Array(1);
 * fillBorders(Float64Array.of(1, 2), 2, 1, Float64Array.of(3, 4), 1, 1, 1, 2, 1, out);
 * assertEquals(out[0], 11);
 * ```
 */
export function fillBorders(
  a: Float64Array,
  rowA: number,
  stepA: number,
  b: Float64Array,
  stepB: number,
  colB: number,
  m: number,
  k: number,
  n: number,
  out: Float64Array,
): void {
  if (m === 3 && n === 3) {
    threeByThree(a, rowA, stepA, b, stepB, colB, k, out);
    return;
  }
  const m4 = m & ~3;
  const n4 = n & ~3;
  if (n4 < n) region(a, rowA, stepA, b, stepB, colB, 0, m4, n4, n, k, n, out);
  if (m4 < m) region(a, rowA, stepA, b, stepB, colB, m4, m, 0, n, k, n, out);
}

// Three units are common (Lorenz and its relatives), so 3×3 results have a tile of their own.
function threeByThree(
  a: Float64Array,
  rowA: number,
  stepA: number,
  b: Float64Array,
  stepB: number,
  colB: number,
  k: number,
  out: Float64Array,
): void {
  let c00 = 0, c01 = 0, c02 = 0, c10 = 0, c11 = 0, c12 = 0, c20 = 0, c21 = 0, c22 = 0;
  for (let p = 0, r = 0, q = 0; p < k; p++, r += stepA, q += stepB) {
    const b0 = b[q], b1 = b[q + colB], b2 = b[q + 2 * colB];
    let x = a[r];
    c00 += x * b0, c01 += x * b1, c02 += x * b2;
    x = a[r + rowA];
    c10 += x * b0, c11 += x * b1, c12 += x * b2;
    x = a[r + 2 * rowA];
    c20 += x * b0, c21 += x * b1, c22 += x * b2;
  }
  out[0] = c00, out[1] = c01, out[2] = c02;
  out[3] = c10, out[4] = c11, out[5] = c12;
  out[6] = c20, out[7] = c21, out[8] = c22;
}

function region(
  a: Float64Array,
  rowA: number,
  stepA: number,
  b: Float64Array,
  stepB: number,
  colB: number,
  i0: number,
  i1: number,
  j0: number,
  j1: number,
  k: number,
  n: number,
  out: Float64Array,
): void {
  let i = i0;
  for (; i + 1 < i1; i += 2) {
    let j = j0;
    for (; j + 1 < j1; j += 2) {
      let c00 = 0, c01 = 0, c10 = 0, c11 = 0;
      let r0 = i * rowA;
      let r1 = r0 + rowA;
      let q0 = j * colB;
      let q1 = q0 + colB;
      for (let p = 0; p < k; p++, r0 += stepA, r1 += stepA, q0 += stepB, q1 += stepB) {
        const x = a[r0], y = a[r1], b0 = b[q0], b1 = b[q1];
        c00 += x * b0, c01 += x * b1, c10 += y * b0, c11 += y * b1;
      }
      const o = i * n + j;
      out[o] = c00, out[o + 1] = c01, out[o + n] = c10, out[o + n + 1] = c11;
    }
    if (j < j1) {
      out[i * n + j] = dot(a, i * rowA, stepA, b, j * colB, stepB, k);
      out[(i + 1) * n + j] = dot(a, (i + 1) * rowA, stepA, b, j * colB, stepB, k);
    }
  }
  if (i < i1) {
    for (let j = j0; j < j1; j++) {
      out[i * n + j] = dot(a, i * rowA, stepA, b, j * colB, stepB, k);
    }
  }
}

function dot(
  a: Float64Array,
  fromA: number,
  stepA: number,
  b: Float64Array,
  fromB: number,
  stepB: number,
  k: number,
): number {
  let sum = 0;
  for (let p = 0, r = fromA, q = fromB; p < k; p++, r += stepA, q += stepB) sum += a[r] * b[q];
  return sum;
}
