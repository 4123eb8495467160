// The Sobol sequence: points that fill a cube evenly, from a table of direction numbers. Leaves out what the
// coordinates mean (samplers.ts).
// Sources: Sobol 1967; Antonov & Saleev 1979 (order of the Gray code); direction numbers new-joe-kuo-6.21201 of Joe & Kuo
// 2008, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30, 2635–2654.

/** By dimension from the second: degree s, coefficients a of the primitive polynomial, initial numbers m_1 … m_s. */
const directions: readonly (readonly number[])[] = [
  [1, 0, 1],
  [2, 1, 1, 3],
  [3, 1, 1, 3, 1],
  [3, 2, 1, 1, 1],
  [4, 1, 1, 1, 3, 3],
  [4, 4, 1, 3, 5, 13],
  [5, 2, 1, 1, 5, 5, 17],
  [5, 4, 1, 1, 5, 5, 5],
  [5, 7, 1, 1, 7, 11, 19],
  [5, 11, 1, 1, 5, 1, 1],
  [5, 13, 1, 1, 1, 3, 11],
  [5, 14, 1, 3, 5, 5, 31],
  [6, 1, 1, 3, 3, 9, 7, 49],
  [6, 13, 1, 1, 1, 15, 21, 21],
  [6, 16, 1, 3, 1, 13, 27, 49],
  [6, 19, 1, 1, 1, 15, 7, 5],
  [6, 22, 1, 3, 1, 15, 13, 25],
  [6, 25, 1, 1, 5, 5, 19, 61],
  [7, 1, 1, 3, 7, 11, 23, 15, 103],
  [7, 4, 1, 3, 7, 13, 13, 15, 69],
  [7, 7, 1, 1, 3, 13, 7, 35, 63],
  [7, 8, 1, 3, 5, 9, 1, 25, 53],
  [7, 14, 1, 3, 1, 13, 9, 35, 107],
  [7, 19, 1, 3, 1, 5, 27, 61, 31],
  [7, 21, 1, 1, 5, 11, 19, 41, 61],
  [7, 28, 1, 3, 5, 3, 3, 13, 69],
  [7, 31, 1, 1, 7, 13, 1, 19, 1],
  [7, 32, 1, 3, 7, 5, 13, 19, 59],
  [7, 37, 1, 1, 3, 9, 25, 29, 41],
  [7, 41, 1, 3, 5, 13, 23, 1, 55],
  [7, 42, 1, 3, 7, 3, 13, 59, 17],
  [7, 50, 1, 3, 1, 3, 5, 53, 69],
  [7, 55, 1, 1, 5, 5, 23, 33, 13],
  [7, 56, 1, 1, 7, 7, 1, 61, 123],
  [7, 59, 1, 1, 7, 9, 13, 61, 49],
  [7, 62, 1, 3, 3, 5, 3, 55, 33],
  [8, 14, 1, 3, 1, 15, 31, 13, 49, 245],
  [8, 21, 1, 3, 5, 15, 31, 59, 63, 97],
  [8, 22, 1, 3, 1, 11, 11, 11, 77, 249],
];

/** Dimensions that the table has. */
export const maxSobolDimensions = directions.length + 1;

const bits = 32;

/**
 * The first points of the sequence, as 32-bit integers to divide by 2³²: points × dimensions, row-major. The first points
 * of a longer sequence are those of a shorter one, and the first dimensions of a wider one those of a narrower one.
 *
 * @throws {RangeError} if there are more dimensions than the table has
 *
 * @example
 * ```ts
 * import { sobolPoints } from "#lib/workflow/expression/sobol.ts";
 * import { assertEquals } from "@std/assert";
 * const points = [...sobolPoints(4, 2)].map((x) => x / 2 ** 32);
 * assertEquals(points, [0, 0, 0.5, 0.5, 0.75, 0.25, 0.25, 0.75]);
 * ```
 */
export function sobolPoints(count: number, dimensions: number): Uint32Array {
  if (dimensions > maxSobolDimensions) {
    throw new RangeError(
      `a Sobol sequence of ${dimensions} dimensions; at most ${maxSobolDimensions} are known`,
    );
  }
  const points = new Uint32Array(count * dimensions);
  for (let d = 0; d < dimensions; d++) {
    const numbers = directionNumbers(d);
    let x = 0;
    for (let i = 1; i < count; i++) {
      // The lowest bit of i − 1 that is 0 is the one in which two neighbours of the Gray code differ.
      const bit = 31 - Math.clz32(~(i - 1) & i);
      x ^= numbers[bit];
      points[i * dimensions + d] = x;
    }
  }
  return points;
}

/** The direction numbers of one dimension, v_1 … v_32 (Joe & Kuo 2008, equations 2 and 3). */
function directionNumbers(dimension: number): Uint32Array {
  const numbers = new Uint32Array(bits);
  if (dimension === 0) {
    for (let k = 0; k < bits; k++) numbers[k] = (1 << (bits - 1 - k)) >>> 0;
    return numbers;
  }
  const [degree, coefficients, ...initial] = directions[dimension - 1];
  for (let k = 0; k < bits; k++) {
    if (k < degree) {
      numbers[k] = (initial[k] << (bits - 1 - k)) >>> 0;
      continue;
    }
    let number = numbers[k - degree] ^ (numbers[k - degree] >>> degree);
    for (let j = 1; j < degree; j++) {
      if ((coefficients >>> (degree - 1 - j)) & 1) number ^= numbers[k - j];
    }
    numbers[k] = number;
  }
  return numbers;
}
