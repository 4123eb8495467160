// Where a param of a member is written: in the stage's `with`, or further up, in the workflow's own params or in the call
// of a sub-workflow, if the stage's value is an expression that names one. That is the line a person would edit.

import type { Span } from "../core/diagnostic.ts";
import type { StageMember } from "./graph.ts";
import type { Call } from "./link.ts";
import { spanOf } from "./source_text.ts";
import { type MapTree, reach, type Tree } from "./tree.ts";

/** Finds the place of a param; `pointer` is a JSON pointer into the params. */
export type ParamPlace = (
  member: Pick<StageMember, "stage">,
  pointer: string,
) => Span | undefined;

/**
 * Places of params in a loaded workflow.
 *
 * @example
 * ```ts
 * import { paramPlace } from "#lib/workflow/param_place.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const text = "params:\n  lr: 0.1\nstages:\n  train:\n    with: { lr: '${{ params.lr }}', n: 3 }\n";
 * const tree = parseYaml(new SourceText("a.yaml", text));
 * assert(tree.ok && tree.value.kind === "map");
 * const place = paramPlace({ tree: tree.value });
 * assertEquals([place({ stage: "train" }, "/lr")?.line, place({ stage: "train" }, "/n")?.line], [2, 5]);
 * ```
 */
export function paramPlace(
  workflow: { readonly tree: MapTree; readonly calls?: readonly Call[] },
): ParamPlace {
  const calls = new Map((workflow.calls ?? []).map((call) => [call.name, call]));
  return ({ stage }, pointer) => {
    const path = pointer.split("/").slice(1)
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    const slash = stage.lastIndexOf("/");
    const call = slash < 0 ? undefined : calls.get(stage.slice(0, slash));
    if (slash >= 0 && call === undefined) return undefined;
    const root = call?.parts.tree ?? workflow.tree;
    const reached = reach(root, ["stages", stage.slice(slash + 1), "with", ...path]);
    // Fewer steps than `with` and one name: the value is a default, which is written nowhere here.
    if (reached.steps < 4) return undefined;
    return spanOf(sourceOf(workflow.tree, call, reached.tree));
  };
}

/** Follows expressions that name params, also into the call that gives one, a few times at most. */
function sourceOf(workflow: MapTree, call: Call | undefined, tree: Tree): Tree {
  let found = tree;
  let within = call;
  for (let hops = 0; hops < 16; hops++) {
    if (found.kind !== "scalar" || typeof found.value !== "string") break;
    const named = /\$\{\{[^}]*?\bparams\.([A-Za-z_]\w*(?:\.\w+)*)/.exec(found.value)?.[1];
    if (named === undefined) break;
    const [name, ...rest] = named.split(".");
    const given = within?.spec.with.find((setting) => setting.name === name);
    if (given !== undefined) {
      found = reach(given.value, rest).tree;
      within = within?.caller;
      continue;
    }
    const reached = reach(within?.parts.tree ?? workflow, ["params", name, ...rest]);
    if (reached.steps < 2) break;
    found = reached.tree;
  }
  return found;
}
