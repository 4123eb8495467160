// Which of the ready members goes first: the one with the longest way to the end of the workflow, then the one that
// more others wait for, then file order; or, where several processes share the work, an order of each one's own
// among those that are about equally urgent, so that they do not all reach for the same.

import type { Adjacency } from "./adjacency.ts";

/**
 * Ranks members: rank 0 goes first.
 *
 * @param costs expected seconds of each member; 0 for those that need not run.
 * @param spread makes the order this process's own: any text that others do not have.
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
  spread?: string,
): Int32Array {
  const path = new Float64Array(numMembers);
  for (let i = numMembers - 1; i >= 0; i--) {
    let longest = 0;
    for (let e = start[i]; e < start[i + 1]; e++) longest = Math.max(longest, path[readers[e]]);
    path[i] = costs[i] + longest;
  }
  const order = Int32Array.from({ length: numMembers }, (_, i) => i);
  if (spread === undefined) {
    order.sort((a, b) =>
      path[b] - path[a] || start[b + 1] - start[b] - (start[a + 1] - start[a]) || a - b
    );
  } else {
    // Within a factor of about 1.4 of each other counts as equally urgent.
    const urgency = path.map((seconds) => Math.round(2 * Math.log2(seconds + 1e-3)));
    const seed = hash(2166136261, spread);
    const own = Uint32Array.from(order, (i) => hash(seed, String(i)));
    order.sort((a, b) => urgency[b] - urgency[a] || own[a] - own[b] || a - b);
  }
  const ranks = new Int32Array(numMembers);
  order.forEach((member, rank) => ranks[member] = rank);
  return ranks;
}

/** FNV-1a, finished as in MurmurHash3. */
function hash(seed: number, text: string): number {
  let h = seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}
