// A command that a reader can copy.

import { escapeHtml } from "./escape_html.ts";

/**
 * A command with a button that copies it.
 *
 * @example
 * ```ts
 * import { commandHtml } from "#lib/report/command_html.ts";
 * import { assertStringIncludes } from "@std/assert";
 * assertStringIncludes(commandHtml("deno task run x.yaml"), "<code>deno task run x.yaml</code>");
 * ```
 */
export function commandHtml(command: string): string {
  return `<div class="command"><code>${
    escapeHtml(command)
  }</code><button type="button" class="copy" aria-label="Copy the command">Copy</button></div>`;
}
