// A folder as a command left it: regular files by their paths. Modes, times and empty folders are not kept, so two
// folders are the same if they hold the same files. Also says which paths may name a file of an artifact at all.

import type { ArtifactType, Files } from "../artifact.ts";

/** Longest path in a folder, in bytes of UTF-8; a part of it may have 255, as file systems have it. */
const maxPath = 1024;
const maxPart = 255;

/**
 * Artifact type of a plain folder: bytes by path, `a/b.txt`. A folder has at least one file.
 *
 * @example
 * ```ts
 * import { folder } from "#lib/core/artifacts/folder.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const files = { "weights/100.bin": new Uint8Array([1]), "log.txt": new Uint8Array() };
 * assertEquals(Object.keys(folder.encode(folder.decode(files))), ["log.txt", "weights/100.bin"]);
 * assertThrows(() => folder.decode({ "../x": new Uint8Array() }), TypeError, "'..'");
 * ```
 */
export const folder: ArtifactType<Files> = { kind: "folder", encode: checked, decode: checked };

/** @throws {TypeError} if a path is none, a file is also a folder, or there is no file. */
function checked(files: Files): Files {
  const paths = Object.keys(files).sort();
  if (paths.length === 0) throw new TypeError("the folder holds no file");
  const sorted: Record<string, Uint8Array> = {};
  for (const path of paths) {
    const problem = pathProblem(path);
    if (problem !== undefined) {
      throw new TypeError(`the folder holds ${shownPath(path)}: ${problem}`);
    }
    const above = path.split("/").slice(0, -1).map((_, i, parts) =>
      parts.slice(0, i + 1).join("/")
    );
    const clash = above.find((name) => Object.hasOwn(files, name));
    if (clash !== undefined) throw new TypeError(`${clash} is both a file and a folder`);
    sorted[path] = files[path];
  }
  return sorted;
}

/**
 * What is wrong with a relative path of a file, as one clause; `undefined` if it may be used.
 *
 * @example
 * ```ts
 * import { pathProblem } from "#lib/core/artifacts/folder.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(pathProblem("weights/100.bin"), undefined);
 * assertEquals(pathProblem("/etc/x"), "it is absolute; write it relative to the folder");
 * ```
 */
export function pathProblem(path: string): string | undefined {
  if (path === "") return "it is empty";
  if (path.startsWith("/")) return "it is absolute; write it relative to the folder";
  if (path === "__proto__") return "this name cannot be kept apart from a property of all objects";
  if (numBytes(path) > maxPath) return `it is longer than ${maxPath} bytes`;
  // deno-lint-ignore no-control-regex
  const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.exec(path)?.[0];
  if (control !== undefined) {
    const code = control.charCodeAt(0).toString(16).padStart(4, "0");
    return `it has the control character U+${code.toUpperCase()}; use letters, digits, '.', '_' and '-'`;
  }
  if (!path.isWellFormed() || path.includes("\ufffd")) return "it is no valid UTF-8";
  for (const part of path.split("/")) {
    if (part === "") return "it has an empty part ('//' or a '/' at the end)";
    if (part === "." || part === "..") return `it has the part '${part}'; write it without`;
    if (numBytes(part) > maxPart) return `it has a part longer than ${maxPart} bytes`;
  }
  return undefined;
}

/**
 * A path as it can be printed: in quotes, control characters spelled out.
 *
 * @example
 * ```ts
 * import { shownPath } from "#lib/core/artifacts/folder.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(shownPath("a\nb"), '"a\\nb"');
 * ```
 */
export function shownPath(path: string): string {
  return JSON.stringify(path).replace(/[\u007f-\u009f\u2028\u2029]/g, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function numBytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
