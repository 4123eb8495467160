// Results made without members that failed, here or in an earlier run: whoever reads them must know.

import type { ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";

const maxOmitted = 20;

/**
 * What was left out of gathered inputs; nothing if nothing was.
 *
 * @example
 * ```ts
 * import { leftOutSection } from "#lib/report/sections/left_out.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(leftOutSection(reportContent()), null);
 * ```
 */
export function leftOutSection({ record }: ReportContent): Section | null {
  const items = record.stages.flatMap(({ stage, omitted = [] }) =>
    omitted.length === 0 ? [] : [
      `<li><strong>${escapeHtml(stage)}</strong> does without ${
        escapeHtml(omitted.slice(0, maxOmitted).join(", "))
      }${omitted.length > maxOmitted ? ` and ${omitted.length - maxOmitted} more` : ""}</li>`,
    ]
  );
  if (items.length === 0) return null;
  return { id: "left-out", title: "Left out", html: `<ul>${items.join("\n")}</ul>` };
}
