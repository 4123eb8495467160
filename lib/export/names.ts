// Names of exported files: parts that every file system takes, and no two alike where upper and lower case are one.

import { digestOf, hexOf } from "../core/digest.ts";

const maxPart = 30;

/**
 * A short part of a file name, for an output or an array: as it is if that is safe, else what is safe of it, `~` and part
 * of its digest.
 *
 * @example
 * ```ts
 * import { partName } from "#lib/export/names.ts";
 * import { assertEquals, assertMatch } from "@std/assert";
 * assertEquals(partName("W_rec"), "W_rec");
 * assertMatch(partName("../up"), /^_up~[0-9a-f]{12}$/);
 * ```
 */
export function partName(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_+-]*$/.test(name) && name.length <= maxPart) return name;
  const safe = name.replace(/[^A-Za-z0-9_+-]+/g, "_").slice(0, maxPart - 13);
  return `${safe}~${mark(name)}`;
}

/**
 * Keeps paths apart: a path that is taken, in whatever case, gets a mark of what it is for before its ending.
 *
 * @example
 * ```ts
 * import { PathClaims } from "#lib/export/names.ts";
 * import { assertEquals, assertMatch } from "@std/assert";
 * const claims = new PathClaims();
 * assertEquals(claims.claim("arrays/m.W", [".npy", ".json"], "m.W"), "arrays/m.W");
 * assertMatch(claims.claim("arrays/m.w", [".npy", ".json"], "m.w"), /^arrays\/m\.w~[0-9a-f]{12}$/);
 * ```
 */
export class PathClaims {
  readonly #taken = new Set<string>();

  /**
   * @param stem path without its endings
   * @param endings of the files that share it
   * @param identity what it is for, different for different things
   */
  claim(stem: string, endings: readonly string[], identity: string): string {
    for (let n = 0;; n++) {
      const own = n === 0 ? stem : `${stem}~${mark(n === 1 ? identity : `${identity}#${n}`)}`;
      const paths = endings.map((ending) => (own + ending).toLowerCase());
      if (paths.some((path) => this.#taken.has(path))) continue;
      for (const path of paths) this.#taken.add(path);
      return own;
    }
  }
}

function mark(identity: string): string {
  return hexOf(digestOf(identity)).slice(0, 12);
}
