// Trees: YAML as values that remember where they were written. Everything after the parser works on these.
// Leaves out: reading them (parse_yaml.ts) and laying one over another (merge.ts).

import type { Place, SourceText } from "./source_text.ts";

/** A plain scalar. */
export type Scalar = string | number | boolean | null;

/** A scalar and its place. */
export interface ScalarTree extends Place {
  readonly kind: "scalar";
  readonly value: Scalar;
}

/** A list and its place. */
export interface ListTree extends Place {
  readonly kind: "list";
  readonly items: readonly Tree[];
}

/** One key of a map with its value. */
export interface Entry {
  readonly key: Place;
  readonly value: Tree;
}

/** A map and its place; keys are distinct strings in the order of the text. */
export interface MapTree extends Place {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
}

/** A YAML value with its place. Aliases share their anchor's tree. */
export type Tree = ScalarTree | ListTree | MapTree;

const plainValues = new WeakMap<Tree, unknown>();

/**
 * The plain value of a tree. Shared parts stay shared: treat it as frozen.
 *
 * @example
 * ```ts
 * import { plain } from "#lib/workflow/tree.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const parsed = parseYaml(new SourceText("a.yaml", "x: [1, two]"));
 * assert(parsed.ok);
 * assertEquals(plain(parsed.value), { x: [1, "two"] });
 * ```
 */
export function plain(tree: Tree): unknown {
  if (tree.kind === "scalar") return tree.value;
  const known = plainValues.get(tree);
  if (known !== undefined) return known;
  let value: unknown;
  if (tree.kind === "list") value = tree.items.map(plain);
  else {
    const record: Record<string, unknown> = {};
    for (const [name, entry] of tree.entries) record[name] = plain(entry.value);
    value = record;
  }
  plainValues.set(tree, value);
  return value;
}

/**
 * The child of a map, or nothing.
 *
 * @example
 * ```ts
 * import { childOf, mapOf } from "#lib/workflow/tree.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const place = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * assertEquals(childOf(mapOf(new Map(), place), "name"), undefined);
 * ```
 */
export function childOf(tree: Tree | undefined, name: string): Tree | undefined {
  return tree?.kind === "map" ? tree.entries.get(name)?.value : undefined;
}

/**
 * A map at a place.
 *
 * @example
 * ```ts
 * import { mapOf } from "#lib/workflow/tree.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const place = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * assertEquals(mapOf(new Map(), place).kind, "map");
 * ```
 */
export function mapOf(entries: ReadonlyMap<string, Entry>, place: Place): MapTree {
  return { kind: "map", entries, source: place.source, start: place.start, end: place.end };
}

/** How far a path leads into a tree. */
export interface Reached {
  /** The deepest part of the tree on the path. */
  readonly tree: Tree;
  /** Where its key is written, if it has one. */
  readonly key: Place | undefined;
  /** How many steps of the path lead there. */
  readonly steps: number;
}

/**
 * Follows a path of keys and list positions as far as it leads.
 *
 * @example
 * ```ts
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { reach } from "#lib/workflow/tree.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const parsed = parseYaml(new SourceText("a.yaml", "x: [1, two]"));
 * assert(parsed.ok);
 * assertEquals(reach(parsed.value, ["x", 1]).steps, 2);
 * assertEquals(reach(parsed.value, ["x", 7]).steps, 1);
 * ```
 */
export function reach(root: Tree, path: readonly (string | number)[]): Reached {
  let tree = root;
  let key: Place | undefined;
  let steps = 0;
  for (const step of path) {
    if (tree.kind === "map") {
      const entry = tree.entries.get(String(step));
      if (entry === undefined) break;
      tree = entry.value;
      key = entry.key;
    } else if (tree.kind === "list") {
      const item = tree.items[Number(step)];
      if (item === undefined) break;
      tree = item;
      key = undefined;
    } else break;
    steps++;
  }
  return { tree, key, steps };
}

/**
 * The start of a source, for problems that have no better place.
 *
 * @example
 * ```ts
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { startOf } from "#lib/workflow/tree.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(startOf(new SourceText("a.yaml", "name: x")).end, 0);
 * ```
 */
export function startOf(source: SourceText): Place {
  return { source, start: 0, end: 0 };
}
