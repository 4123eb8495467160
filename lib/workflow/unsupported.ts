// Keys that the language has but this version does not yet do: each is refused with a sentence, never ignored.

import type { Problems } from "./problems.ts";
import type { Place } from "./source_text.ts";
import { childOf, type MapTree } from "./tree.ts";

/** Keys of a stage, what they are, and what can be done instead. */
const stageKeys: Readonly<Record<string, readonly [what: string, hint?: string]>> = {
  foreach: [
    "members made from a table (`foreach`)",
    "declare an axis, if its values are known before the run",
  ],
};

/** Keys that leave a stage without known members until they are supported. */
const opaque: readonly string[] = ["foreach"];

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
 * const tree = parseYaml(new SourceText("a.yaml", "stages: { a: { foreach: { row: b.table } } }"));
 * assert(tree.ok && tree.value.kind === "map");
 * assertEquals([...checkSupported(tree.value, new Problems())], ["a"]);
 * ```
 */
export function checkSupported(tree: MapTree, problems: Problems): ReadonlySet<string> {
  const refuse = (at: Place, what: string, hint?: string) =>
    problems.error("not-supported-yet", at, `not supported yet: ${what}`, { hint });
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
  }
  return blocked;
}
