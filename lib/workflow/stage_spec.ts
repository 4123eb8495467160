// Stages as written, in typed form with places. What a stage means (axes, ports, members) is worked out later.

import type { Problems } from "./problems.ts";
import type { Place } from "./source_text.ts";
import { childOf, type Entry, type MapTree, plain, type Tree } from "./tree.ts";

/** A name and where it is written. */
export interface Named {
  readonly name: string;
  readonly at: Place;
}

/** What `gather` asks for. */
export type Gather = { readonly all: true; readonly at: Place } | {
  readonly all: false;
  readonly axes: readonly Named[];
  readonly at: Place;
};

/** A name with a value, such as one axis in `where`. */
export interface Setting extends Named {
  readonly value: Tree;
}

/** One stage in an input. */
export interface PartSpec {
  readonly stage: string;
  readonly output: string | undefined;
  /** The reference. */
  readonly at: Place;
  readonly where: readonly Setting[];
  readonly rename: readonly (Named & { readonly to: string })[];
  readonly as: readonly Setting[];
  readonly gather: Gather | undefined;
}

/** One input of a stage: a stage, or several that form a union. */
export interface InputSpec {
  readonly port: string;
  readonly at: Place;
  readonly parts: readonly PartSpec[];
}

/** Input files of one port. */
export interface FilesSpec {
  readonly port: string;
  readonly at: Place;
  /** One path, or a list of them. */
  readonly paths: Tree;
}

/** A stage. */
export interface StageSpec {
  readonly name: string;
  /** Position in the file. */
  readonly index: number;
  readonly at: Place;
  readonly task: Named;
  readonly description: string;
  readonly over: readonly Named[];
  readonly matrix: readonly Setting[];
  readonly exclude: Tree | undefined;
  readonly inputs: readonly InputSpec[];
  readonly files: readonly FilesSpec[];
  readonly with: Entry | undefined;
  readonly keep: Tree | undefined;
  readonly when: Tree | undefined;
  readonly gather: Gather | undefined;
  readonly timeoutSeconds: number | undefined;
}

/**
 * Reads one stage whose shape was checked. Adds to `problems` what the schema cannot see.
 * Returns null for a stage without a task.
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
  const task = childOf(value, "task");
  if (task?.kind !== "scalar" || typeof task.value !== "string" || value.kind !== "map") {
    return null;
  }
  const from = childOf(value, "from");
  const inputs = from?.kind === "map"
    ? [...from.entries].map(([port, entry]) => readInput(port, entry))
    : [];
  const files = settings(childOf(value, "files")).map(({ name: port, at, value: paths }) => {
    const twice = inputs.find((input) => input.port === port);
    if (twice !== undefined) {
      problems.error(
        "bound-twice",
        at,
        `the port \`${port}\` is bound in \`from\` and in \`files\``,
        {
          notes: [{ message: "in `from`", at: twice.at }],
        },
      );
    }
    return { port, at, paths };
  });
  const description = childOf(value, "description");
  return {
    name,
    index,
    at: key,
    task: { name: task.value, at: task },
    description: description === undefined ? "" : String(plain(description)),
    over: names(childOf(value, "over")),
    matrix: settings(childOf(value, "matrix")),
    exclude: childOf(value, "exclude"),
    inputs,
    files,
    with: value.entries.get("with"),
    keep: childOf(value, "keep"),
    when: childOf(value, "when"),
    gather: readGather(childOf(value, "gather")),
    timeoutSeconds: readTimeout(childOf(value, "timeout"), problems),
  };
}

function readInput(port: string, { key, value }: Entry): InputSpec {
  const parts = value.kind === "list" ? value.items : [value];
  return { port, at: key, parts: parts.map(readPart) };
}

function readPart(tree: Tree): PartSpec {
  const reference = tree.kind === "map" ? childOf(tree, "stage")! : tree;
  const text = String(plain(reference));
  const dot = text.indexOf(".");
  return {
    stage: dot < 0 ? text : text.slice(0, dot),
    output: dot < 0 ? undefined : text.slice(dot + 1),
    at: reference,
    where: settings(childOf(tree, "where")),
    rename: settings(childOf(tree, "rename")).map(({ name, at, value }) => ({
      name,
      at,
      to: String(plain(value)),
    })),
    as: settings(childOf(tree, "as")),
    gather: readGather(childOf(tree, "gather")),
  };
}

function readGather(tree: Tree | undefined): Gather | undefined {
  if (tree === undefined) return undefined;
  return tree.kind === "list"
    ? { all: false, axes: names(tree), at: tree }
    : { all: true, at: tree };
}

function names(tree: Tree | undefined): Named[] {
  if (tree?.kind !== "list") return [];
  return tree.items.map((item) => ({ name: String(plain(item)), at: item }));
}

function settings(tree: Tree | undefined): Setting[] {
  if (tree?.kind !== "map") return [];
  return [...(tree as MapTree).entries].map(([name, { key, value }]) => ({ name, at: key, value }));
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

function readTimeout(tree: Tree | undefined, problems: Problems): number | undefined {
  if (tree === undefined) return undefined;
  const value = plain(tree);
  const match = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(String(value));
  const seconds = typeof value === "number"
    ? value
    : match === null
    ? NaN
    : Number(match[1]) * unitSeconds[match[2]];
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  problems.error("bad-value", tree, "a timeout is a number of seconds above 0, or a duration", {
    hint: "write 90s, 10m, 2h or 1d",
  });
  return undefined;
}
