// Tables at the ends of the graph, as they lie in tables/. Members of one stage stand in one table; what is long scrolls in
// its box.

import type { Cell, Column } from "../../core/table.ts";
import { cellText } from "../cell_text.ts";
import type { ReportContent, ReportTable, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";
import { fileLink } from "../file_link.ts";
import { grouped, plural, stageOf } from "../format.ts";
import { verdictHtml } from "../verdict_html.ts";

/** Bounds: rows of a table, cells of all, rows that need no box to scroll in, rows on paper (base.css has it, too). */
const most = { rows: 200, cells: 8_000, flat: 14, printed: 40 };

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
  const all = bound(tables);
  let room = most.cells;
  const shown = all.map((one) => {
    const fitting = Math.max(3, Math.floor(room / (one.columns.length || 1)));
    const rows = one.rows.slice(0, Math.min(most.rows, fitting));
    room = Math.max(0, room - rows.length * one.columns.length);
    return tableHtml(one, rows);
  });
  return {
    id: "tables",
    title: "Tables",
    ...(tables.length === 0 ? {} : { count: all.length }),
    html: shown.join("\n") + notCopied(numLeftOut),
  };
}

function notCopied(count: number): string {
  return count === 0 ? "" : `<p><small>${grouped(count)} more results are in the store ` +
    "only; <code>deno task show</code> shows them</small></p>";
}

interface BoundTable {
  readonly stage: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  readonly files: readonly string[];
  readonly numMembers: number;
}

/** Tables of the members of one stage, one below the other with the member in front, if their columns are the same. */
function bound(tables: readonly ReportTable[]): BoundTable[] {
  const groups = new Map<string, ReportTable[]>();
  for (const one of tables) {
    const names = one.table.columns.map(({ name, type, unit }) => [name, type, unit]);
    const key = JSON.stringify([stageOf(one.stage), names]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [one]);
    else known.push(one);
  }
  return [...groups.values()].map((group) => {
    const [{ stage, table }] = group;
    const files = group.flatMap(({ file }) => file === undefined ? [] : [file]);
    if (group.length === 1) {
      return { stage, columns: table.columns, rows: table.rows, files, numMembers: 1 };
    }
    return {
      stage: stageOf(stage),
      columns: [{ name: "member", type: "string" }, ...table.columns],
      rows: group.flatMap(({ stage, table }) =>
        table.rows.map((row) => [stage.slice(stageOf(stage).length), ...row])
      ),
      files,
      numMembers: group.length,
    };
  });
}

function tableHtml(
  { stage, columns, rows, files, numMembers }: BoundTable,
  shown: readonly (readonly Cell[])[],
): string {
  const head = columns.map(({ name, unit, type, description }) =>
    `<th scope="col"${type === "number" ? ' class="number"' : ""}${
      description === undefined ? "" : ` title="${escapeHtml(description)}"`
    }>${escapeHtml(name.replaceAll("_", " "))}${
      unit === undefined || unit === "1" ? "" : ` <small>${escapeHtml(unit)}</small>`
    }</th>`
  );
  const body = shown.map((row) =>
    `<tr>${
      row.map((cell, i) => {
        const { name, type } = columns[i];
        if (name === "verdict") return `<td>${verdictHtml(cell, true)}</td>`;
        const kind = type === "number"
          ? ' class="number"'
          : typeof cell === "string" && cell.length > 40
          ? ' class="words"'
          : "";
        return `<td${kind}>${escapeHtml(cellText(cell))}</td>`;
      }).join("")
    }</tr>`
  );
  const more = rows.length - shown.length;
  const [first] = files;
  const where = more === 0
    ? ""
    : `<p class="more"><small>and ${plural(more, "more row")} in tables/</small></p>`;
  const paper = shown.length > most.printed
    ? `<p class="paper">Printed are the first ${most.printed} of ${
      grouped(rows.length)
    } rows; all are in tables/.</p>`
    : "";
  const link = files.length === 1 ? ` ${fileLink(first, "TSV")}` : "";
  const about = [
    numMembers === 1 ? "" : plural(numMembers, "member"),
    plural(rows.length, "row"),
  ].filter((part) => part !== "").join(", ");
  return `<h3><bdi>${escapeHtml(stage)}</bdi> <small>${about}${link}</small></h3><div class="table${
    shown.length > most.flat ? " long" : ""
  }" tabindex="0" role="region" aria-label="${
    escapeHtml(stage)
  }"><table class="sortable"><thead><tr>${head.join("")}</tr></thead><tbody>${
    body.join("\n")
  }</tbody></table></div>${where}${paper}`;
}
