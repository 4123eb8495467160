// What to do with two operators of different size before they are compared over rotations.
// Leaves out the third policy a comparison may offer, distances of spectra (wasserstein.ts).

import { requireShape } from "#lib/math/linalg/require_shape.ts";

/** `error`: sizes must agree. `zero_pad`: the smaller becomes the upper left corner of a zero matrix. */
export type SizePolicy = "error" | "zero_pad";

/** Two operators of one size (n×n). */
export interface EqualSized {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly n: number;
}

/**
 * A and B brought to one size. Zero padding compares the larger operator's further modes with modes that are dead.
 *
 * @throws {RangeError} if a length does not fit, or the sizes differ under `error`.
 *
 * @example
 * ```ts
 * import { matchSizes } from "#lib/math/dsa/match_sizes.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { a, n } = matchSizes(Float64Array.of(5), 1, Float64Array.of(1, 2, 3, 4), 2, "zero_pad");
 * assertEquals(a, Float64Array.of(5, 0, 0, 0));
 * assertEquals(n, 2);
 * ```
 */
export function matchSizes(
  a: Float64Array,
  numRowsA: number,
  b: Float64Array,
  numRowsB: number,
  policy: SizePolicy,
): EqualSized {
  requireShape("matchSizes", "a", a, numRowsA, numRowsA);
  requireShape("matchSizes", "b", b, numRowsB, numRowsB);
  if (numRowsA === numRowsB) return { a, b, n: numRowsA };
  if (policy === "error") {
    throw new RangeError(
      `matchSizes: operators of ${numRowsA} and ${numRowsB} dimensions cannot be compared over rotations; ` +
        `fit them with one rank, or ask for zero_pad`,
    );
  }
  const n = Math.max(numRowsA, numRowsB);
  return { a: zeroPadded(a, numRowsA, n), b: zeroPadded(b, numRowsB, n), n };
}

function zeroPadded(m: Float64Array, from: number, to: number): Float64Array {
  if (from === to) return m;
  const out = new Float64Array(to * to);
  for (let i = 0; i < from; i++) out.set(m.subarray(i * from, (i + 1) * from), i * to);
  return out;
}
