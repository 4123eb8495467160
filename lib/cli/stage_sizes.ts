// How many members each stage of the file has in a run: for views that show stages with their axes collapsed.

import type { Graph } from "../workflow/graph.ts";
import { addAncestors, selectMembers } from "../workflow/selection.ts";

/** Members by stage, in the order of the file; of a run of a part only those that belong to it. */
export function stageSizes(
  { stages, members }: Pick<Graph, "stages" | "members">,
  only: readonly string[] | undefined,
): ReadonlyMap<string, number> {
  const wanted = only === undefined || only.length === 0
    ? undefined
    : addAncestors(members, selectMembers(members, only).selected.slice());
  const sizes = new Map(stages.map(({ name }) => [name, 0]));
  for (const { index, stage, replaced } of members) {
    if (replaced === true || wanted?.[index] === 0) continue;
    sizes.set(stage, (sizes.get(stage) ?? 0) + 1);
  }
  for (const [name, size] of sizes) if (size === 0) sizes.delete(name);
  return sizes;
}
