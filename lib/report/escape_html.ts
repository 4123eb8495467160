// Text inside HTML.

import { printable } from "./format.ts";

/**
 * Text as HTML text; control characters and bidirectional overrides are shown, not obeyed.
 *
 * @example
 * ```ts
 * import { escapeHtml } from "#lib/report/escape_html.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(escapeHtml(`<a b="c">'`), "&lt;a b=&quot;c&quot;&gt;&#39;");
 * ```
 */
export function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return printable(text).replace(/[&<>"']/g, (character) => names[character]);
}
