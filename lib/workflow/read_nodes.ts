// The YAML library's nodes -> trees: aliases and `<<` resolved, keys checked, sizes counted.
// Duplicate keys are found here, in linear time; the library's own check is quadratic.

import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { limits } from "./limits.ts";
import type { Problems } from "./problems.ts";
import type { Place, SourceText } from "./source_text.ts";
import { type Entry, mapOf, type Scalar, type ScalarTree, type Tree } from "./tree.ts";

/** Keys that must never become properties of a record. */
const refusedKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Collections of YAML 1.1 that the library makes by itself. */
const foreignTags: ReadonlySet<string> = new Set(["!!omap", "!!pairs", "!!set"]);

interface Reader {
  readonly source: SourceText;
  readonly problems: Problems;
  /** The tree and size of each anchor, as far as the text has been read. */
  readonly anchors: Map<string, Sized>;
  /** Nodes that are written, aliases not followed. */
  written: number;
  /** Whether that was said. */
  tooDeep: boolean;
}

/** A tree with its number of nodes and depth, aliases followed. */
interface Sized {
  readonly tree: Tree;
  readonly nodes: number;
  readonly depth: number;
}

/**
 * Reads a document whose syntax is right. Problems are added to `problems`; the result then is of no use.
 * Returns null for an empty document.
 *
 * @example
 * ```ts
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts"; // calls readNodes
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { plain } from "#lib/workflow/tree.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "a: &a { x: 1 }\nb: { <<: *a, y: 2 }\n"));
 * assert(tree.ok);
 * assertEquals(plain(tree.value), { a: { x: 1 }, b: { x: 1, y: 2 } });
 * ```
 */
export function readNodes(
  document: Document,
  source: SourceText,
  problems: Problems,
): Tree | null {
  const reader: Reader = { source, problems, anchors: new Map(), written: 0, tooDeep: false };
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    const at = contents?.range?.[0] ?? 0;
    problems.error("empty-file", { source, start: at, end: at }, "there is nothing in this file");
    return null;
  }
  const { tree, nodes } = read(reader, contents as Node, placeOf(reader, contents as Node));
  const allowed = Math.max(limits.aliasFloor, reader.written * limits.aliasFactor);
  if (!problems.failed && nodes > Math.min(allowed, limits.nodes)) {
    problems.error(
      "alias-bomb",
      { source, start: tree.start, end: tree.start },
      `aliases blow this file of ${reader.written.toLocaleString("en")} nodes up to ` +
        `${nodes > 1e15 ? "over 10^15" : nodes.toLocaleString("en")}`,
      { hint: "put the repeated values on an axis or in a param" },
    );
  }
  return tree;
}

function read(reader: Reader, node: Node, at: Place): Sized {
  reader.written++;
  if (isAlias(node)) return readAlias(reader, node.source, at);
  const kind = node.tag?.replace(/^tag:yaml\.org,2002:/, "!!") ?? "";
  if (foreignTags.has(kind)) {
    reader.problems.error(
      "unknown-tag",
      at,
      `\`${kind}\` is a kind of value that workflows do not have`,
      {
        hint: "remove the tag",
      },
    );
  }
  const sized = isMap(node)
    ? readMap(reader, node as YAMLMap<unknown, unknown>, at)
    : isSeq(node)
    ? readList(reader, node.items, at)
    : one(readScalar(reader, isScalar(node) ? node.value : null, at));
  if ("anchor" in node && node.anchor) reader.anchors.set(node.anchor, sized);
  return sized;
}

function readAlias(reader: Reader, name: string, at: Place): Sized {
  const target = reader.anchors.get(name);
  if (target === undefined) {
    reader.problems.error("unknown-anchor", at, `no anchor \`&${name}\` is written before this`);
    return one({ kind: "scalar", value: null, ...at });
  }
  return target;
}

function readList(reader: Reader, nodes: readonly unknown[], at: Place): Sized {
  const items: Tree[] = [];
  let count = 1;
  let depth = 0;
  for (const node of nodes) {
    const item = readChild(reader, node, at);
    items.push(item.tree);
    count += item.nodes;
    depth = Math.max(depth, item.depth);
  }
  return checkDepth(reader, {
    tree: { kind: "list", items, ...at },
    nodes: count,
    depth: depth + 1,
  });
}

function readMap(reader: Reader, node: YAMLMap<unknown, unknown>, at: Place): Sized {
  const entries = new Map<string, Entry>();
  const merges: { key: Place; value: Sized }[] = [];
  let count = 1;
  let depth = 0;
  let merged: Place | undefined;
  for (const pair of node.items) {
    const keyPlace = isScalar(pair.key) ? placeOf(reader, pair.key) : placeOf(reader, pair.key, at);
    const name = readKey(reader, pair.key, keyPlace);
    const value = readChild(reader, pair.value, keyPlace);
    count += value.nodes;
    depth = Math.max(depth, value.depth);
    if (name === null) continue;
    const isMerge = name === "<<" && isScalar(pair.key) && pair.key.type === "PLAIN";
    const first = isMerge ? merged : entries.get(name)?.key;
    if (first !== undefined) {
      reader.problems.error("duplicate-key", keyPlace, `the key \`${name}\` is written twice`, {
        notes: [{ message: "the first time here", at: first }],
      });
    } else if (isMerge) {
      merged = keyPlace;
      merges.push({ key: keyPlace, value });
    } else entries.set(name, { key: keyPlace, value: value.tree });
  }
  for (const { key, value } of merges) mergeInto(reader, entries, value.tree, key);
  return checkDepth(reader, { tree: mapOf(entries, at), nodes: count, depth: depth + 1 });
}

/** `<<`: keys of a map, or of each map in a list, that are not written in this one. */
function mergeInto(reader: Reader, entries: Map<string, Entry>, from: Tree, at: Place): void {
  const maps = from.kind === "list" ? from.items : [from];
  for (const map of maps) {
    if (map.kind !== "map") {
      reader.problems.error("bad-merge", at, "`<<` takes a map or a list of maps");
      return;
    }
    for (const [name, entry] of map.entries) {
      if (!entries.has(name)) entries.set(name, entry);
    }
  }
}

function readKey(reader: Reader, key: unknown, at: Place): string | null {
  if (isScalar(key) && typeof key.value === "string") {
    reader.written++;
    if (!refusedKeys.has(key.value)) return key.value;
    reader.problems.error("refused-key", at, `\`${key.value}\` cannot be a key`);
    return null;
  }
  const found = isScalar(key) && key.value !== null
    ? `the ${typeof key.value} \`${String(key.value)}\``
    : isMap(key) || isSeq(key)
    ? "a list or map"
    : "nothing";
  reader.problems.error("key-not-string", at, `a key must be a string; found ${found}`, {
    hint: isScalar(key) && key.value !== null ? "put it in quotes" : undefined,
  });
  return null;
}

function readChild(reader: Reader, node: unknown, parent: Place): Sized {
  if (node === null || node === undefined) return one({ kind: "scalar", value: null, ...parent });
  const at = placeOf(reader, node, parent);
  // A value that is not written has no width: its key is the better place.
  return read(reader, node as Node, at.end > at.start ? at : parent);
}

function readScalar(reader: Reader, value: unknown, at: Place): ScalarTree {
  if (typeof value === "number") checkNumber(reader, value, at);
  else if (value !== null && typeof value !== "string" && typeof value !== "boolean") {
    reader.problems.error("unknown-tag", at, "a value of a kind that workflows do not have");
    return { kind: "scalar", value: null, ...at };
  }
  return { kind: "scalar", value: value as Scalar, ...at };
}

function checkNumber(reader: Reader, value: number, at: Place): void {
  const written = at.source.text.slice(at.start, at.end);
  const isWhole = /^[-+]?(\d+|0o[0-7]+|0x[0-9a-fA-F]+)$/.test(written);
  if (isWhole && !Number.isSafeInteger(value)) {
    reader.problems.error(
      "inexact-number",
      at,
      `${written.slice(0, 40)} is too large to be exact; whole numbers go up to 9007199254740991`,
      { hint: "put it in quotes if it is a name" },
    );
  } else if (!Number.isFinite(value) && /\d/.test(written)) {
    reader.problems.error("inexact-number", at, `${written.slice(0, 40)} is too large a number`);
  }
}

function checkDepth(reader: Reader, sized: Sized): Sized {
  if (sized.depth <= limits.depth || reader.tooDeep) return sized;
  reader.tooDeep = true;
  const { source, start } = sized.tree;
  reader.problems.error(
    "too-deep",
    { source, start, end: start + 1 },
    `lists and maps are nested over ${limits.depth} deep here, aliases followed`,
  );
  return sized;
}

function one(tree: Tree): Sized {
  return { tree, nodes: 1, depth: 0 };
}

function placeOf(reader: Reader, node: unknown, otherwise?: Place): Place {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  const { source } = reader;
  if (!range) return otherwise ?? { source, start: 0, end: 0 };
  return { source, start: range[0], end: Math.max(range[0], range[1]) };
}
