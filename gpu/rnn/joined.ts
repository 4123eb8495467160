// Arrays one behind the other.

import type { EngineArray } from "#lib/core/engine.ts";

/**
 * One array of several; the only one itself. In double precision if any of them is.
 *
 * @example
 * ```ts
 * import { joined } from "#gpu/rnn/joined.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(joined([Float32Array.of(1), Float64Array.of(2, 3)]), Float64Array.of(1, 2, 3));
 * ```
 */
export function joined(arrays: readonly EngineArray[]): EngineArray {
  if (arrays.length === 1) return arrays[0];
  const total = arrays.reduce((sum, { length }) => sum + length, 0);
  const Numbers = arrays.some((array) => array instanceof Float64Array)
    ? Float64Array
    : Float32Array;
  const all = new Numbers(total);
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
