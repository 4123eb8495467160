// An operator in more dimensions than its own, the further ones dead. Leaves out when that is wanted (lib/metrics/dsa.ts).

import { requireShape } from "#lib/math/linalg/require_shape.ts";

/**
 * M (n×n) as the upper left corner of a zero matrix of `size` squared. Comparisons then set a larger operator's further
 * modes against modes that are dead.
 *
 * @throws {RangeError} if the length does not fit, or `size` is less than n.
 *
 * @example
 * ```ts
 * import { zeroPadded } from "#lib/math/dsa/zero_pad.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(zeroPadded(Float64Array.of(5), 1, 2), Float64Array.of(5, 0, 0, 0));
 * ```
 */
export function zeroPadded(m: Float64Array, n: number, size: number): Float64Array {
  requireShape("zeroPadded", "m", m, n, n);
  if (size < n) throw new RangeError(`zeroPadded: ${size} is less than ${n}; give at least ${n}`);
  const out = new Float64Array(size * size);
  for (let i = 0; i < n; i++) out.set(m.subarray(i * n, (i + 1) * n), i * size);
  return out;
}
