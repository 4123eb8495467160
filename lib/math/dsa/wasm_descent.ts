// The descents of descent.ts in wasm: the same method, step by step, several times as fast.
// Leaves out the method (descent.ts says it) and its source (lib/wasm/assembly/_dsa_descent.ts).

import bytes from "#lib/wasm/dsa_descent.wasm" with { type: "bytes" };
import { withHeap } from "#lib/wasm/instance.ts";
import type { DescentLimits, DescentResult } from "./descent.ts";
import type { MatchingProblem } from "./matching_problem.ts";
import { pairTable } from "./pair_table.ts";

/** A descent from `c` (padded with 1 on the diagonal, overwritten by the end point), as `descend` of descent.ts. */
export type Descend = (c: Float64Array, limits: DescentLimits) => DescentResult;

/**
 * Calls `work` with a function that descends for one problem; the function is of no use afterwards.
 *
 * @example
 * ```ts
 * import { matchingProblem } from "#lib/math/dsa/matching_problem.ts";
 * import { withDescents } from "#lib/math/dsa/wasm_descent.ts";
 * import { assert } from "@std/assert";
 *
 * const a = Float64Array.of(1, 0, 0, 0);
 * const c = Float64Array.of(Math.cos(1), -Math.sin(1), Math.sin(1), Math.cos(1));
 * const limits = { maxIterations: 50, gradientTolerance: 1e-9, relativeDecrease: 0, target: Infinity };
 * const problem = matchingProblem(a, a, Int32Array.of(-1, -1), 2);
 * assert(withDescents(problem, (descend) => descend(c, limits)).value < 1e-16);
 * ```
 */
export function withDescents<R>(
  problem: MatchingProblem,
  work: (descend: Descend) => R,
): R {
  const { n, stride, partner, a, b, diagonal } = problem;
  return withHeap(bytes, (heap) => {
    const operators = [heap.put(a), heap.put(b), heap.put(turned(a, stride)), heap.put(diagonal)];
    const table = pairTable(partner, n);
    const entries = heap.alloc(table.byteLength + 16);
    const c = heap.alloc(8 * stride * stride);
    const scratch = heap.alloc(8 * heap.exports.scratch(n, stride));
    const marks = heap.alloc(8 * NUM_MARKS);
    heap.i32(entries, table.length).set(table);
    return work((start, limits) => {
      const place = heap.f64(c, start.length);
      const kept = heap.f64(marks, NUM_MARKS).fill(0);
      place.set(start);
      heap.exports.descent(
        ...[n, stride, ...operators, entries, c, scratch, marks],
        limits.maxIterations,
        limits.gradientTolerance,
        limits.relativeDecrease,
        limits.target,
      );
      start.set(place);
      return {
        value: kept[0],
        gradientNorm: kept[1],
        iterations: kept[2],
        abandoned: kept[3] === ABANDONED,
      };
    });
  });
}

function turned(m: Float64Array, stride: number): Float64Array {
  const out = new Float64Array(m.length);
  for (let i = 0; i < stride; i++) {
    for (let j = 0; j < stride; j++) out[j * stride + i] = m[i * stride + j];
  }
  return out;
}

/** As in the source. */
const NUM_MARKS = 32;
const ABANDONED = 4;
