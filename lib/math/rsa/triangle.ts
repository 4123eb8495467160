// The upper triangle of a symmetric matrix with zero diagonal, row by row: how dissimilarities of item pairs are kept.

/**
 * Number of pairs of items.
 *
 * @example
 * ```ts
 * import { numPairs } from "#lib/math/rsa/triangle.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(numPairs(4), 6);
 * ```
 */
export function numPairs(numItems: number): number {
  return numItems * (numItems - 1) / 2;
}

/**
 * Number of items behind a number of pairs.
 *
 * @throws {RangeError} if no number of items has that many pairs.
 *
 * @example
 * ```ts
 * import { itemsOfPairs } from "#lib/math/rsa/triangle.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(itemsOfPairs(6), 4);
 * ```
 */
export function itemsOfPairs(pairs: number): number {
  const numItems = Math.round((1 + Math.sqrt(1 + 8 * pairs)) / 2);
  if (numPairs(numItems) !== pairs) {
    throw new RangeError(
      `an upper triangle cannot have ${pairs} entries; give n(n − 1)/2 for n items: 1, 3, 6, 10, …`,
    );
  }
  return numItems;
}

/**
 * The full matrix (n×n) of an upper triangle, zeros on its diagonal.
 *
 * @throws {RangeError} if no square matrix has such a triangle.
 *
 * @example
 * ```ts
 * import { squareOf } from "#lib/math/rsa/triangle.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(squareOf(Float64Array.of(1, 2, 3)), Float64Array.of(0, 1, 2, 1, 0, 3, 2, 3, 0));
 * ```
 */
export function squareOf(triangle: Float64Array): Float64Array {
  const n = itemsOfPairs(triangle.length);
  const out = new Float64Array(n * n);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, at++) {
      out[i * n + j] = triangle[at];
      out[j * n + i] = triangle[at];
    }
  }
  return out;
}

/**
 * The upper triangle of a square matrix of dissimilarities (n×n).
 *
 * @param tolerance how far, relative to the largest entry, the matrix may be from symmetric with zero diagonal; its two
 * halves are averaged
 * @throws {RangeError} if it is farther, negative or not finite.
 *
 * @example
 * ```ts
 * import { triangleOf } from "#lib/math/rsa/triangle.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 * assertEquals(triangleOf(Float64Array.of(0, 1, 1, 0), 2), Float64Array.of(1));
 * assertThrows(() => triangleOf(Float64Array.of(0, 1, 2, 0), 2), RangeError, "symmetric");
 * ```
 */
export function triangleOf(square: Float64Array, n: number, tolerance = 1e-9): Float64Array {
  if (square.length !== n * n) {
    throw new RangeError(
      `a matrix of ${n}×${n} distances has ${n * n} entries, not ${square.length}`,
    );
  }
  let largest = 0;
  for (const value of square) {
    if (!Number.isFinite(value)) {
      throw new RangeError(`a matrix of distances holds ${value}; entries must be finite`);
    }
    largest = Math.max(largest, Math.abs(value));
  }
  const slack = tolerance * largest;
  const out = new Float64Array(numPairs(n));
  for (let i = 0, at = 0; i < n; i++) {
    if (Math.abs(square[i * n + i]) > slack) {
      throw new RangeError(
        `item ${i} is ${square[i * n + i]} from itself; distances want zeros on the diagonal` +
          " (take 1 − x or arccos x of similarities first)",
      );
    }
    for (let j = i + 1; j < n; j++, at++) {
      const [there, back] = [square[i * n + j], square[j * n + i]];
      if (Math.abs(there - back) > slack) {
        throw new RangeError(
          `the matrix of distances is not symmetric: ${there} from item ${i} to ${j}, ${back} back; ` +
            "average the two first",
        );
      }
      out[at] = (there + back) / 2;
    }
  }
  return out;
}
