// Which of the ready members goes first: the one with the longest way to the end of the workflow, then the one that
// more others wait for, then file order.

import type { Adjacency } from "./adjacency.ts";

/**
 * Ranks members: rank 0 goes first.
 *
 * @param costs expected seconds of each member; 0 for those that need not run.
 *
 * @example
 * ```ts
 * import { ranksOf } from "#lib/scheduler/priority.ts";
 * import { adjacencyOf } from "#lib/scheduler/adjacency.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const graph = fakeGraph([{ id: "short" }, { id: "long" }, { id: "end", from: ["long"] }]);
 * assertEquals([...ranksOf(adjacencyOf(graph.members), Float64Array.of(1, 1, 1))], [1, 0, 2]);
 * ```
 */
export function ranksOf(
  { numMembers, start, readers }: Adjacency,
  costs: Float64Array,
): Int32Array {
  const path = new Float64Array(numMembers);
  for (let i = numMembers - 1; i >= 0; i--) {
    let longest = 0;
    for (let e = start[i]; e < start[i + 1]; e++) longest = Math.max(longest, path[readers[e]]);
    path[i] = costs[i] + longest;
  }
  const order = Int32Array.from({ length: numMembers }, (_, i) => i);
  order.sort((a, b) =>
    path[b] - path[a] || start[b + 1] - start[b] - (start[a + 1] - start[a]) || a - b
  );
  const ranks = new Int32Array(numMembers);
  order.forEach((member, rank) => ranks[member] = rank);
  return ranks;
}
