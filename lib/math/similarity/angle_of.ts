// The angle of a cosine, exact also where the cosine is too near 1 to tell.

/**
 * arccos(cosine) in radians; where that would round to multiples of 1e-8 (below 1e-4 rad) it is taken from the chord
 * between the two unit vectors, which `chord` works out only then. A cosine beyond ±1 by rounding counts as ±1.
 *
 * @example
 * ```ts
 * import { angleOf } from "#lib/math/similarity/angle_of.ts";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * assertEquals(angleOf(0, () => 0), Math.PI / 2);
 * assertAlmostEquals(angleOf(1, () => 1e-9), 1e-9, 1e-24);
 * ```
 */
export function angleOf(cosine: number, chord: () => number): number {
  if (1 - cosine < CHORD_BELOW) return 2 * Math.asin(chord() / 2);
  return Math.acos(Math.max(-1, cosine));
}

// cos θ > 1 − 5e-9, θ < 1e-4: the error of arccos, eps/θ, would pass 2e-12.
const CHORD_BELOW = 5e-9;
