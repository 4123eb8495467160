// Selections: what the globs of --only and --force mean in one graph (glob.ts says what a glob matches).

import { compileGlob } from "./glob.ts";
import type { StageMember } from "./graph.ts";

/**
 * Which members some globs mean, as one flag per member. A member that stands for others that are not known yet is
 * meant if one of those could be: that is, by its stage alone.
 *
 * @returns the flags, and the globs that mean no member.
 *
 * @example
 * ```ts
 * import { selectMembers } from "#lib/workflow/selection.ts";
 * import { assertEquals } from "@std/assert";
 * const members = ["train[seed=0]", "train[seed=1]", "test"].map((id) => ({ id }));
 * const { selected, unmatched } = selectMembers(members, ["train[*=1]", "tset"]);
 * assertEquals([...selected], [0, 1, 0]);
 * assertEquals(unmatched, ["tset"]);
 * ```
 */
export function selectMembers(
  members:
    readonly (Pick<StageMember, "id"> & Partial<Pick<StageMember, "pending" | "replaced">>)[],
  globs: readonly string[],
): { readonly selected: Uint8Array; readonly unmatched: readonly string[] } {
  const selected = new Uint8Array(members.length);
  const unmatched = globs.filter((glob) => {
    const matches = compileGlob(glob);
    const matchesStage = compileGlob(glob.split("[")[0]);
    let found = false;
    for (let i = 0; i < members.length; i++) {
      const { id, pending, replaced } = members[i];
      if (replaced === true || !(pending === true ? matchesStage(id) : matches(id))) continue;
      selected[i] = 1;
      found = true;
    }
    return !found;
  });
  return { selected, unmatched };
}

/**
 * Adds to a selection every member that it needs, in place.
 *
 * @example
 * ```ts
 * import { addAncestors } from "#lib/workflow/selection.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }, { id: "c", from: ["a"] }]);
 * assertEquals([...addAncestors(graph.members, Uint8Array.of(0, 1, 0))], [1, 1, 0]);
 * ```
 */
export function addAncestors(
  members: readonly Pick<StageMember, "inputs">[],
  selected: Uint8Array,
): Uint8Array {
  for (let i = members.length - 1; i >= 0; i--) {
    if (selected[i] === 0) continue;
    const { inputs } = members[i];
    for (const name in inputs) {
      for (const source of inputs[name].sources) if ("from" in source) selected[source.from] = 1;
    }
  }
  return selected;
}
