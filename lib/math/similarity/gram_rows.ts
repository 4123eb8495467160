// The inner products of all pairs of items, row by row of the upper triangle, in blocks: m²p operations, and never more of
// them in memory than a block of rows.

import { multiplyTransposeB } from "../linalg/matmul.ts";
import type { Features } from "./kernel_distance.ts";

/**
 * Calls `visit` with every row of XXᵀ from the diagonal on: ⟨xᵢ, xᵢ⟩, ⟨xᵢ, xᵢ₊₁⟩, … The array is the next row's afterwards.
 *
 * @example
 * ```ts
 * import { visitGramRows } from "#lib/math/similarity/gram_rows.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rows: number[][] = [];
 * visitGramRows({ data: Float64Array.of(1, 2), numItems: 2, numFeatures: 1 }, (_, row) => {
 *   rows.push([...row]);
 * });
 * assertEquals(rows, [[1, 2], [4]]);
 * ```
 */
export function visitGramRows(
  { data, numItems: m, numFeatures: p }: Features,
  visit: (item: number, row: Float64Array) => void,
): void {
  const block = new Float64Array(Math.min(BLOCK, m) * m);
  for (let from = 0; from < m; from += BLOCK) {
    const rows = Math.min(BLOCK, m - from);
    const width = m - from;
    const out = block.subarray(0, rows * width);
    const rest = data.subarray(from * p);
    multiplyTransposeB(rest.subarray(0, rows * p), rest, rows, p, width, out);
    for (let i = 0; i < rows; i++) visit(from + i, out.subarray(i * width + i, (i + 1) * width));
  }
}

const BLOCK = 128;
