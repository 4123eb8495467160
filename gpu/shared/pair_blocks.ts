// Long sums of products of pairs, cut into blocks that are problems of their own: where the parts of the matrices lie, and
// the sum of the blocks. Mesa's software adapters leave every loop of a shader, silently, after 65,536 turns of all its
// loops together, so that no kernel on pairs may sum over more in one go.
// Leaves out which problems there are (pair_products.ts).

import type { EngineArray } from "../../lib/core/engine.ts";
import { mostInner, type PlacedMatrix } from "./pair_tiles.ts";

/** Which side of a matrix is summed over. */
export type SummedSide = "rows" | "columns";

/**
 * How many blocks a sum has: a function of its own length alone.
 *
 * @example
 * ```ts
 * import { numBlocks } from "#gpu/shared/pair_blocks.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([0, 1, 16384, 16385].map(numBlocks), [1, 1, 1, 2]);
 * ```
 */
export function numBlocks(inner: number): number {
  return Math.max(1, Math.ceil(inner / mostInner));
}

/**
 * The part of a matrix that belongs to a block.
 *
 * @example
 * ```ts
 * import { blockOf } from "#gpu/shared/pair_blocks.ts";
 * import { assertEquals } from "@std/assert";
 * const x = { at: 8, rows: 20000, columns: 3, stride: 4 };
 * assertEquals(blockOf(x, "rows", 1), { at: 8 + 4 * 16384, rows: 3616, columns: 3, stride: 4 });
 * ```
 */
export function blockOf(matrix: PlacedMatrix, side: SummedSide, block: number): PlacedMatrix {
  const from = block * mostInner;
  const { at, stride } = matrix;
  const length = Math.min(mostInner, matrix[side] - from);
  return { ...matrix, at: at + from * (side === "rows" ? stride : 1), [side]: length };
}

/**
 * The sum of the blocks' results, which lie one after the other, in their order.
 *
 * @param finish applied to each sum.
 *
 * @example
 * ```ts
 * import { sumOfBlocks } from "#gpu/shared/pair_blocks.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(sumOfBlocks(Float32Array.of(1, 2, 8, 7), 2, Math.sqrt), Float32Array.of(3, 3));
 * ```
 */
export function sumOfBlocks(
  blocks: EngineArray,
  length: number,
  finish: (sum: number) => number,
): EngineArray {
  const result = blocks.slice(0, length);
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (let at = i; at < blocks.length; at += length) sum += blocks[at];
    result[i] = finish(sum);
  }
  return result;
}
