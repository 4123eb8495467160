// Links to files beside the page.

import { escapeHtml } from "./escape_html.ts";

/**
 * A link to a file beside the page: relative, whatever its name.
 *
 * @example
 * ```ts
 * import { fileLink } from "#lib/report/file_link.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(fileLink("figures/a b.svg", "SVG"), '<a href="./figures/a%20b.svg">SVG</a>');
 * ```
 */
export function fileLink(path: string, text: string): string {
  const href = path.split("/").map(encodeURIComponent).join("/");
  return `<a href="./${escapeHtml(href)}">${escapeHtml(text)}</a>`;
}
