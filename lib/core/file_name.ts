// File names for the ids of stages and their members, as run folders and exports use them.

import { digestOf, hexOf } from "./digest.ts";

/**
 * A file name for a stage's id that every file system takes: `a[x=1,y=0.5]` becomes `a.x-1.y-0.5`. Different ids have
 * different names, also where upper and lower case are one: what this writing cannot keep apart ends in `~` and part
 * of the id's digest.
 *
 * @example
 * ```ts
 * import { fileNameOf } from "#lib/core/file_name.ts";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 * assertEquals(fileNameOf("after[metric=dsa,seed=0]"), "after.metric-dsa.seed-0");
 * assertNotEquals(fileNameOf("a[x=b c]"), fileNameOf("a[x=b_c]"));
 * ```
 */
export function fileNameOf(id: string): string {
  const name = id.replace(/\]$/, "").replace(/[[,]/g, ".").replaceAll("=", "-")
    .replace(/[^A-Za-z0-9_.+-]+/g, "_");
  if (plainId.test(id) && name.length <= maxName) return name;
  return `${name.slice(0, maxName - 13)}~${hexOf(digestOf(id)).slice(0, 12)}`;
}

const maxName = 180;

/** Ids that can be read back from their names: a dot before a letter or `_` starts an axis, the first `-` after it its value. */
const plainId =
  /^[a-z0-9_][a-z0-9_-]*(\.[0-9][a-z0-9_-]*)*(\[[a-z_][a-z0-9_]*=[a-z0-9_+-]+(\.[0-9][a-z0-9_+-]*)*(,[a-z_][a-z0-9_]*=[a-z0-9_+-]+(\.[0-9][a-z0-9_+-]*)*)*\])?$/;
