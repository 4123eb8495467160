// Results made without members that failed, here or in an earlier run: whoever reads them must know.

import type { ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";

/** Bounds of what is named; everything else is counted. */
const most = { omitted: 20, stages: 100 };

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
  const without = record.stages.filter(({ omitted = [] }) => omitted.length > 0);
  if (without.length === 0) return null;
  const items = without.slice(0, most.stages).map(({ stage, omitted = [] }) => {
    const more = omitted.length - most.omitted;
    return `<li><strong>${escapeHtml(stage)}</strong> does without ${
      escapeHtml(omitted.slice(0, most.omitted).join(", "))
    }${more > 0 ? ` and ${more} more` : ""}</li>`;
  });
  const rest = without.length - items.length;
  return {
    id: "left-out",
    title: "Left out",
    count: without.length,
    html:
      `<p>These results were made without members that failed, in this run or an earlier one.</p>
<ul class="left-out">${items.join("\n")}</ul>${
        rest === 0 ? "" : `<p><small>and ${rest} more results; run.json has them all</small></p>`
      }`,
  };
}
