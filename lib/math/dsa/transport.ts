// Optimal transport between two sets of unequal numbers of points with uniform weights, exactly: weights are counted in
// whole units, and units are sent along cheapest paths with dual prices (successive shortest paths; Ahuja, Magnanti & Orlin
// 1993, Network Flows, section 9.7). Equal numbers are an assignment (assignment.ts). Leaves out general weights.

import { requireFinite, requireShape } from "#lib/math/linalg/require_shape.ts";

/**
 * The least Σᵢⱼ flow[i, j] cost[i, j] over flows with row sums 1/rows and column sums 1/columns.
 *
 * @throws {RangeError} if the length does not fit, a number is zero or an entry is not finite.
 *
 * @example
 * ```ts
 * import { leastCostTransport } from "#lib/math/dsa/transport.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // half of one point each
 * assertAlmostEquals(leastCostTransport(Float64Array.of(1, 3), 1, 2), 2);
 * ```
 */
export function leastCostTransport(cost: Float64Array, rows: number, columns: number): number {
  requireShape("leastCostTransport", "cost", cost, rows, columns);
  requireFinite("leastCostTransport", "cost", cost);
  if (rows < 1 || columns < 1) {
    throw new RangeError(
      `leastCostTransport: ${rows} and ${columns} points; take at least one each`,
    );
  }
  const common = greatestCommonDivisor(rows, columns);
  const supply = new Int32Array(rows).fill(columns / common);
  const demand = new Int32Array(columns).fill(rows / common);
  const flow = new Int32Array(rows * columns);
  const rowPrice = new Float64Array(rows);
  const columnPrice = new Float64Array(columns);
  for (let start = 0; start < rows; start++) {
    while (supply[start] > 0) {
      const path = cheapestPath(cost, start, demand, flow, rowPrice, columnPrice);
      let units = Math.min(supply[start], demand[path[path.length - 1][1]]);
      for (let k = 1; k < path.length; k++) {
        units = Math.min(units, flow[path[k][0] * columns + path[k - 1][1]]);
      }
      path.forEach(([row, column], k) => {
        flow[row * columns + column] += units;
        if (k > 0) flow[row * columns + path[k - 1][1]] -= units;
      });
      supply[start] -= units;
      demand[path[path.length - 1][1]] -= units;
    }
  }
  let total = 0;
  for (let p = 0; p < flow.length; p++) total += flow[p] * cost[p];
  return total / (rows * columns / common);
}

/** From a row to a column with demand: (row, column) by (row, column), each row giving back the column before it. */
function cheapestPath(
  cost: Float64Array,
  start: number,
  demand: Int32Array,
  flow: Int32Array,
  rowPrice: Float64Array,
  columnPrice: Float64Array,
): readonly (readonly [number, number])[] {
  const rows = rowPrice.length, columns = columnPrice.length;
  const distance = new Float64Array(columns).fill(Infinity);
  const fromRow = new Int32Array(columns).fill(-1);
  const rowReached = new Float64Array(rows).fill(Infinity);
  const fromColumn = new Int32Array(rows).fill(-1);
  const visited = new Uint8Array(columns);
  rowReached[start] = 0;
  let fresh = [start];
  for (;;) {
    for (const row of fresh) {
      for (let j = 0; j < columns; j++) {
        if (visited[j]) continue;
        const through = rowReached[row] + cost[row * columns + j] - rowPrice[row] - columnPrice[j];
        if (through < distance[j]) {
          distance[j] = through;
          fromRow[j] = row;
        }
      }
    }
    let nearest = -1;
    for (let j = 0; j < columns; j++) {
      if (!visited[j] && (nearest < 0 || distance[j] < distance[nearest])) nearest = j;
    }
    const reached = distance[nearest];
    if (demand[nearest] > 0) {
      for (let i = 0; i < rows; i++) {
        if (rowReached[i] < Infinity) rowPrice[i] += reached - rowReached[i];
      }
      for (let j = 0; j < columns; j++) if (visited[j]) columnPrice[j] -= reached - distance[j];
      const path: [number, number][] = [];
      for (let column = nearest; column >= 0; column = fromColumn[path[0][0]]) {
        path.unshift([fromRow[column], column]);
      }
      return path;
    }
    visited[nearest] = 1;
    fresh = [];
    for (let i = 0; i < rows; i++) {
      if (flow[i * columns + nearest] === 0 || rowReached[i] < Infinity) continue;
      rowReached[i] = reached;
      fromColumn[i] = nearest;
      fresh.push(i);
    }
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}
