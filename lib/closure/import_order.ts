// An order of modules that does not depend on the order in which anybody writes their imports: leaves first, then by
// name. Bundles list modules in it, so that adding an import to an unused helper, or sorting imports, leaves them as
// they are. Found by a rough look at the text, which suffices: a wrong order is still a right bundle.

/** What the order needs to know of modules. */
export interface ImportGraph {
  /** The text of a module; `undefined` if it is not to be listed. */
  text(name: string): string | undefined;
  /** The module that an import leads to; `undefined` if it leads elsewhere. */
  target(specifier: string, from: string): string | undefined;
}

/**
 * Modules that the roots reach, each after what it imports. Empty if they import each other in a circle:
 * then only the order as written is right.
 *
 * @example
 * ```ts
 * import { importOrder } from "#lib/closure/import_order.ts";
 * import { assertEquals } from "@std/assert";
 * const texts: Record<string, string> = { a: `import { x } from "c";\nimport "b";`, b: "", c: `export * from "b"` };
 * const graph = { text: (name: string) => texts[name], target: (specifier: string) => specifier };
 * assertEquals(importOrder(["a"], graph), ["b", "c", "a"]);
 * ```
 */
export function importOrder(roots: readonly string[], graph: ImportGraph): readonly string[] {
  const levels = new Map<string, number>();
  const open = new Set<string>();
  let isCircular = false;
  const visit = (name: string): number => {
    const known = levels.get(name);
    if (known !== undefined) return known;
    if (open.has(name)) {
      isCircular = true;
      return 0;
    }
    const text = graph.text(name);
    if (text === undefined) return 0;
    open.add(name);
    let level = 0;
    for (const specifier of importsIn(text)) {
      const target = graph.target(specifier, name);
      if (target !== undefined) level = Math.max(level, visit(target) + 1);
    }
    open.delete(name);
    levels.set(name, level);
    return level;
  };
  for (const root of roots) visit(root);
  if (isCircular) return [];
  return [...levels.keys()].sort((a, b) =>
    levels.get(a)! - levels.get(b)! || (a < b ? -1 : a > b ? 1 : 0)
  );
}

/**
 * Specifiers that a module imports values from.
 *
 * @example
 * ```ts
 * import { importsIn } from "#lib/closure/import_order.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(importsIn(`import type { A } from "a";\nimport { type B, c } from "b";`), ["b"]);
 * ```
 */
export function importsIn(text: string): readonly string[] {
  const found: string[] = [];
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "");
  for (const [, clause, from, bare] of code.matchAll(importPattern)) {
    if (bare !== undefined) found.push(bare);
    else if (!isTypesOnly(clause)) found.push(from);
  }
  return found;
}

const importPattern =
  /^[ \t]*(?:(?:import|export)\b(?!\s*type\b[^,]*\bfrom\b)([^"'`;()]*?)\bfrom\s*["']([^"'\n]+)["']|import\s*["']([^"'\n]+)["'])/gm;

function isTypesOnly(clause: string): boolean {
  const braces = /^\s*\{([^}]*)\}\s*$/.exec(clause);
  if (braces === null) return false;
  const names = braces[1].split(",").map((name) => name.trim()).filter((name) => name !== "");
  return names.length > 0 && names.every((name) => /^type\s/.test(name));
}
