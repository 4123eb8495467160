// The text of a resolved workflow as a value. It may have been damaged or written by others: whatever is no tree of plain
// values is as good as nothing.

import { parse } from "yaml";

/**
 * What a `config.resolved.yaml` says; `undefined` if that cannot be made out.
 *
 * @example
 * ```ts
 * import { readConfig } from "#lib/cli/read_config.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readConfig("params: { a: 1 }"), { params: { a: 1 } });
 * assertEquals(["a: [", "a: &x [*x]"].map(readConfig), [undefined, undefined]);
 * ```
 */
export function readConfig(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parse(text, { logLevel: "error" });
    // Refuses what contains itself, and what is nested too deeply to be walked through.
    JSON.stringify(value);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
