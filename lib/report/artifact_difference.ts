// Where two copies of an artifact differ: the file, the first byte, and for arrays the largest difference.

import type { Files } from "../core/artifact.ts";
import { decodeNpy } from "../core/npy.ts";

/** How one file differs between two copies. */
export type FileDifference =
  | { readonly file: string; readonly how: "missing"; readonly from: "first" | "second" }
  | {
    readonly file: string;
    readonly how: "bytes";
    /** First byte that differs, from 0; the length of the shorter file if it is the start of the other. */
    readonly offset: number;
    readonly sizes: readonly [number, number];
    readonly array?: ArrayDifference;
  };

/** How two arrays of equal shape differ. */
export interface ArrayDifference {
  /** Largest |a − b|; `NaN` if one value is not a number where the other is. */
  readonly largest: number;
  /** Position of the largest difference, one index for each axis. */
  readonly at: readonly number[];
  /** The two values there. */
  readonly values: readonly [number, number];
  /** How many entries differ, of how many. */
  readonly count: number;
  readonly size: number;
}

/**
 * Compares two copies file by file, in the order of their names.
 *
 * @example
 * ```ts
 * import { artifactDifferences } from "#lib/report/artifact_difference.ts";
 * import { assertEquals } from "@std/assert";
 * const [first] = artifactDifferences({ a: Uint8Array.of(1, 2) }, { a: Uint8Array.of(1, 3) });
 * assertEquals(first, { file: "a", how: "bytes", offset: 1, sizes: [2, 2] });
 * assertEquals(artifactDifferences({ a: Uint8Array.of(1) }, { a: Uint8Array.of(1) }), []);
 * ```
 */
export function artifactDifferences(first: Files, second: Files): readonly FileDifference[] {
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])].sort();
  const found: FileDifference[] = [];
  for (const file of names) {
    if (!Object.hasOwn(first, file)) found.push({ file, how: "missing", from: "first" });
    else if (!Object.hasOwn(second, file)) found.push({ file, how: "missing", from: "second" });
    else {
      const [a, b] = [first[file], second[file]];
      const offset = firstDifference(a, b);
      if (offset < 0) continue;
      const array = file.endsWith(".npy") ? arrayDifference(a, b) : undefined;
      const sizes = [a.length, b.length] as const;
      found.push({
        file,
        how: "bytes",
        offset,
        sizes,
        ...(array === undefined ? {} : { array }),
      });
    }
  }
  return found;
}

/**
 * One difference in words.
 *
 * @example
 * ```ts
 * import { differenceText } from "#lib/report/artifact_difference.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(
 *   differenceText({ file: "a", how: "bytes", offset: 1, sizes: [2, 3] }),
 *   "a: differs from byte 1 on (2 and 3 bytes)",
 * );
 * ```
 */
export function differenceText(difference: FileDifference): string {
  const { file } = difference;
  if (difference.how === "missing") {
    return `${file}: only the ${difference.from === "first" ? "second" : "first"} copy has it`;
  }
  const { offset, sizes: [a, b], array } = difference;
  const sizes = a === b ? "" : ` (${a} and ${b} bytes)`;
  const head = `${file}: differs from byte ${offset} on${sizes}`;
  if (array === undefined) return head;
  const { largest, at, values, count, size } = array;
  return `${head}; ${count} of ${size} values, the largest difference is ${
    Number.isNaN(largest) ? "not a number" : largest.toPrecision(3)
  } at [${at.join(", ")}]: ${values[0]} and ${values[1]}`;
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return a.length === b.length ? -1 : length;
}

/** `undefined` if they are no arrays of one shape, or differ in their headers or in the sign of a zero only. */
function arrayDifference(first: Uint8Array, second: Uint8Array): ArrayDifference | undefined {
  let a: ReturnType<typeof decodeNpy>;
  let b: ReturnType<typeof decodeNpy>;
  try {
    a = decodeNpy(first);
    b = decodeNpy(second);
  } catch {
    return undefined;
  }
  if (a.shape.join() !== b.shape.join() || a.dtype !== b.dtype) return undefined;
  let largest = 0;
  let where = -1;
  let count = 0;
  for (let i = 0; i < a.data.length; i++) {
    const [x, y] = [Number(a.data[i]), Number(b.data[i])];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    count++;
    const size = Math.abs(x - y);
    if (Number.isNaN(largest)) continue;
    if (where < 0 || Number.isNaN(size) || size > largest) [largest, where] = [size, i];
  }
  if (where < 0) return undefined;
  return {
    largest,
    at: indexes(where, a.shape),
    values: [Number(a.data[where]), Number(b.data[where])],
    count,
    size: a.data.length,
  };
}

function indexes(position: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return at;
}
