// Monomials of the columns up to a degree, in graded order: x, y, x², xy, y², x³, …

import { requireShape } from "../linalg/require_shape.ts";

/**
 * Which columns each monomial multiplies, ascending; a column stands as often as its power says. Without the constant.
 *
 * @throws {RangeError} if there would be more than `most`.
 *
 * @example
 * ```ts
 * import { monomials } from "#lib/math/preprocessing/polynomial_features.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(monomials(2, 2), [[0], [1], [0, 0], [0, 1], [1, 1]]);
 * ```
 */
export function monomials(numColumns: number, degree: number, most = 4096): readonly number[][] {
  let count = 1;
  for (let k = 1; k <= degree; k++) count = count * (numColumns + k) / k;
  if (count - 1 > most) {
    throw new RangeError(
      `monomials() of ${numColumns} columns up to degree ${degree} are ${
        Math.round(count - 1)
      }, more than ${most}; reduce the columns first, or take a lower degree`,
    );
  }
  const all: number[][] = [];
  let last: readonly number[][] = [[]];
  for (let k = 1; k <= degree; k++) {
    const next: number[][] = [];
    for (const factors of last) {
      for (let j = factors.at(-1) ?? 0; j < numColumns; j++) next.push([...factors, j]);
    }
    all.push(...next);
    last = next;
  }
  return all;
}

/**
 * The monomials of every row.
 *
 * @returns rows × monomials, in the order of {@link monomials}.
 * @throws {RangeError} if the length does not fit, or there are too many.
 *
 * @example
 * ```ts
 * import { polynomialFeatures } from "#lib/math/preprocessing/polynomial_features.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...polynomialFeatures(Float64Array.of(2, 3), 1, 2, 2)], [2, 3, 4, 6, 9]);
 * ```
 */
export function polynomialFeatures(
  rows: Float64Array,
  numRows: number,
  numColumns: number,
  degree: number,
): Float64Array {
  requireShape("polynomialFeatures", "rows", rows, numRows, numColumns);
  const terms = monomials(numColumns, degree);
  const out = new Float64Array(numRows * terms.length);
  let at = 0;
  for (let row = 0; row < numRows; row++) {
    for (const factors of terms) {
      let product = 1;
      for (const j of factors) product *= rows[row * numColumns + j];
      out[at++] = product;
    }
  }
  return out;
}
