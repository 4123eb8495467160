// The two scores of a match, from the distance of two unit matrices. Both say the same thing: the Euclidean score
// is 2 sin(θ/2). The angle comes from norms rather than from the arc cosine of an inner product,
// which near 0 and π would lose half of all digits. Leaves out where the match comes from.

/**
 * Angle in [0, π] between two unit vectors x and y, from ‖x − y‖ and ‖x + y‖: 2 atan2(‖x − y‖, ‖x + y‖)
 * (Kahan 2006, "How futile are mindless assessments of roundoff", section 12). Precise at both ends.
 *
 * @example
 * ```ts
 * import { angleFromNorms } from "#lib/math/dsa/angle.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(angleFromNorms(0, 2), 0);
 * assertEquals(angleFromNorms(2, 0), Math.PI);
 * ```
 */
export function angleFromNorms(difference: number, sum: number): number {
  return 2 * Math.atan2(difference, sum);
}

/**
 * Angle between two vectors of unit norm, given as arrays of equal length.
 *
 * @throws {RangeError} if the lengths differ.
 *
 * @example
 * ```ts
 * import { angleBetween } from "#lib/math/dsa/angle.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(angleBetween(Float64Array.of(1, 0), Float64Array.of(0, 1)), Math.PI / 2);
 * ```
 */
export function angleBetween(x: Float64Array, y: Float64Array): number {
  if (x.length !== y.length) {
    throw new RangeError(`angleBetween: lengths ${x.length} and ${y.length} differ`);
  }
  let difference = 0;
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const d = x[i] - y[i];
    const s = x[i] + y[i];
    difference += d * d;
    sum += s * s;
  }
  return angleFromNorms(Math.sqrt(difference), Math.sqrt(sum));
}

/**
 * The Euclidean score ‖A − C B Cᵀ‖ of unit matrices at angle θ: 2 sin(θ/2), in [0, 2].
 *
 * @example
 * ```ts
 * import { euclideanFromAngle } from "#lib/math/dsa/angle.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(euclideanFromAngle(Math.PI), 2);
 * ```
 */
export function euclideanFromAngle(angle: number): number {
  return 2 * Math.sin(angle / 2);
}
