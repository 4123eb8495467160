// Keys that the language has but this version does not yet do: each is refused with a sentence, never ignored.

import type { Problems } from "./problems.ts";
import type { Place } from "./source_text.ts";
import { childOf, type MapTree, type Tree } from "./tree.ts";

/** Keys of a stage, what they are, and what can be done instead. */
const stageKeys: Readonly<Record<string, readonly [what: string, hint?: string]>> = {
  run: ["external commands (`run`)", "write a task: `task: ./my_task.ts`"],
  workflow: ["sub-workflows (`workflow`)", "share stages and params through `extends`"],
  foreach: [
    "members made from a table (`foreach`)",
    "declare an axis, if its values are known before the run",
  ],
};

/** Keys that leave a stage without known members until they are supported. */
const opaque: readonly string[] = ["run", "workflow", "foreach"];

/**
 * Refuses what is not supported yet. Returns the names of the stages that cannot be looked at further.
 *
 * @example
 * ```ts
 * import { checkSupported } from "#lib/workflow/unsupported.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "stages: { a: { run: echo } }"));
 * assert(tree.ok && tree.value.kind === "map");
 * assertEquals([...checkSupported(tree.value, new Problems())], ["a"]);
 * ```
 */
export function checkSupported(tree: MapTree, problems: Problems): ReadonlySet<string> {
  const refuse = (at: Place, what: string, hint?: string) =>
    problems.error("not-supported-yet", at, `not supported yet: ${what}`, { hint });
  for (const name of ["inputs", "outputs"]) {
    const entry = tree.entries.get(name);
    if (entry !== undefined) refuse(entry.key, `\`${name}\` of a workflow (used by sub-workflows)`);
  }
  const blocked = new Set<string>();
  const stages = childOf(tree, "stages");
  if (stages?.kind !== "map") return blocked;
  for (const [name, { value: stage }] of stages.entries) {
    if (stage.kind !== "map") continue;
    for (const [key, [what, hint]] of Object.entries(stageKeys)) {
      const entry = stage.entries.get(key);
      if (entry !== undefined) refuse(entry.key, what, hint);
    }
    if (opaque.some((key) => stage.entries.has(key))) blocked.add(name);
    const store = childOf(stage, "store");
    if (store?.kind === "scalar" && store.value === "digest") {
      refuse(store, "`store: digest`", "remove the line: outputs are then kept in full");
    }
    const from = childOf(stage, "from");
    if (from?.kind !== "map") continue;
    for (const { value } of from.entries.values()) {
      const parts: readonly Tree[] = value.kind === "list" ? value.items : [value];
      for (const part of parts) {
        const failed = part.kind === "map" ? part.entries.get("failed") : undefined;
        if (failed !== undefined) {
          refuse(failed.key, "`failed: omit`", "a failed member skips the gathers over it");
        }
      }
    }
  }
  return blocked;
}
