// Names that nobody else has.

import { randomBytes } from "node:crypto";

/**
 * A file name that no other process will make.
 *
 * @example
 * ```ts
 * import { uniqueName } from "#lib/store/unique.ts";
 * import { assertNotEquals } from "@std/assert";
 * assertNotEquals(uniqueName(), uniqueName());
 * ```
 */
export function uniqueName(): string {
  return randomBytes(8).toString("hex");
}
