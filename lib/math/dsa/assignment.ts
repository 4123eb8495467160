// The linear assignment problem by shortest augmenting paths with dual prices (Jonker & Volgenant 1987,
// in the row-by-row form of Crouse 2016, IEEE Trans. Aerosp. Electron. Syst. 52). O(n³).
// Leaves out rectangular costs: pad them.

import { requireFinite, requireShape } from "#lib/math/linalg/require_shape.ts";

/** A permutation of least cost. */
export interface Assignment {
  /** `columns[i]` is the column given to row i. */
  readonly columns: Int32Array;
  /** Σᵢ cost[i, columns[i]]. */
  readonly cost: number;
}

/**
 * The permutation π minimising Σᵢ cost[i, π(i)] for an n×n cost of any finite entries.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { leastCostAssignment } from "#lib/math/dsa/assignment.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { columns, cost } = leastCostAssignment(Float64Array.of(4, 1, 2, 3), 2);
 * assertEquals([...columns], [1, 0]);
 * assertEquals(cost, 3);
 * ```
 */
export function leastCostAssignment(cost: Float64Array, n: number): Assignment {
  requireShape("leastCostAssignment", "cost", cost, n, n);
  requireFinite("leastCostAssignment", "cost", cost);
  const rowPrice = new Float64Array(n);
  const columnPrice = new Float64Array(n);
  const columns = new Int32Array(n).fill(-1);
  const rows = new Int32Array(n).fill(-1);
  const distance = new Float64Array(n);
  const previous = new Int32Array(n);
  const visited = new Uint8Array(n);
  for (let start = 0; start < n; start++) {
    distance.fill(Infinity);
    visited.fill(0);
    let row = start;
    let reached = 0;
    let sink = -1;
    while (sink < 0) {
      let nearest = Infinity;
      let column = -1;
      for (let j = 0; j < n; j++) {
        if (visited[j]) continue;
        const through = reached + cost[row * n + j] - rowPrice[row] - columnPrice[j];
        if (through < distance[j]) {
          distance[j] = through;
          previous[j] = row;
        }
        // Of equally near columns a free one ends the search sooner.
        if (
          distance[j] < nearest || (distance[j] === nearest && rows[j] < 0 && rows[column] >= 0)
        ) {
          nearest = distance[j];
          column = j;
        }
      }
      reached = nearest;
      visited[column] = 1;
      if (rows[column] < 0) sink = column;
      else row = rows[column];
    }
    rowPrice[start] += reached;
    for (let j = 0; j < n; j++) {
      if (!visited[j] || j === sink) continue;
      rowPrice[rows[j]] += reached - distance[j];
      columnPrice[j] -= reached - distance[j];
    }
    for (let j = sink; j >= 0;) {
      const i = previous[j];
      rows[j] = i;
      const next = columns[i];
      columns[i] = j;
      j = i === start ? -1 : next;
    }
  }
  let total = 0;
  for (let i = 0; i < n; i++) total += cost[i * n + columns[i]];
  return { columns, cost: total };
}
