// How rows and units of networks are given to threads, for all kernels that step through time: a workgroup, or a part of a
// wasm kernel, takes a block of rows of one model for all steps, since rows never need each other. The sizes change no number.

/** Rows that one part of a wasm kernel takes through time together: fixed, whatever the number of threads. */
export const rowBlock = 8;

/**
 * Scratch space of one model in wasm kernels: for each block its rows, `depth` numbers each, and a tile of results.
 *
 * @example
 * ```ts
 * import { packedNumbers } from "#gpu/rnn/row_blocks.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(packedNumbers(9, 5), 2 * (8 * 5 + 32));
 * ```
 */
export function packedNumbers(rows: number, depth: number): number {
  return Math.ceil(rows / rowBlock) * (rowBlock * depth + 32);
}

/** Rows of a workgroup: the four lanes of a vector. */
export const rowLanes = 4;

/** Units that a workgroup has memory for, in shaders that keep four rows of the state there. */
export const mostShaderUnits = 896;

/**
 * Override constants: threads of a workgroup, each with four units at a time.
 *
 * @example
 * ```ts
 * import { rowThreads } from "#gpu/rnn/row_blocks.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(rowThreads("software"), { THREADS: 8 });
 * ```
 */
export function rowThreads(device: "gpu" | "software"): { readonly THREADS: number } {
  return { THREADS: device === "gpu" ? 32 : 8 };
}

/**
 * Workgroups for all rows of all models.
 *
 * @example
 * ```ts
 * import { rowGrid } from "#gpu/rnn/row_blocks.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(rowGrid({ num_models: 3, num_rows: 9 }), [3, 3, 1]);
 * ```
 */
export function rowGrid(
  { num_models, num_rows }: { readonly num_models: number; readonly num_rows: number },
): readonly [number, number, number] {
  return [Math.ceil(num_rows / rowLanes), num_rows === 0 ? 0 : num_models, 1];
}
