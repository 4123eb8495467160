// Laying one tree over another: the later wins, maps merge, lists and scalars replace. Places stay those of the
// file that each part came from.

import { type Entry, mapOf, type MapTree, type Tree } from "./tree.ts";

/**
 * Lays `over` on `base`.
 *
 * @example
 * ```ts
 * import { merge } from "#lib/workflow/merge.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { plain } from "#lib/workflow/tree.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const base = parseYaml(new SourceText("a.yaml", "{ x: { a: 1, b: [1, 2] } }"));
 * const over = parseYaml(new SourceText("b.yaml", "{ x: { b: [3], c: 4 } }"));
 * assert(base.ok && over.ok);
 * assertEquals(plain(merge(base.value, over.value)), { x: { a: 1, b: [3], c: 4 } });
 * ```
 */
export function merge(base: MapTree, over: MapTree): MapTree;
export function merge(base: Tree, over: Tree): Tree;
export function merge(base: Tree, over: Tree): Tree {
  if (base.kind !== "map" || over.kind !== "map" || base === over) return over;
  const entries = new Map<string, Entry>(base.entries);
  for (const [name, entry] of over.entries) {
    const under = base.entries.get(name);
    entries.set(
      name,
      under === undefined ? entry : { key: entry.key, value: merge(under.value, entry.value) },
    );
  }
  return mapOf(entries, over);
}

/**
 * A map without some of its keys.
 *
 * @example
 * ```ts
 * import { without } from "#lib/workflow/merge.ts";
 * import { mapOf } from "#lib/workflow/tree.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const place = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * const map = mapOf(new Map([["x", { key: place, value: mapOf(new Map(), place) }]]), place);
 * assertEquals(without(map, ["x"]).entries.size, 0);
 * ```
 */
export function without(map: MapTree, names: readonly string[]): MapTree {
  const entries = new Map(map.entries);
  for (const name of names) entries.delete(name);
  return mapOf(entries, map);
}

/**
 * A map with one value put at a path. Every step but the last must lead to a map or into a list.
 *
 * @example
 * ```ts
 * import { replaceAt } from "#lib/workflow/merge.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { plain } from "#lib/workflow/tree.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "x: { a: [1, 2] }"));
 * const value = parseYaml(new SourceText("b.yaml", "7"));
 * assert(tree.ok && value.ok);
 * const changed = replaceAt(tree.value, ["x", "a", "1"], value.value, value.value);
 * assertEquals(plain(changed), { x: { a: [1, 7] } });
 * ```
 */
export function replaceAt(
  tree: Tree,
  path: readonly string[],
  value: Tree,
  key: Entry["key"],
): Tree {
  if (path.length === 0) return value;
  const [step, ...rest] = path;
  if (tree.kind === "list") {
    return {
      ...tree,
      items: tree.items.map((item, i) =>
        String(i) === step ? replaceAt(item, rest, value, key) : item
      ),
    };
  }
  const map = tree.kind === "map" ? tree : mapOf(new Map(), value);
  const entries = new Map(map.entries);
  const under = entries.get(step);
  entries.set(step, {
    key,
    value: replaceAt(under?.value ?? mapOf(new Map(), value), rest, value, key),
  });
  return mapOf(entries, map);
}
