// Overrides from the command line: `path=value`, YAML on the right.
// A path starts at a section of the workflow (`params.`, `axes.`, `stages.`, `name`, `description`); any other
// first name is a param's, so `seeds=5` means `params.seeds=5`. What a path names must exist, with two exceptions:
// keys of a stage, and params in a stage's `with`, which the schema and the task check.

import { replaceAt } from "./merge.ts";
import { nearest, suggest } from "./nearest.ts";
import { parseYaml } from "./parse_yaml.ts";
import type { Problems } from "./problems.ts";
import { knownKeys } from "./schema.ts";
import { type Place, SourceText } from "./source_text.ts";
import { childOf, type MapTree, type Tree } from "./tree.ts";

/** Sections that a path may start with. */
const sections: readonly string[] = ["params", "axes", "stages", "name", "description"];

/** The name under which the command line stands in diagnostics. */
export const commandLine = "command line";

/**
 * Lays overrides on a workflow, in order. Relative paths in values start from `folder`.
 *
 * @example
 * ```ts
 * import { applyOverrides } from "#lib/workflow/overrides.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { plain } from "#lib/workflow/tree.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "params: { seeds: 3 }"));
 * assert(tree.ok && tree.value.kind === "map");
 * const changed = applyOverrides(tree.value, ["seeds=5"], ".", new Problems());
 * assertEquals(plain(changed), { params: { seeds: 5 } });
 * ```
 */
export function applyOverrides(
  tree: MapTree,
  overrides: readonly string[],
  folder: string,
  problems: Problems,
): MapTree {
  let result: Tree = tree;
  for (const text of overrides) {
    const source = new SourceText(commandLine, text, folder);
    const equals = text.indexOf("=");
    const place = (start: number, end: number): Place => ({ source, start, end });
    if (equals <= 0) {
      problems.error("bad-override", place(0, text.length), "an override is written path=value", {
        hint: "for instance seeds=5 or stages.train.with.lr=0.001",
      });
      continue;
    }
    const value = parseValue(source, equals + 1, problems);
    const path = resolvePath(result as MapTree, source, equals, problems);
    if (value === null || path === null) continue;
    result = replaceAt(result, path, value, place(0, equals));
  }
  return result as MapTree;
}

/** The right-hand side, with the left one blanked out so that columns stay true. */
function parseValue(source: SourceText, from: number, problems: Problems): Tree | null {
  const blank = " ".repeat(from);
  const text = source.text.slice(from);
  if (/^\s*(~|null)?\s*$/.test(text)) {
    return { kind: "scalar", value: null, source, start: from - 1, end: from };
  }
  const parsed = parseYaml(new SourceText(source.file, blank + text, source.folder));
  if (!parsed.ok) {
    for (const { code, message, hint, at } of parsed.error) {
      const start = at.line === 1 ? at.column - 1 : from;
      problems.error(code, { source, start, end: source.text.length }, message, { hint });
    }
    return null;
  }
  return moved(parsed.value, source);
}

/** The same tree with its places in the whole override. */
function moved(tree: Tree, source: SourceText): Tree {
  if (tree.kind === "scalar") return { ...tree, source };
  if (tree.kind === "list") {
    return { ...tree, source, items: tree.items.map((item) => moved(item, source)) };
  }
  const entries = new Map(
    [...tree.entries].map(([name, { key, value }]) =>
      [name, { key: { ...key, source }, value: moved(value, source) }] as const
    ),
  );
  return { ...tree, source, entries };
}

function resolvePath(
  root: MapTree,
  source: SourceText,
  length: number,
  problems: Problems,
): string[] | null {
  const steps = source.text.slice(0, length).trim().split(".");
  const path = sections.includes(steps[0]) ? steps : ["params", ...steps];
  let offset = source.text.length - source.text.trimStart().length;
  const implied = path.length - steps.length;
  let tree: Tree | undefined = root;
  for (let i = 0; i < path.length; i++) {
    const step = path[i];
    const at: Place = { source, start: offset, end: offset + Math.max(1, step.length) };
    if (i >= implied) offset += step.length + 1;
    const isNew = mayBeNew(path, i);
    if (isNew === "with") return path;
    const child: Tree | undefined = tree?.kind === "list"
      ? tree.items[indexOf(step)]
      : childOf(tree, step);
    const isLast = i === path.length - 1;
    if (child === undefined && !isNew && !(i === 0 && (implied > 0 || isLast))) {
      const { what, known } = whatIsKnown(tree, path, i);
      const written = implied > 0 && i === 1 ? "" : ` in \`${path.slice(0, i).join(".")}\``;
      problems.error("unknown-path", at, `there is no ${what} \`${step}\`${written}`, {
        hint: () => {
          if (what === "item") return `the list has ${known.length} items, counted from 0`;
          const [call] = step.split("/");
          if (call !== step && childOf(childOf(tree, call), "workflow") !== undefined) {
            return `what is inside \`${call}\` is changed by its params: stages.${call}.with.…`;
          }
          const near = implied > 0 ? nearest(step, sections) : undefined;
          return near !== undefined && nearest(step, known) === undefined
            ? `did you mean \`${near}\`?`
            : suggest(step, known, what === "axis" ? "axes" : `${what}s`);
        },
      });
      return null;
    }
    tree = child;
  }
  return path;
}

/** Whether a step may name something that is not written yet. */
function mayBeNew(path: readonly string[], i: number): boolean | "with" {
  if (path[0] !== "stages" || i < 2) return false;
  if (path[2] === "with" && i >= 3) return "with";
  return i === 2 && (knownKeys.stage as readonly string[]).includes(path[2]);
}

function whatIsKnown(
  tree: Tree | undefined,
  path: readonly string[],
  i: number,
): { what: string; known: string[] } {
  const here = tree?.kind === "map"
    ? [...tree.entries.keys()]
    : tree?.kind === "list"
    ? tree.items.map((_, position) => String(position))
    : [];
  if (i === 0) return { what: "section", known: [...sections] };
  if (i === 1 && path[0] === "params") {
    return { what: "param", known: here };
  }
  if (i === 1 && path[0] === "stages") return { what: "stage", known: here };
  if (i === 1) return { what: "axis", known: here };
  if (i === 2 && path[0] === "stages") return { what: "key", known: [...knownKeys.stage] };
  return { what: tree?.kind === "list" ? "item" : "key", known: here };
}

function indexOf(step: string): number {
  return /^\d+$/.test(step) ? Number(step) : -1;
}
