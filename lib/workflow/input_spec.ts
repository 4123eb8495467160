// Inputs as written: `from`, `files`, and the lists and maps of names that stages are made of, with places.

import type { Call } from "./link.ts";
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
  /** `failed: omit`, and where that is written. */
  readonly failed: Place | undefined;
  /** It names a column of the stage's own `foreach` row, not a stage: `stage` is the row, `output` the column. */
  readonly ofRow: boolean;
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
  /** The call that hands it in: the paths are written there, in the caller's terms. */
  readonly outside?: Call;
}

/**
 * A reference in parts: `stage` or `stage.output`.
 *
 * @example
 * ```ts
 * import { readReference } from "#lib/workflow/input_spec.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "train.log"));
 * assert(tree.ok);
 * assertEquals(readReference(tree.value), { stage: "train", output: "log" });
 * ```
 */
export function readReference(tree: Tree): { stage: string; output: string | undefined } {
  const text = String(plain(tree));
  const dot = text.indexOf(".");
  return dot < 0
    ? { stage: text, output: undefined }
    : { stage: text.slice(0, dot), output: text.slice(dot + 1) };
}

/**
 * Reads one input. `row` is the name of the stage's `foreach` row, if it has one.
 *
 * @example
 * ```ts
 * import { readInput } from "#lib/workflow/input_spec.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "[a, { stage: b.x, gather: [seed] }]"));
 * assert(tree.ok);
 * const input = readInput("tables", { key: tree.value, value: tree.value }, undefined);
 * assertEquals(input.parts.map((part) => part.stage), ["a", "b"]);
 * ```
 */
export function readInput(port: string, { key, value }: Entry, row: string | undefined): InputSpec {
  const parts = value.kind === "list" ? value.items : [value];
  return { port, at: key, parts: parts.map((part) => readPart(part, row)) };
}

function readPart(tree: Tree, row: string | undefined): PartSpec {
  const reference = tree.kind === "map" ? childOf(tree, "stage")! : tree;
  const named = readReference(reference);
  return {
    ...named,
    ofRow: named.stage === row,
    at: reference,
    failed: tree.kind === "map" ? tree.entries.get("failed")?.key : undefined,
    where: readSettings(childOf(tree, "where")),
    rename: readSettings(childOf(tree, "rename")).map(({ name, at, value }) => ({
      name,
      at,
      to: String(plain(value)),
    })),
    as: readSettings(childOf(tree, "as")),
    gather: readGather(childOf(tree, "gather")),
  };
}

/**
 * Reads `gather`: `all` or a list of axes.
 *
 * @example
 * ```ts
 * import { readGather } from "#lib/workflow/input_spec.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readGather(undefined), undefined);
 * ```
 */
export function readGather(tree: Tree | undefined): Gather | undefined {
  if (tree === undefined) return undefined;
  return tree.kind === "list"
    ? { all: false, axes: readNames(tree), at: tree }
    : { all: true, at: tree };
}

/**
 * Names in a list.
 *
 * @example
 * ```ts
 * import { readNames } from "#lib/workflow/input_spec.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "[seed, group]"));
 * assert(tree.ok);
 * assertEquals(readNames(tree.value).map(({ name }) => name), ["seed", "group"]);
 * ```
 */
export function readNames(tree: Tree | undefined): Named[] {
  if (tree?.kind !== "list") return [];
  return tree.items.map((item) => ({ name: String(plain(item)), at: item }));
}

/**
 * Names with values in a map.
 *
 * @example
 * ```ts
 * import { readSettings } from "#lib/workflow/input_spec.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "{ seed: 0 }"));
 * assert(tree.ok);
 * assertEquals(readSettings(tree.value)[0].name, "seed");
 * ```
 */
export function readSettings(tree: Tree | undefined): Setting[] {
  if (tree?.kind !== "map") return [];
  return [...(tree as MapTree).entries].map(([name, { key, value }]) => ({ name, at: key, value }));
}

/**
 * Reads `files`. A port that is bound in `from` as well is reported.
 *
 * @example
 * ```ts
 * import { readFiles } from "#lib/workflow/input_spec.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "{ script: fit.py }"));
 * assert(tree.ok);
 * assertEquals(readFiles(tree.value, [], new Problems())[0].port, "script");
 * ```
 */
export function readFiles(
  tree: Tree | undefined,
  inputs: readonly InputSpec[],
  problems: Problems,
): FilesSpec[] {
  return readSettings(tree).map(({ name: port, at, value: paths }) => {
    const twice = inputs.find((input) => input.port === port);
    if (twice !== undefined) {
      problems.error(
        "bound-twice",
        at,
        `the port \`${port}\` is bound in \`from\` and in \`files\``,
        { notes: [{ message: "in `from`", at: twice.at }] },
      );
    }
    return { port, at, paths };
  });
}
