// Random orthogonal matrices from a counter-based stream. Leaves out random rotations near a given one.

import type { RandomStream } from "#lib/core/random.ts";
import { determinant } from "#lib/math/linalg/lu.ts";
import { qr } from "#lib/math/linalg/qr.ts";

/**
 * The `index`-th matrix of the stream from the Haar measure on the orthogonal n×n matrices of the given determinant:
 * Q of a normal matrix with R's diagonal positive (Stewart 1980, SIAM J. Numer. Anal. 17), first row negated if need be.
 *
 * @example
 * ```ts
 * import { randomStream } from "#lib/core/random.ts";
 * import { randomOrthogonal } from "#lib/math/dsa/random_orthogonal.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [a, b, c, d] = randomOrthogonal(randomStream(1, "example"), 0, 2, -1);
 * assertAlmostEquals(a * d - b * c, -1, 1e-14);
 * ```
 */
export function randomOrthogonal(
  stream: RandomStream,
  index: number,
  n: number,
  det: 1 | -1,
): Float64Array {
  const { q } = qr(stream.normal(new Float64Array(n * n), index) as Float64Array, n, n);
  if (determinant(q, n) * det < 0) { for (let j = 0; j < n; j++) q[j] = -q[j]; }
  return q;
}
