// What the kinds of `import` share: its params, opening its files one after the other, and naming in messages which file
// is meant. Files come without their names, so they are counted as they stand in the workflow.

import { z } from "zod";
import { describeShape } from "#lib/core/tensor.ts";
import { type ArrayFile, describeArrays, type NumericArray } from "#lib/formats/numeric_array.ts";
import { formats, openFile } from "#lib/formats/open_file.ts";

/** What is kept along an axis: one entry, a list of entries, or a range. */
const selection = z.union([
  z.int().min(0),
  z.array(z.union([z.int().min(0), z.string()])).min(1),
  z.strictObject({
    from: z.int().min(0).optional(),
    to: z.int().min(1).optional(),
    from_ms: z.number().min(0).optional(),
    to_ms: z.number().min(0).optional(),
    every: z.int().min(1).optional(),
  }),
]);

/** One entry of `select`. */
export type Selection = z.output<typeof selection>;

/** The params of `import`. */
export const importParams = z.strictObject({
  kind: z.enum(["trajectories", "operator", "controlled_operator", "rdm", "table", "arrays"])
    .default("trajectories").describe(
      "what the numbers are: trajectories (also items × features), operator (a square matrix A, x(t+1) = A x(t)), controlled_operator (A and B), rdm (dissimilarities, condensed or square), table, arrays",
    ),
  format: z.enum(["auto", ...formats]).default("auto")
    .describe("auto: told by the bytes; .mat of version 7.3 and NWB are hdf5"),
  array: z.union([z.string(), z.array(z.string()).min(1)]).optional().describe(
    "which array of a file with several: the name in a .npz (trial_* for all that begin so), the path in an HDF5 file (rec/rates) or a JSON document (pairs[3].A); a list: each is one or more trials. For kinds of named arrays: the group that `arrays` start from",
  ),
  arrays: z.record(z.string(), z.string()).optional().describe(
    "named arrays by where they are in the file: {state: A, input: B} for controlled_operator; {matrix: A, modes: U} for operator; any names for arrays",
  ),
  dims: z.array(z.string()).min(1).optional().describe(
    "names of the axes in the file's order: trial (or item), time, unit (or feature, channel, neuron, input); other names are axes that `select` fixes to one entry. Needed for trajectories of arrays",
  ),
  dt_ms: z.number().positive().optional().describe("time between two samples, ms"),
  dt: z.number().positive().optional()
    .describe("time between two samples without a unit; 1 if neither is given"),
  units: z.string().optional().describe("physical unit of the numbers, such as Hz or mV"),
  measure: z.string().optional().describe("rdm: which dissimilarity it is, such as correlation"),
  labels: z.record(
    z.string(),
    z.union([z.array(z.union([z.string(), z.number()])), z.string()]),
  ).default({}).describe(
    "labels along an axis, {unit: [a, b], trial: …}: a list, or the name of an array of texts or numbers in the first file",
  ),
  select: z.record(z.string(), selection).default({}).describe(
    "what is kept along an axis, by its name: an index (from 0), a list of indices or labels, or a range {from, to, every} whose `to` is left out; time also {from_ms, to_ms}",
  ),
  lengths: z.union([z.array(z.int().min(1)), z.string()]).optional().describe(
    "time points of each trial of the file, where shorter ones are padded: a list, or the name of an array in the first file",
  ),
  nan_padding: z.boolean().default(false).describe(
    "whether time points at the end of a trial at which all units are NaN are padding and no data",
  ),
  missing: z.enum(["error", "drop_trials"]).default("error")
    .describe(
      "what to do with numbers that are NaN or infinite: refuse them, or leave out their trials",
    ),
  equal_length: z.boolean().default(false)
    .describe("cut all trials to the shortest, for tasks that need trials of one length"),
  columns: z.strictObject({
    trial: z.string().optional().describe("column with the name or number of the trial"),
    time: z.string().optional().describe("column with the time"),
    unit: z.string().optional().describe("long form: column with the name of the unit"),
    value: z.string().optional().describe("long form: column with the number"),
    units: z.array(z.string()).min(1).optional().describe("wide form: columns that are units"),
  }).default({}).describe(
    "csv, tsv: which column is what; columns called trial, time (also time_ms, time_s), unit and value are found by themselves, all others are units",
  ),
});

/** Checked params of `import`. */
export type ImportParams = z.output<typeof importParams>;

/** An opened file and what it is called in messages. */
export interface OpenedFile {
  readonly file: ArrayFile;
  /** `the file`, or `file 2 of 3`. */
  readonly what: string;
}

/**
 * Opens files in turn, and closes each before the next.
 *
 * @throws {TypeError | RangeError} what `read` throws, with the number of the file before it where there are several.
 */
export async function eachFile<T>(
  files: readonly Uint8Array[],
  format: ImportParams["format"],
  read: (opened: OpenedFile, index: number) => T,
): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < files.length; i++) {
    const what = files.length === 1 ? "the file" : `file ${i + 1} of ${files.length}`;
    let file: ArrayFile & Partial<Disposable> | undefined;
    try {
      file = await openFile(files[i], format);
      results.push(read({ file, what }, i));
    } catch (error) {
      if (files.length === 1 || !(error instanceof TypeError || error instanceof RangeError)) {
        throw error;
      }
      error.message = `${what}: ${error.message}`;
      throw error;
    } finally {
      file?.[Symbol.dispose]?.();
    }
  }
  return results;
}

/** The only array of a file, for params without `array`. */
export function onlyArray({ file, what }: OpenedFile): string {
  const arrays = file.list();
  if (arrays.length === 1) return arrays[0].name;
  throw new TypeError(
    arrays.length === 0
      ? `${what} holds no arrays of numbers`
      : `${what} holds ${arrays.length} arrays; say which with array: ${describeArrays(arrays)}`,
  );
}

/** Names of the arrays that `array` means, in order: all that fit where it ends in `*`. */
export function namedArrays(opened: OpenedFile, array: ImportParams["array"]): readonly string[] {
  if (array === undefined) return [onlyArray(opened)];
  return [array].flat().flatMap((name) => {
    if (!name.endsWith("*")) return [name];
    const start = name.slice(0, -1).replace(/^\/+/, "");
    const found = opened.file.list().map((one) => one.name).filter((one) => one.startsWith(start));
    if (found.length === 0) {
      throw new TypeError(
        `${opened.what} has no array that begins with '${start}'; it holds ${
          describeArrays(opened.file.list())
        }`,
      );
    }
    return found.sort(byNumber);
  });
}

/** Where a named array is: below `array` where that names a group. */
export function below(file: ArrayFile, group: ImportParams["array"], name: string): string {
  if (group === undefined || group === "") return name;
  const base = String(group);
  if (file.format === "hdf5") return `${base.replace(/\/+$/, "")}/${name}`;
  return file.format === "json" && !name.startsWith("[") ? `${base}.${name}` : `${base}${name}`;
}

/** An array in words: its name, and its axes with lengths. */
export function arrayText(
  name: string,
  shape: readonly number[],
  dims?: readonly string[],
): string {
  const axes = dims === undefined ? `[${shape.join(", ")}]` : describeShape(dims, shape);
  return name === "" ? `the array ${axes}` : `the array '${name}' ${axes}`;
}

/** `1 axis`, `2 axes`. */
export function axes(count: number): string {
  return `${count} ${count === 1 ? "axis" : "axes"}`;
}

/** Labels of an axis as a param gives them: a list, or the name of an array of the first file. */
export function labelsOf(
  { file, what }: OpenedFile,
  given: readonly (string | number)[] | string,
): readonly (string | number)[] {
  if (typeof given !== "string") return given;
  const texts = file.texts?.(given);
  if (texts !== undefined) return texts;
  const { shape, data } = file.read(given);
  if (shape.length !== 1) {
    throw new TypeError(
      `labels come from one row of texts or numbers, but ${
        arrayText(given, shape)
      } of ${what} is none`,
    );
  }
  return [...data];
}

/**
 * An array with other axes, copied unless they are in order already: `order` has the axis of the file for each new one, or `undefined` for an
 * axis of length 1; axes that are in neither are fixed.
 */
export function rearranged(
  { shape, data }: NumericArray,
  order: readonly (number | undefined)[],
  fixed: ReadonlyMap<number, number> = new Map(),
): NumericArray {
  const used = order.filter((axis) => axis !== undefined);
  if (fixed.size === 0 && used.every((axis, i) => axis === i)) {
    return { shape: [0, 1, 2].map((i) => order[i] === undefined ? 1 : shape[order[i]]), data };
  }
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const [na, nb, nc] = [0, 1, 2].map((i) => order[i] === undefined ? 1 : shape[order[i]!]);
  const [sa, sb, sc] = [0, 1, 2].map((i) => order[i] === undefined ? 0 : strides[order[i]!]);
  let base = 0;
  for (const [axis, index] of fixed) base += index * strides[axis];
  const out = new Float64Array(na * nb * nc);
  let at = 0;
  for (let a = 0; a < na; a++) {
    for (let b = 0; b < nb; b++) {
      let from = base + a * sa + b * sb;
      for (let c = 0; c < nc; c++, from += sc) out[at++] = data[from];
    }
  }
  return { shape: [na, nb, nc], data: out };
}

/** `trial_2` before `trial_10`. */
function byNumber(a: string, b: string): number {
  const pad = (text: string) => text.replace(/\d+/g, (digits) => digits.padStart(12, "0"));
  const [left, right] = [pad(a), pad(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
