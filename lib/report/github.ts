// What GitHub Actions shows beside the workflow file: annotations at the place of what failed.

import type { Span } from "../core/diagnostic.ts";

/**
 * One `::error` line. GitHub reads the place and shows the message beside the line.
 *
 * @example
 * ```ts
 * import { annotation } from "#lib/report/github.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { file: "a.yaml", line: 3, column: 5, endLine: 3, endColumn: 9 };
 * assertEquals(annotation("error", "a, b\nc", at), "::error file=a.yaml,line=3,col=5::a, b%0Ac\n");
 * ```
 */
export function annotation(level: "error" | "warning", message: string, at?: Span): string {
  const data = (text: string) =>
    text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = (text: string) => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
  const place = at === undefined
    ? ""
    : ` file=${property(at.file)},line=${at.line},col=${at.column}`;
  return `::${level}${place}::${data(message)}\n`;
}
