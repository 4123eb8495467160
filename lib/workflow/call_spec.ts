// Calls of sub-workflows as written: a stage with `workflow`. Leaves out loading the file (sub_workflows.ts).

import type { Problems } from "./problems.ts";
import type { Place } from "./source_text.ts";
import {
  type FilesSpec,
  type InputSpec,
  type Named,
  readFiles,
  readInput,
  readNames,
  readSettings,
  type Setting,
} from "./input_spec.ts";
import { childOf, type Entry, type Tree } from "./tree.ts";

/** A stage that is a sub-workflow. */
export interface CallSpec {
  readonly name: string;
  readonly at: Place;
  /** The path of the file as written, and where. */
  readonly workflow: Named;
  readonly over: readonly Named[];
  readonly matrix: readonly Setting[];
  readonly inputs: readonly InputSpec[];
  readonly files: readonly FilesSpec[];
  /** Values for params of the sub-workflow. */
  readonly with: readonly Setting[];
  readonly keep: Tree | undefined;
  readonly when: Tree | undefined;
}

/** Keys that a call may have. */
const callKeys: readonly string[] = [
  ...["workflow", "description", "over", "matrix", "from", "files", "with", "keep", "when"],
];

/** What to do instead of other keys. */
const advice: Readonly<Record<string, string>> = {
  task: "a stage is one of them; remove the other",
  run: "a stage is one of them; remove the other",
  exclude: "write it as `keep`",
  gather: "write `gather` on the inputs",
  foreach: "write it on a stage of the sub-workflow, and hand the table in",
  outputs: "the sub-workflow declares its own outputs",
};

/**
 * Reads a stage with `workflow`, whose shape was checked; null if it has none. Adds to `problems` what the schema
 * cannot see.
 *
 * @example
 * ```ts
 * import { readCall } from "#lib/workflow/call_spec.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "{ workflow: ./b.yaml, over: [seed], with: { n: 3 } }"));
 * assert(tree.ok);
 * const call = readCall("sub", { key: tree.value, value: tree.value }, new Problems());
 * assertEquals([call?.workflow.name, call?.over[0].name, call?.with[0].name], ["./b.yaml", "seed", "n"]);
 * ```
 */
export function readCall(name: string, { key, value }: Entry, problems: Problems): CallSpec | null {
  const path = childOf(value, "workflow");
  if (value.kind !== "map" || path?.kind !== "scalar") return null;
  for (const [other, entry] of value.entries) {
    if (callKeys.includes(other)) continue;
    problems.error(
      "unknown-key",
      entry.key,
      `\`${name}\` is a sub-workflow, which has no \`${other}\``,
      { hint: advice[other] ?? "write it on the stages of the sub-workflow" },
    );
  }
  const from = childOf(value, "from");
  const inputs = from?.kind === "map"
    ? [...from.entries].map(([port, entry]) => readInput(port, entry, undefined))
    : [];
  return {
    name,
    at: key,
    workflow: { name: String(path.value), at: path },
    over: readNames(childOf(value, "over")),
    matrix: readSettings(childOf(value, "matrix")),
    inputs,
    files: readFiles(childOf(value, "files"), inputs, problems),
    with: readSettings(childOf(value, "with")),
    keep: childOf(value, "keep"),
    when: childOf(value, "when"),
  };
}
