// What a file of recorded data offers: arrays by name, listed without reading them, read one by one as doubles.
// Leaves out what the numbers mean: axes, units and trials are the business of the task `import`.

import { closestString } from "@std/text";

/** Numbers as they lie in a file, C order. Every element type becomes a double. */
export interface NumericArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** An array of a file, before it is read. */
export interface ListedArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** Element type in the words of the format, for messages. */
  readonly type: string;
}

/** An opened file. */
export interface ArrayFile {
  /** `npy`, `npz`, `hdf5`, `csv`, `tsv` or `json`. */
  readonly format: string;
  /** The arrays in it, in the order of the file. A file of one nameless array lists it as "". */
  list(): readonly ListedArray[];
  /** @throws {TypeError} if there is no such array, it holds no numbers, or its bytes are damaged. */
  read(name: string): NumericArray;
  /** Texts of an array of strings, where the format knows them. */
  texts?(name: string): readonly string[] | undefined;
}

/** Bytes that one array may have once it is read; larger ones must be cut outside of Basin. */
export const maxArrayBytes = 2 ** 31;

/**
 * Number of entries of a shape from a file, which may lie.
 *
 * @throws {TypeError} if a length is no length, or the array would need more than {@link maxArrayBytes} as doubles.
 *
 * @example
 * ```ts
 * import { countEntries } from "#lib/formats/numeric_array.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 * assertEquals(countEntries([2, 3], "x"), 6);
 * assertThrows(() => countEntries([2 ** 20, 2 ** 20], "x"), TypeError, "select");
 * ```
 */
export function countEntries(shape: readonly number[], what: string): number {
  const bad = shape.find((length) => !Number.isSafeInteger(length) || length < 0);
  if (bad !== undefined) {
    throw new TypeError(`${what} has an axis of length ${bad}, which is no length`);
  }
  const count = shape.reduce((product, length) => product * length, 1);
  if (count * 8 > maxArrayBytes) {
    throw new TypeError(
      `${what} has the shape [${shape.join(", ")}], ${
        (count * 8 / 2 ** 30).toFixed(1)
      } GiB as doubles; ` +
        `Basin reads up to ${maxArrayBytes / 2 ** 30} GiB at once: select or split before saving`,
    );
  }
  return count;
}

/**
 * The arrays of a file in words, for messages: each with its shape, at most twenty.
 *
 * @example
 * ```ts
 * import { describeArrays } from "#lib/formats/numeric_array.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(describeArrays([{ name: "rates", shape: [3, 20], type: "f8" }]), "rates [3, 20] f8");
 * ```
 */
export function describeArrays(arrays: readonly ListedArray[]): string {
  if (arrays.length === 0) return "no arrays";
  const shown = arrays.slice(0, 20).map(({ name, shape, type }) =>
    `${name === "" ? "one array" : name} [${shape.join(", ")}] ${type}`
  );
  const rest = arrays.length - shown.length;
  return shown.join("; ") + (rest > 0 ? `; and ${rest} more` : "");
}

/**
 * The array of a name among those listed, or an error that lists them.
 *
 * @throws {TypeError} naming the nearest one.
 *
 * @example
 * ```ts
 * import { findArray } from "#lib/formats/numeric_array.ts";
 * import { assertThrows } from "@std/assert";
 * const arrays = [{ name: "rates", shape: [3], type: "f8" }];
 * assertThrows(() => findArray(arrays, "rate", "the .npz file"), TypeError, "did you mean 'rates'");
 * ```
 */
export function findArray(
  arrays: readonly ListedArray[],
  name: string,
  file: string,
): ListedArray {
  const found = arrays.find((array) => array.name === name);
  if (found !== undefined) return found;
  const nearest = closestString(name, arrays.slice(0, 1000).map((array) => array.name));
  const hint = nearest === undefined || nearest === "" ? "" : `; did you mean '${nearest}'?`;
  throw new TypeError(
    `${file} has no array '${name}'${hint} It holds ${describeArrays(arrays)}`,
  );
}
