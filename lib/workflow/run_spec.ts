// `run:` stages as written: the command, its outputs, tools and environment, with places. Leaves out rendering the
// command (command.ts).

import type { Named, Setting } from "./stage_spec.ts";
import type { Place } from "./source_text.ts";
import { childOf, type MapTree, plain, type Tree } from "./tree.ts";

/** A declared output of a command. */
export interface OutputSpec extends Named {
  readonly kind: string;
  /** Where the kind is written. */
  readonly kindAt: Place;
  /** Below `out/`, as written or the output's name. */
  readonly path: string;
  readonly pathAt: Place;
  readonly volatile: boolean;
}

/** What a `run:` stage has and a task has not. */
export interface RunSpec {
  /** The key `run`. */
  readonly at: Place;
  /** A text, or a list of words. */
  readonly line: Tree;
  readonly outputs: readonly OutputSpec[];
  /** Name → the command that prints its version. */
  readonly tools: readonly Setting[];
  /** Environment variables; without a value, that of the environment. */
  readonly env: readonly (Named & { readonly value: Tree | undefined })[];
}

/**
 * Reads what is particular to a `run:` stage; undefined for stages of another sort.
 *
 * @example
 * ```ts
 * import { readRun } from "#lib/workflow/run_spec.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "{ run: make, outputs: { log: { kind: file, path: a.log } } }"));
 * assert(tree.ok && tree.value.kind === "map");
 * assertEquals(readRun(tree.value)?.outputs[0].path, "a.log");
 * ```
 */
export function readRun(stage: MapTree): RunSpec | undefined {
  const run = stage.entries.get("run");
  if (run === undefined) return undefined;
  const env = childOf(stage, "env");
  return {
    at: run.key,
    line: run.value,
    outputs: entriesOf(childOf(stage, "outputs")).map(readOutput),
    tools: entriesOf(childOf(stage, "tools")),
    env: env?.kind === "list"
      ? env.items.map((item) => ({ name: String(plain(item)), at: item, value: undefined }))
      : entriesOf(env),
  };
}

function readOutput({ name, at, value }: Setting): OutputSpec {
  const kind = childOf(value, "kind") ?? value;
  const path = childOf(value, "path");
  const volatile = childOf(value, "volatile");
  return {
    name,
    at,
    kind: String(plain(kind)),
    kindAt: kind,
    path: path === undefined ? name : String(plain(path)),
    pathAt: path ?? at,
    volatile: volatile !== undefined && plain(volatile) === true,
  };
}

function entriesOf(tree: Tree | undefined): Setting[] {
  if (tree?.kind !== "map") return [];
  return [...tree.entries].map(([name, { key, value }]) => ({ name, at: key, value }));
}
