// What failed, why, and the command that runs it again: the first thing that a reader of a failed run needs.

import type { ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";

/**
 * The failures of a run; nothing if there are none.
 *
 * @example
 * ```ts
 * import { failuresSection } from "#lib/report/sections/failures.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(failuresSection(reportContent()), null);
 * ```
 */
export function failuresSection({ record, command }: ReportContent): Section | null {
  const failed = record.stages.filter(({ status }) => status === "failed");
  if (failed.length === 0) return null;
  const items = failed.map(({ stage, failure }) =>
    `<li><strong>${escapeHtml(stage)}</strong><pre>${escapeHtml(failure?.message ?? "")}</pre></li>`
  );
  return {
    id: "failures",
    title: "What failed",
    html: `<ul class="failures">${items.join("\n")}</ul><p>To run what is missing: <code>${
      escapeHtml(command)
    }</code></p>`,
  };
}
