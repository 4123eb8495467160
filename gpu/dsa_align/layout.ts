// Where everything lies in the buffers of `dsa_align`. `space` holds the operators of all pairs, then the rotations of all
// slots, then their scratch space; `entries` the tables of all pairs; `marks` what is kept of the slots besides.

import { Mark, memory, vectorLength } from "./twin.ts";

/** Most dimensions that the kernel takes. */
export const maxDimensions = 128;

/** Lengths and places, in elements. */
export interface AlignLayout {
  readonly n: number;
  /** Row length of matrices, a multiple of 4. */
  readonly s: number;
  /** Of the operators of one pair: A, B, Aᵀ, and the diagonal of A Aᵀ + Aᵀ A. */
  readonly pairLength: number;
  /** Of the table of one pair. */
  readonly tableLength: number;
  readonly rotationsAt: number;
  readonly scratchAt: number;
  /** Of the scratch space of one slot, and of that part of it that no dispatch leaves to the next. */
  readonly scratchLength: number;
  readonly transientLength: number;
  readonly spaceLength: number;
  readonly marksLength: number;
}

/**
 * The layout for slots of n dimensions.
 *
 * @throws {RangeError} if n is not from 1 to 128.
 *
 * @example
 * ```ts
 * import { alignLayout } from "#gpu/dsa_align/layout.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(alignLayout(10, 2, 5).rotationsAt, 2 * (3 * 144 + 12));
 * ```
 */
export function alignLayout(n: number, numPairs: number, numSlots: number): AlignLayout {
  if (!Number.isInteger(n) || n < 1 || n > maxDimensions) {
    throw new RangeError(`dsa_align takes 1 to ${maxDimensions} dimensions, not ${n}`);
  }
  const s = 4 * Math.ceil(n / 4);
  const pairLength = 3 * s * s + s;
  const transientLength = 7 * s * s + vectorLength(n);
  const scratchLength = transientLength + (3 + 2 * memory) * vectorLength(n);
  const rotationsAt = numPairs * pairLength;
  const scratchAt = rotationsAt + numSlots * s * s;
  return {
    n,
    s,
    pairLength,
    tableLength: n * (n - 1),
    rotationsAt,
    scratchAt,
    scratchLength,
    transientLength,
    spaceLength: scratchAt + numSlots * scratchLength,
    marksLength: numSlots * Mark.length,
  };
}

/**
 * The operators of a pair as the kernel wants them: A and B (n×n, quasi upper triangular, of unit norm) with rows of
 * length s, Aᵀ, and the diagonal; in f32, where numbers too small to be normal are zero.
 *
 * @example
 * ```ts
 * import { placedOperators } from "#gpu/dsa_align/layout.ts";
 * import { assertEquals } from "@std/assert";
 * const one = placedOperators(Float64Array.of(0.5), Float64Array.of(1), 1);
 * assertEquals([one[0], one[16], one[32], one[48]], [0.5, 1, 0.5, 0.5]);
 * ```
 */
export function placedOperators(
  a: Float64Array,
  b: Float64Array,
  n: number,
): Float32Array<ArrayBuffer> {
  const { s, pairLength } = alignLayout(n, 1, 0);
  const out = new Float32Array(pairLength);
  const square = s * s;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) {
      out[i * s + j] = a[i * n + j];
      out[square + i * s + j] = b[i * n + j];
      out[2 * square + j * s + i] = a[i * n + j];
      sum += a[i * n + j] ** 2 + a[j * n + i] ** 2;
    }
    out[3 * square + i] = sum;
  }
  return normalOnly(out);
}

/**
 * A rotation (n×n) with rows of length s and 1 on the rest of the diagonal.
 *
 * @example
 * ```ts
 * import { placedRotation } from "#gpu/dsa_align/layout.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...placedRotation(Float64Array.of(-1), 1).subarray(0, 6)], [-1, 0, 0, 0, 0, 1]);
 * ```
 */
export function placedRotation(c: Float64Array, n: number): Float32Array<ArrayBuffer> {
  const s = 4 * Math.ceil(n / 4);
  const out = new Float32Array(s * s);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) out[i * s + j] = c[i * n + j];
  }
  for (let i = n; i < s; i++) out[i * s + i] = 1;
  return normalOnly(out);
}

/**
 * Most evaluations that one dispatch may be asked for: Mesa's software adapters leave every loop, silently, after 65,536
 * turns of all loops of an invocation together.
 *
 * @example
 * ```ts
 * import { maxStepsPerDispatch } from "#gpu/dsa_align/layout.ts";
 * import { assert } from "@std/assert";
 * assert(maxStepsPerDispatch(10, 16) > 30 && maxStepsPerDispatch(128, 16) === 1);
 * ```
 */
export function maxStepsPerDispatch(n: number, width: number): number {
  const s4 = Math.ceil(n / 4);
  const turns = (items: number) => Math.ceil(items / width);
  // Six products of tiles, one elimination of two columns from four times s4 rows for each pivot, some thirty loops over
  // vectors and matrices, a dozen sums over the threads and thirteen pairs of memory.
  const products = 6 * turns(s4 * s4) * (s4 + 1);
  const elimination = 2 * s4 * (turns(4 * s4) + turns(4 * s4 * 2 * s4) + 1);
  const rest = 30 * turns(4 * s4 * s4) + 40 * turns(2 * s4 * s4) + 25 * width + 100;
  return Math.max(1, Math.floor(MAX_TURNS / (products + elimination + rest)) - 1);
}

/** Less than the limit by the turns that a dispatch makes besides. */
const MAX_TURNS = 60000;

function normalOnly(out: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  for (let i = 0; i < out.length; i++) if (Math.abs(out[i]) < SMALLEST_NORMAL) out[i] = 0;
  return out;
}

const SMALLEST_NORMAL = 2 ** -126;
