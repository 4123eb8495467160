// Selections: globs over stage ids (`train`, `train[seed=*]`, `compare[metric=dsa,*]`) for --only and --force.

import type { StageMember } from "./graph.ts";

/**
 * Which members some globs mean, as one flag per member. A glob is a whole id, with `*` for any text and `?` for
 * one character; brackets stand for themselves. The name of a stage means all of its members.
 *
 * @returns the flags, and the globs that mean no member.
 *
 * @example
 * ```ts
 * import { selectMembers } from "#lib/workflow/selection.ts";
 * import { assertEquals } from "@std/assert";
 * const members = ["train[seed=0]", "train[seed=1]", "test"].map((id) => ({ id, stage: id.split("[")[0] }));
 * const { selected, unmatched } = selectMembers(members, ["train[*=1]", "tset"]);
 * assertEquals([...selected], [0, 1, 0]);
 * assertEquals(unmatched, ["tset"]);
 * ```
 */
export function selectMembers(
  members: readonly Pick<StageMember, "id" | "stage">[],
  globs: readonly string[],
): { readonly selected: Uint8Array; readonly unmatched: readonly string[] } {
  const selected = new Uint8Array(members.length);
  const unmatched = globs.filter((glob) => {
    const pattern = globPattern(glob);
    let found = false;
    for (let i = 0; i < members.length; i++) {
      if (!pattern.test(members[i].id) && !pattern.test(members[i].stage)) continue;
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

function globPattern(glob: string): RegExp {
  const text = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*").replace(/\?/g, ".");
  return new RegExp(`^${text}$`, "su");
}
