// How the tensors of a model's parameters are cut into segments, which kernels work on side by side.
// Leaves out what is done with them (parameter_norms.ts, parameter_update.ts).

/** Elements of a segment at most. Segments do not cross tensors. */
export const segmentLength = 2048;

/** Sums of a segment: Σ|p|, Σp², Σg², Σgp, Σ g sign(p), Σ|sign(p)|; two places stay zero. */
export const sumsLength = 8;

/** Where the segments of tensors begin: for each its offset, length, first segment, and a zero. */
export interface TensorTable {
  readonly table: Uint32Array;
  readonly numSegments: number;
}

/**
 * The table of tensors that lie behind one another.
 *
 * @example
 * ```ts
 * import { tensorTable } from "#gpu/rnn/parameter_tensors.ts";
 * import { assertEquals } from "@std/assert";
 * const { table, numSegments } = tensorTable([3, 5000]);
 * assertEquals([...table], [0, 3, 0, 0, 3, 5000, 1, 0]);
 * assertEquals(numSegments, 4);
 * ```
 */
export function tensorTable(lengths: readonly number[]): TensorTable {
  const table = new Uint32Array(4 * lengths.length);
  let [at, numSegments] = [0, 0];
  lengths.forEach((length, i) => {
    table.set([at, length, numSegments, 0], 4 * i);
    at += length;
    numSegments += Math.ceil(length / segmentLength);
  });
  return { table, numSegments };
}

/**
 * Calls for each segment, in order, with its tensor and its first and last element + 1.
 *
 * @example
 * ```ts
 * import { eachSegment, tensorTable } from "#gpu/rnn/parameter_tensors.ts";
 * import { assertEquals } from "@std/assert";
 * const seen: number[][] = [];
 * eachSegment(tensorTable([3, 2050]).table, (...all) => seen.push(all));
 * assertEquals(seen, [[0, 0, 0, 3], [1, 1, 3, 2051], [2, 1, 2051, 2053]]);
 * ```
 */
export function eachSegment(
  table: Uint32Array,
  work: (segment: number, tensor: number, from: number, to: number) => void,
): void {
  for (let tensor = 0; 4 * tensor < table.length; tensor++) {
    const [at, length, first] = table.subarray(4 * tensor, 4 * tensor + 3);
    for (let from = 0, segment = first; from < length; from += segmentLength, segment++) {
      work(segment, tensor, at + from, at + Math.min(length, from + segmentLength));
    }
  }
}
