// Shape checks for flat row-major matrices: one place that words the complaint.
// Leaves out checks of the entries (finite, symmetric): the algorithms say what they need.

/**
 * Throws unless `a` holds exactly `rows × cols` entries and both are non-negative integers.
 *
 * @throws {RangeError} if a size is no count or the array's length does not fit.
 *
 * @example
 * ```ts
 * import { requireShape } from "#lib/math/linalg/require_shape.ts";
 * import { assertThrows } from "@std/assert";
 *
 * requireShape("example", "a", new Float64Array(6), 2, 3);
 * assertThrows(() => requireShape("example", "a", new Float64Array(5), 2, 3), RangeError);
 * ```
 */
export function requireShape(
  caller: string,
  name: string,
  a: Float64Array,
  rows: number,
  cols: number,
): void {
  if (!Number.isInteger(rows) || !Number.isInteger(cols) || rows < 0 || cols < 0) {
    throw new RangeError(
      `${caller}: ${name} was said to be ${rows}×${cols}; sizes are non-negative integers`,
    );
  }
  if (a.length !== rows * cols) {
    throw new RangeError(
      `${caller}: ${name} has ${a.length} entries, a ${rows}×${cols} matrix has ${rows * cols}`,
    );
  }
}

/**
 * Throws if any entry of `a` is NaN or infinite: the iterative decompositions would not end or
 * would hide it.
 *
 * @throws {RangeError} naming the first entry that is not finite.
 *
 * @example
 * ```ts
 * import { requireFinite } from "#lib/math/linalg/require_shape.ts";
 * import { assertThrows } from "@std/assert";
 *
 * requireFinite("example", "a", Float64Array.of(1, 2));
 * assertThrows(() => requireFinite("example", "a", Float64Array.of(1, NaN)), RangeError);
 * ```
 */
export function requireFinite(caller: string, name: string, a: Float64Array): void {
  for (let i = 0; i < a.length; i++) {
    if (!Number.isFinite(a[i])) {
      throw new RangeError(`${caller}: entry ${i} of ${name} is ${a[i]}; entries must be finite`);
    }
  }
}
