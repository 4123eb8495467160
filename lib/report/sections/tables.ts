// Tables at the ends of the graph, as they lie in tables/.

import type { ReportContent, ReportTable, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";
import { cellText, verdictClass } from "./verdicts.ts";

const maxTableRows = 200;

/**
 * The tables of a run, and how much was not copied; nothing without either.
 *
 * @example
 * ```ts
 * import { tablesSection } from "#lib/report/sections/tables.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const tables = [{ stage: "scores", table: tableOf([{ distance: 0.5 }]) }];
 * assertStringIncludes(tablesSection(reportContent({ tables }))!.html, "distance");
 * ```
 */
export function tablesSection({ tables, numLeftOut = 0 }: ReportContent): Section | null {
  if (tables.length === 0 && numLeftOut === 0) return null;
  return {
    id: "tables",
    title: "Tables",
    html: tables.map(tableHtml).join("\n") + notCopied(numLeftOut),
  };
}

function notCopied(count: number): string {
  return count === 0 ? "" : `<p><small>${count} more results are in the store ` +
    "only; <code>deno task show</code> shows them</small></p>";
}

function tableHtml({ stage, table }: ReportTable): string {
  const head = table.columns.map(({ name, unit, type }) =>
    `<th scope="col"${type === "number" ? ' class="number"' : ""}>${
      escapeHtml(name.replaceAll("_", " "))
    }${unit === undefined || unit === "1" ? "" : ` <small>${escapeHtml(unit)}</small>`}</th>`
  );
  const rows = table.rows.slice(0, maxTableRows).map((row) =>
    `<tr>${
      row.map((cell, i) => {
        const name = table.columns[i].name;
        const kind = table.columns[i].type === "number"
          ? "number"
          : name === "verdict"
          ? `verdict ${verdictClass(cell)}`
          : "";
        return `<td${kind === "" ? "" : ` class="${kind}"`}>${escapeHtml(cellText(cell))}</td>`;
      }).join("")
    }</tr>`
  );
  const more = table.rows.length - rows.length;
  return `<h3>${escapeHtml(stage)}</h3><div class="table"><table><thead><tr>${
    head.join("")
  }</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>${
    more > 0 ? `<p><small>and ${more} more rows in tables/</small></p>` : ""
  }`;
}
