// The name of a stage as a link to its members.

import { escapeHtml } from "./escape_html.ts";
import { oneLine } from "./format.ts";

/**
 * A link that the page's script follows by showing the stage's members alone. A name of nothing that can be seen is
 * said to be blank.
 *
 * @example
 * ```ts
 * import { stageLink } from "#lib/report/stage_link.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(stageLink("<b>"), '<a href="#sweep" data-stage="&lt;b&gt;">&lt;b&gt;</a>');
 * assertEquals(stageLink(" "), '<a href="#sweep" data-stage=" ">(blank)</a>');
 * ```
 */
export function stageLink(name: string): string {
  const text = escapeHtml(oneLine(name));
  return `<a href="#sweep" data-stage="${text}">${text.trim() === "" ? "(blank)" : text}</a>`;
}
