// The resolved workflow as rows: what each param is, spelled as an override would spell it, and what it was in another
// run. Items of lists that have names of their own are matched by them, others by their place.

import type { ParamRow } from "../report/content.ts";

/** Sections that are shown elsewhere on the page. */
const shownElsewhere: ReadonlySet<string> = new Set(["name", "description"]);

/** Keys by which items of a list may be known. */
const names = ["id", "name"] as const;

interface Leaf {
  readonly path: string;
  readonly value: string;
}

/**
 * Rows of a resolved workflow in its order, with what was removed at the end.
 *
 * @param before the other run's workflow; absent if there is none to compare with
 *
 * @example
 * ```ts
 * import { paramRows } from "#lib/cli/param_rows.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = paramRows({ params: { seeds: 5, sizes: [1, 2] } }, { params: { seeds: 3, sizes: [1, 2] } });
 * assertEquals(rows, [
 *   { path: "params.seeds", value: "5", before: "3", change: "changed" },
 *   { path: "params.sizes", value: "[1, 2]" },
 * ]);
 * ```
 */
export function paramRows(now: unknown, before?: unknown): ParamRow[] {
  const leaves = leavesOf(now);
  if (before === undefined || before === now) return [...leaves.values()];
  const others = leavesOf(before);
  const rows = [...leaves].map(([identity, { path, value }]): ParamRow => {
    const other = others.get(identity);
    others.delete(identity);
    if (other === undefined) return { path, value, change: "added" };
    if (other.value === value) return { path, value };
    return { path, value, before: other.value, change: "changed" };
  });
  const removed = [...others.values()].map(({ path, value }): ParamRow => ({
    path,
    value: "",
    before: value,
    change: "removed",
  }));
  return [...rows, ...removed];
}

/** Leaves by what they are known by in both runs. */
function leavesOf(workflow: unknown): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const add = (value: unknown, path: string, identity: string) => {
    if (isMap(value)) {
      const entries = Object.entries(value);
      for (const [name, inner] of entries) {
        if (path === "" && shownElsewhere.has(name)) continue;
        add(inner, path === "" ? name : `${path}.${name}`, `${identity}${name}\0`);
      }
      if (entries.length > 0) return;
    } else if (Array.isArray(value) && value.some((item) => isMap(item) || hasMaps(item))) {
      const known = namesOf(value);
      value.forEach((item, i) =>
        add(item, `${path}.${i}`, `${identity}${known?.[i] ?? `#${i}`}\0`)
      );
      return;
    }
    leaves.set(identity, { path, value: flowText(value) });
  };
  add(workflow, "", "");
  return leaves;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasMaps(value: unknown): boolean {
  return Array.isArray(value) && value.some((item) => isMap(item) || hasMaps(item));
}

/** What the items of a list are called, if each has a name that no other has. */
function namesOf(items: readonly unknown[]): readonly string[] | undefined {
  for (const key of names) {
    const found = items.map((item) => isMap(item) ? item[key] : undefined);
    const texts = found.map((name) => `${typeof name} ${name}`);
    const isName = (name: unknown) => typeof name === "string" || typeof name === "number";
    if (found.every(isName) && new Set(texts).size === items.length) return texts;
  }
  return undefined;
}

/**
 * A value as YAML on one line, as it may stand on the right of an override.
 *
 * @example
 * ```ts
 * import { flowText } from "#lib/cli/param_rows.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(flowText([0.1, "a b", "yes", null]), '[0.1, a b, "yes", null]');
 * assertEquals(flowText({ cell: "gru", sizes: [] }), "{ cell: gru, sizes: [] }");
 * ```
 */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  if (isMap(value)) {
    const entries = Object.entries(value).map(([name, inner]) =>
      `${flowText(name)}: ${flowText(inner)}`
    );
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  if (typeof value === "number") {
    if (Number.isNaN(value)) return ".nan";
    if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
    return Object.is(value, -0) ? "-0.0" : String(value);
  }
  if (typeof value !== "string") return String(value ?? null);
  return isPlain(value) ? value : JSON.stringify(value);
}

/** Text that YAML reads as itself without quotes. */
function isPlain(text: string): boolean {
  return /^[A-Za-z_./][\w./+-]*( [\w./+-]+)*$/.test(text) &&
    !/^(true|false|null|yes|no|on|off|y|n|~|\.nan|[+-]?\.inf|\.[\d_]*(e[+-]?\d+)?)$/i.test(text);
}
