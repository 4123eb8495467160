// Stages as written, in typed form with places. What a stage means (axes, ports, members) is worked out later.

import { readRetry, readTimeout } from "./attempts.ts";
import type { RetryPolicy } from "./graph.ts";
import {
  type FilesSpec,
  type Gather,
  type InputSpec,
  type Named,
  readFiles,
  readGather,
  readInput,
  readNames,
  readReference,
  readSettings,
  type Setting,
} from "./input_spec.ts";
import type { Call, RelaySpec } from "./link.ts";
import { checkOutputPaths } from "./output_paths.ts";
import type { Problems } from "./problems.ts";
import { readRun, type RunSpec } from "./run_spec.ts";
import type { Place } from "./source_text.ts";
import { childOf, type Entry, type MapTree, plain, type Tree } from "./tree.ts";

export type { FilesSpec, Gather, InputSpec, Named, PartSpec, Setting } from "./input_spec.ts";

/** `foreach`: the axis that the rows of a table make. */
export interface ForeachSpec extends Named {
  readonly stage: string;
  readonly output: string | undefined;
  /** The reference to the table. */
  readonly tableAt: Place;
}

/** A stage. */
export interface StageSpec {
  readonly name: string;
  /** Position in the file. */
  readonly index: number;
  readonly at: Place;
  /** For a `run:` stage its name is `run`. */
  readonly task: Named;
  readonly run: RunSpec | undefined;
  readonly description: string;
  readonly over: readonly Named[];
  readonly matrix: readonly Setting[];
  readonly exclude: Tree | undefined;
  readonly foreach: ForeachSpec | undefined;
  readonly inputs: readonly InputSpec[];
  readonly files: readonly FilesSpec[];
  readonly with: Entry | undefined;
  readonly keep: Tree | undefined;
  readonly when: Tree | undefined;
  readonly gather: Gather | undefined;
  readonly timeoutSeconds: number | undefined;
  /** `cpu`, `memory` and slots by name. */
  readonly resources: readonly Setting[];
  readonly retry: RetryPolicy | undefined;
  /** `store: digest`. */
  readonly keepsDigestOnly: boolean;
  /** The call of the sub-workflow that it belongs to. */
  readonly call?: Call;
  /** It has no members of its own: it stands for an input of its call. */
  readonly relay?: RelaySpec;
}

/**
 * Reads one stage whose shape was checked. Adds to `problems` what the schema cannot see.
 * Returns null for a stage without `task` and `run`.
 *
 * @example
 * ```ts
 * import { readStage } from "#lib/workflow/stage_spec.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "{ task: dmd, from: { x: simulate.states } }"));
 * assert(tree.ok && tree.value.kind === "map");
 * const spec = readStage("operators", 0, { key: tree.value, value: tree.value }, new Problems());
 * assertEquals(spec?.inputs[0].parts[0].output, "states");
 * ```
 */
export function readStage(
  name: string,
  index: number,
  { key, value }: Entry,
  problems: Problems,
): StageSpec | null {
  if (value.kind !== "map") return null;
  const run = readRun(value);
  const task = run === undefined ? readTask(value) : { name: "run", at: run.at };
  if (task === null) return null;
  checkSort(name, value, run, problems);
  const foreach = readForeach(childOf(value, "foreach"), problems);
  const from = childOf(value, "from");
  const inputs = from?.kind === "map"
    ? [...from.entries].map(([port, entry]) => readInput(port, entry, foreach?.name))
    : [];
  const files = readFiles(childOf(value, "files"), inputs, problems);
  const description = childOf(value, "description");
  const store = childOf(value, "store");
  return {
    name,
    index,
    at: key,
    task,
    run,
    description: description === undefined ? "" : String(plain(description)),
    over: readNames(childOf(value, "over")),
    matrix: readSettings(childOf(value, "matrix")),
    exclude: childOf(value, "exclude"),
    foreach,
    inputs,
    files,
    with: value.entries.get("with"),
    keep: childOf(value, "keep"),
    when: childOf(value, "when"),
    gather: readGather(childOf(value, "gather")),
    timeoutSeconds: readTimeout(childOf(value, "timeout"), problems),
    resources: readSettings(childOf(value, "resources")),
    retry: readRetry(childOf(value, "retry"), problems),
    keepsDigestOnly: store?.kind === "scalar" && store.value === "digest",
  };
}

function readTask(stage: MapTree): Named | null {
  const task = childOf(stage, "task");
  if (task?.kind !== "scalar" || typeof task.value !== "string") return null;
  return { name: task.value, at: task };
}

/** Keys that only an external command has. */
const commandKeys = ["outputs", "tools", "env"];

/** A stage is of one sort, and has the keys of its sort. */
function checkSort(
  name: string,
  stage: MapTree,
  run: RunSpec | undefined,
  problems: Problems,
): void {
  if (run === undefined) {
    for (const key of commandKeys) {
      const entry = stage.entries.get(key);
      if (entry === undefined) continue;
      problems.error("unknown-key", entry.key, `\`${key}\` is for stages with \`run\``, {
        hint: key === "outputs"
          ? "a task declares its own outputs"
          : "a task sees nothing of the environment; give it what it needs in `with`",
      });
    }
    return;
  }
  const task = stage.entries.get("task");
  if (task !== undefined) {
    problems.error("two-sorts", task.key, `\`${name}\` has both \`run\` and \`task\``, {
      notes: [{ message: "`run` is here", at: run.at }],
      hint: "a stage is one of them; remove the other",
    });
  }
  checkOutputPaths(run.outputs, problems);
  if (run.outputs.length === 0) {
    problems.error("missing-key", run.at, `the stage \`${name}\` needs the key \`outputs\``, {
      hint: "say what the command makes: outputs: { model: file }",
    });
  }
}

function readForeach(tree: Tree | undefined, problems: Problems): ForeachSpec | undefined {
  if (tree?.kind !== "map") return undefined;
  const entries = [...tree.entries];
  if (entries.length !== 1) {
    const at = entries.length === 0 ? tree : entries[1][1].key;
    problems.error("bad-value", at, `\`foreach\` has one row, found ${entries.length}`, {
      hint: "write foreach: { row: stage.table }",
    });
    if (entries.length === 0) return undefined;
  }
  const [name, { key, value }] = entries[0];
  return { name, at: key, ...readReference(value), tableAt: value };
}
