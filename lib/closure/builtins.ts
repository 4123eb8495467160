// Node's modules in tasks: the few that compute and nothing else. All others reach for files, network, clocks, chance or
// other threads, or look past what watches a task's reads.

/** Modules by name; with a list, only these of their exports. */
const allowed: Readonly<Record<string, "all" | readonly string[]>> = {
  "node:buffer": "all",
  "node:crypto": ["createHash"],
  "node:events": "all",
  "node:path": "all",
  "node:path/posix": "all",
  "node:querystring": "all",
  "node:string_decoder": "all",
  "node:url": "all",
};

/**
 * What a bundle imports of Node's modules that tasks may not have, or `undefined`.
 *
 * @param code the bundle.
 * @param imports what it imports, as the bundler says; others than Node's are left alone.
 *
 * @example
 * ```ts
 * import { forbiddenBuiltin } from "#lib/closure/builtins.ts";
 * import { assertEquals } from "@std/assert";
 * const statement = { path: "node:crypto", kind: "import-statement" };
 * assertEquals(forbiddenBuiltin(`import{createHash as a}from"node:crypto";a()`, [statement]), undefined);
 * assertEquals(forbiddenBuiltin(`import{randomBytes}from"node:crypto";`, [statement]), "randomBytes of node:crypto");
 * ```
 */
export function forbiddenBuiltin(
  code: string,
  imports: readonly { readonly path: string; readonly kind: string }[],
): string | undefined {
  for (const { path, kind } of imports) {
    if (!path.startsWith("node:")) continue;
    const names = Object.hasOwn(allowed, path) ? allowed[path] : [];
    if (names === "all") continue;
    if (names.length === 0 || kind !== "import-statement") return path;
    const other = importedNames(code, path).find((name) => !names.includes(name));
    if (other !== undefined) return other === "*" ? path : `${other} of ${path}`;
  }
  return undefined;
}

/** Names that statements import from a module; `*` for all, or for the default, which holds all. */
function importedNames(code: string, path: string): string[] {
  const statement = new RegExp(`import([^"';]*?)(?:from)?\\s*["']${path}["']`, "g");
  return [...code.matchAll(statement)].flatMap(([, clause]) => {
    const named = /^\s*\{([^}]*)\}\s*$/.exec(clause);
    if (named === null) return clause.trim() === "" ? [] : ["*"];
    return named[1].split(",").map((one) => one.trim().split(/\s+as\s+/)[0])
      .filter((name) => name !== "").map((name) => name === "default" ? "*" : name);
  });
}
