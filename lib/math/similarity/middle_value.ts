// The median of many numbers without sorting them: quickselect (Hoare 1961), pivots from the middle of three.

/**
 * The median of `values`, the mean of the middle two where their number is even. Reorders `values`. About 3n comparisons.
 *
 * @throws {RangeError} if there are none.
 *
 * @example
 * ```ts
 * import { middleValue } from "#lib/math/similarity/middle_value.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(middleValue(Float64Array.of(9, 1, 4)), 4);
 * assertEquals(middleValue(Float64Array.of(9, 1, 4, 2)), 3);
 * ```
 */
export function middleValue(values: Float64Array): number {
  const n = values.length;
  if (n === 0) throw new RangeError("there is no median of no numbers; give at least one");
  const middle = n >> 1;
  select(values, middle);
  if (n % 2 === 1) return values[middle];
  let below = values[0];
  for (let i = 1; i < middle; i++) below = Math.max(below, values[i]);
  return 0.5 * (below + values[middle]);
}

// Afterwards values[k] is where sorting would put it, with none larger before it and none smaller behind.
function select(values: Float64Array, k: number): void {
  let low = 0, high = values.length - 1;
  while (low < high) {
    const pivot = middleOfThree(values[low], values[(low + high) >> 1], values[high]);
    let i = low, j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i <= j) {
        const swapped = values[i];
        values[i++] = values[j];
        values[j--] = swapped;
      }
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else return;
  }
}

function middleOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
