// The table of members: the first rows as they come; the page's script shows all, in any order, and those that are asked
// for.

import type { ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";
import { plural } from "../format.ts";
import { sweepData } from "../sweep_data.ts";
import { sweepClass, type SweepColumn, sweepText } from "../sweep_cells.ts";
import { SweepTable } from "../sweep_table.ts";

/** Rows without script. */
const numFirst = 50;

/**
 * The table of a run's members; nothing if nothing was heard of any.
 *
 * @example
 * ```ts
 * import { sweepSection } from "#lib/report/sections/sweep.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(sweepSection(reportContent()), null);
 * ```
 */
export function sweepSection(content: ReportContent): Section | null {
  if (content.record.stages.length === 0) return null;
  const data = sweepData(content);
  const table = new SweepTable(data);
  const columns = table.columns({});
  const rows = table.rows({});
  const more = rows.length - numFirst;
  const hasStored = data.stages.some(({ status, seconds }) =>
    seconds.some((took, i) => took !== null && status[i] === "h")
  );
  return {
    id: "sweep",
    title: "Members",
    count: rows.length,
    html: `<div class="sweep-tools"></div>
<div class="table sweep" tabindex="0" role="region" aria-label="Table of members"><table><thead><tr>${
      columns.map(({ title, kind }) =>
        `<th scope="col"${classHtml(sweepClass(kind))}>${escapeHtml(title)}</th>`
      )
        .join("")
    }</tr></thead><tbody>${
      Array.from(
        rows.subarray(0, numFirst),
        (row) => `<tr>${columns.map((column) => cellHtml(column, row)).join("")}</tr>`,
      ).join("\n")
    }</tbody></table></div>
<p class="sweep-rest">${
      more > 0 ? `The first ${numFirst} of ${plural(rows.length, "member")}.` : ""
    }</p>${
      hasStored ? '<p class="hint">The time of a hit is what it took when it was computed.</p>' : ""
    }`,
    data,
  };
}

function cellHtml({ kind, cell }: SweepColumn, row: number): string {
  const text = sweepText(cell(row), kind);
  return `<td${classHtml(sweepClass(kind, text))}>${escapeHtml(text)}</td>`;
}

function classHtml(name: string): string {
  return name === "" ? "" : ` class="${name}"`;
}
