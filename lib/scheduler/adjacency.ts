// Who reads whom, as integers: compressed sparse rows, so that 100,000 members stay light and nothing recurses.

import type { StageMember } from "../workflow/graph.ts";

/** Edges of a graph in topological order. */
export interface Adjacency {
  readonly numMembers: number;
  /** How many different members each one reads. */
  readonly numProducers: Int32Array;
  /** Readers of member i are `readers[start[i]] … readers[start[i + 1] - 1]`, ascending. */
  readonly start: Int32Array;
  readonly readers: Int32Array;
}

/**
 * The adjacency of a graph's members; several inputs from one member count once.
 *
 * @example
 * ```ts
 * import { adjacencyOf } from "#lib/scheduler/adjacency.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }, { id: "c", from: ["a", "b", "a"] }]);
 * const { numProducers, start, readers } = adjacencyOf(graph.members);
 * assertEquals([...numProducers], [0, 1, 2]);
 * assertEquals([...readers.subarray(start[0], start[1])], [1, 2]);
 * ```
 */
export function adjacencyOf(members: readonly Pick<StageMember, "inputs">[]): Adjacency {
  const n = members.length;
  const numProducers = new Int32Array(n);
  const start = new Int32Array(n + 1);
  const seenBy = new Int32Array(n).fill(-1);
  forEachEdge(members, seenBy, (from, to) => {
    numProducers[to]++;
    start[from + 1]++;
  });
  for (let i = 0; i < n; i++) start[i + 1] += start[i];
  const readers = new Int32Array(start[n]);
  const next = start.slice(0, n);
  seenBy.fill(-1);
  forEachEdge(members, seenBy, (from, to) => readers[next[from]++] = to);
  return { numMembers: n, numProducers, start, readers };
}

function forEachEdge(
  members: readonly Pick<StageMember, "inputs">[],
  seenBy: Int32Array,
  visit: (from: number, to: number) => void,
): void {
  for (let to = 0; to < members.length; to++) {
    const { inputs } = members[to];
    for (const name in inputs) {
      for (const source of inputs[name].sources) {
        if (!("from" in source) || seenBy[source.from] === to) continue;
        seenBy[source.from] = to;
        visit(source.from, to);
      }
    }
  }
}
