// How long the rest of a workflow may take, from how long its stages took before: never less than the longest way
// through it, nor than all its work spread evenly over the machine. What may not have to run counts as if it had to.

import type { StageMember } from "./graph.ts";
import type { Plan } from "./plan.ts";

/** What a plan may take. */
export interface ExpectedTime {
  /** Of each member, in seconds: 0 where nothing is to be done, NaN where nothing like it was seen before. */
  readonly seconds: Float64Array;
  /** Members that may run and were never seen. */
  readonly numUnseen: number;
  /** Core-seconds of all that were. */
  readonly work: number;
  /** The longest chain of members that wait for each other, in seconds. */
  readonly longestPath: number;
  /** Seconds that it takes at least on so many cores; unseen members count as nothing. */
  readonly atLeast: number;
}

/**
 * Expects the time of what will or may run.
 *
 * @param secondsOf how long a member took before, if that is known.
 * @param cores how many cores are worked on.
 *
 * @example
 * ```ts
 * import { expectedTime } from "#lib/workflow/expected_time.ts";
 * import { plan } from "#lib/workflow/plan.ts";
 * import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }, { id: "c", from: ["a"] }]);
 * const planned = await plan(graph, { ...fakeDeps(), store: { lookup: () => undefined } });
 * const { work, longestPath, atLeast } = expectedTime(planned, () => 10, 8);
 * assertEquals([work, longestPath, atLeast], [30, 20, 20]);
 * ```
 */
export function expectedTime(
  { graph: { members }, entries }: Pick<Plan, "graph" | "entries">,
  secondsOf: (member: StageMember) => number | undefined,
  cores: number,
): ExpectedTime {
  const seconds = new Float64Array(members.length);
  const ends = new Float64Array(members.length);
  let numUnseen = 0;
  let work = 0;
  let longestPath = 0;
  for (let i = 0; i < members.length; i++) {
    const entry = entries[i];
    if (entry.verdict === "left-out" || entry.verdict === "hit") continue;
    const isShared = entry.verdict === "run" && entry.sameAs !== undefined;
    const expected = isShared ? 0 : secondsOf(members[i]) ?? NaN;
    seconds[i] = expected;
    if (Number.isNaN(expected)) numUnseen++;
    else work += expected * (members[i].resources?.[0]?.cpu ?? 1);
    const { inputs } = members[i];
    let begin = 0;
    for (const name in inputs) {
      for (const source of inputs[name].sources) {
        if ("from" in source) begin = Math.max(begin, ends[source.from]);
      }
    }
    // Whoever shares the work of an earlier member ends no sooner than that.
    if (isShared) begin = Math.max(begin, ends[entry.sameAs!]);
    ends[i] = begin + (Number.isNaN(expected) ? 0 : expected);
    longestPath = Math.max(longestPath, ends[i]);
  }
  const atLeast = Math.max(longestPath, work / Math.max(1, cores));
  return { seconds, numUnseen, work, longestPath, atLeast };
}
