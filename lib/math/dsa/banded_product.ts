// Products of square matrices of even size of which one factor is quasi upper triangular: the terms that
// are zero are not summed. The factors are addressed by strides, so transposes cost nothing.
// Tiles of 4×2 entries, each summed over k in ascending order. Leaves out general sizes (linalg/matmul.ts).

/** Which terms of Σₖ may be skipped. `B` of C·B, `Aᵀ` of E·Aᵀ and of Aᵀ·E come from quasi upper triangles. */
export const Band = { none: 0, rightUpper: 1, rightTransposed: 2, leftTransposed: 3 } as const;

/**
 * out[i, j] = Σₖ x[i·xRow + k·xStep] · y[j·yColumn + k·yStep] for i, j, k < n, n even. With
 * `Band.rightUpper` the right factor is zero for k > j + 1, with `Band.rightTransposed` for k < j − 1;
 * with `Band.leftTransposed` the left factor is zero for k > i + 1. Sizes are not checked: inner loop.
 *
 * @example
 * ```ts
 * import { Band, bandedProduct } from "#lib/math/dsa/banded_product.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const out = new Float64Array(4);
 * const [x, y] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6, 7, 8)];
 * bandedProduct(x, 2, 1, y, 1, 2, 2, Band.none, out); // x·y
 * assertEquals(out, Float64Array.of(19, 22, 43, 50));
 * bandedProduct(x, 2, 1, y, 2, 1, 2, Band.none, out); // x·yᵀ
 * assertEquals(out, Float64Array.of(17, 23, 39, 53));
 * ```
 */
export function bandedProduct(
  x: Float64Array,
  xRow: number,
  xStep: number,
  y: Float64Array,
  yColumn: number,
  yStep: number,
  n: number,
  band: number,
  out: Float64Array,
): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    for (let j = 0; j < n; j += 2) {
      const from = band === 2 && j > 1 ? j - 1 : 0;
      const to = band === 1 ? Math.min(n, j + 3) : band === 3 ? Math.min(n, i + 5) : n;
      let c00 = 0, c01 = 0, c10 = 0, c11 = 0, c20 = 0, c21 = 0, c30 = 0, c31 = 0;
      let p0 = i * xRow + from * xStep;
      let p1 = p0 + xRow;
      let p2 = p1 + xRow;
      let p3 = p2 + xRow;
      let q0 = j * yColumn + from * yStep;
      let q1 = q0 + yColumn;
      for (let k = from; k < to; k++) {
        const y0 = y[q0], y1 = y[q1];
        let value = x[p0];
        c00 += value * y0, c01 += value * y1;
        value = x[p1];
        c10 += value * y0, c11 += value * y1;
        value = x[p2];
        c20 += value * y0, c21 += value * y1;
        value = x[p3];
        c30 += value * y0, c31 += value * y1;
        p0 += xStep, p1 += xStep, p2 += xStep, p3 += xStep, q0 += yStep, q1 += yStep;
      }
      let o = i * n + j;
      out[o] = c00, out[o + 1] = c01;
      o += n;
      out[o] = c10, out[o + 1] = c11;
      o += n;
      out[o] = c20, out[o + 1] = c21;
      o += n;
      out[o] = c30, out[o + 1] = c31;
    }
  }
  if (i === n) return;
  for (let j = 0; j < n; j += 2) {
    const from = band === 2 && j > 1 ? j - 1 : 0;
    const to = band === 1 ? Math.min(n, j + 3) : band === 3 ? Math.min(n, i + 3) : n;
    let c00 = 0, c01 = 0, c10 = 0, c11 = 0;
    let p0 = i * xRow + from * xStep;
    let p1 = p0 + xRow;
    let q0 = j * yColumn + from * yStep;
    let q1 = q0 + yColumn;
    for (let k = from; k < to; k++) {
      const y0 = y[q0], y1 = y[q1];
      let value = x[p0];
      c00 += value * y0, c01 += value * y1;
      value = x[p1];
      c10 += value * y0, c11 += value * y1;
      p0 += xStep, p1 += xStep, q0 += yStep, q1 += yStep;
    }
    const o = i * n + j;
    out[o] = c00, out[o + 1] = c01, out[o + n] = c10, out[o + n + 1] = c11;
  }
}
