// The plan of a run as it lies in its folder.

import type { Plan } from "../workflow/plan.ts";

/**
 * A plan as JSON, one line.
 *
 * @param batches sizes of the batches of each stage whose members run as one.
 *
 * @example
 * ```ts
 * import { planJson } from "#lib/cli/plan_json.ts";
 * import { assertEquals } from "@std/assert";
 * const counts = { stages: 1, hit: 0, run: 0, maybe: 1 };
 * const plan = { counts, entries: [{ verdict: "maybe" }], graph: { members: [{ id: "a" }] } };
 * assertEquals(JSON.parse(planJson(plan as never, {})), { counts, members: [["a", "maybe"]] });
 * ```
 */
export function planJson(
  { counts, entries, graph }: Pick<Plan, "counts" | "entries" | "graph">,
  batches: Readonly<Record<string, readonly number[]>>,
): string {
  const lines = entries.map(({ verdict }, i) =>
    `[${JSON.stringify(graph.members[i].id)},"${verdict}"]`
  );
  const fused = Object.keys(batches).length === 0 ? "" : `"batches":${JSON.stringify(batches)},`;
  return `{"counts":${JSON.stringify(counts)},${fused}"members":[${lines.join(",")}]}\n`;
}
