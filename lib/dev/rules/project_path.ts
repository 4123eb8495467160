// Where a linted file lies in the project. Every rule starts from this; files outside the project have no room.

const root = new URL("../../../", import.meta.url);

/**
 * The path of a file relative to the project's root, or `undefined` if it lies elsewhere.
 *
 * @example
 * ```ts
 * import { projectPath } from "#lib/dev/rules/project_path.ts";
 * import { fromFileUrl } from "@std/path";
 * import { assertEquals } from "@std/assert";
 * assertEquals(projectPath(fromFileUrl(import.meta.resolve("#lib/mod.ts"))), "lib/mod.ts");
 * assertEquals(projectPath("/elsewhere/mod.ts"), undefined);
 * ```
 */
export function projectPath(filename: string): string | undefined {
  const url = new URL(`file://${encodeURI(filename.replaceAll("\\", "/"))}`).href;
  return url.startsWith(root.href) ? decodeURI(url.slice(root.href.length)) : undefined;
}
