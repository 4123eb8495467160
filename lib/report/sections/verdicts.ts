// Verdicts on the page: claims one below the other, each with what was claimed, what was published and a row for each
// setting that was judged; and where there are many, all of them in one table at the end.

import { type Cell, recordsOf, type Table } from "../../core/table.ts";
import type { ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";

type Verdict = Readonly<Record<string, Cell>>;

/** Claims that are few enough to be seen at once. */
const mostAtOnce = 6;

/**
 * The verdicts of a run; nothing without any.
 *
 * @example
 * ```ts
 * import { verdictsSection } from "#lib/report/sections/verdicts.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(verdictsSection(reportContent()), null);
 * ```
 */
export function verdictsSection({ verdicts }: ReportContent): Section | null {
  if (verdicts.length === 0) return null;
  return {
    id: "verdicts",
    title: "Verdicts",
    html: verdicts.map(({ table }) => verdictsHtml(table)).join("\n"),
  };
}

/**
 * The claims of a table of verdicts, as HTML. Settings that never differ are left out.
 *
 * @example
 * ```ts
 * import { verdictsHtml } from "#lib/report/sections/verdicts.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const table = tableOf([{ id: "R1", number: 0.5, low: 0.4, high: 0.6, verdict: "holds", statement: "<Farther>" }]);
 * assertStringIncludes(verdictsHtml(table), "&lt;Farther&gt;");
 * ```
 */
export function verdictsHtml(table: Table): string {
  const records = recordsOf(table);
  const groups = new Map<string, Verdict[]>();
  for (const record of records) {
    const id = String(record.id ?? "");
    groups.set(id, [...groups.get(id) ?? [], record]);
  }
  const by = table.columns.map(({ name }) => name).filter((name) =>
    !claimColumns.has(name) && records.some((row) => row[name] !== records[0][name])
  );
  const each = [...groups].map(([id, rows]) => claimHtml(id, rows, by)).join("\n");
  return groups.size > mostAtOnce ? `${each}\n${allHtml([...groups], by)}` : each;
}

/** What the claims task writes of itself; other columns say which setting a row is about. */
const claimColumns = new Set([
  "id",
  "statement",
  "published",
  "quantity",
  "test",
  "number",
  "low",
  "high",
  "unit",
  "effect",
  "floor",
  "n",
  "num_rows",
  "verdict",
  "reason",
]);

function claimHtml(
  id: string,
  rows: readonly Verdict[],
  by: readonly string[],
): string {
  const [first] = rows;
  const published =
    first.published === null || first.published === undefined || first.published === ""
      ? ""
      : `<p class="published">Published: ${escapeHtml(String(first.published))}</p>`;
  const head = [...headOf(by), "because"];
  const body = rows.map((row) =>
    `<tr>${cellsOf(row, by).join("")}<td class="reason">${
      escapeHtml(String(row.reason ?? ""))
    }</td></tr>`
  );
  return `<article class="claim"><h3><span>${escapeHtml(id)}</span> ${
    escapeHtml(String(first.statement ?? ""))
  }</h3>${published}
<p class="published">Tested: ${escapeHtml(`${first.quantity ?? ""} ${first.test ?? ""}`)}</p>
<div class="table"><table><thead><tr>${
    head.map((name, i) =>
      `<th scope="col"${i > by.length && i < head.length - 1 ? ' class="number"' : ""}>${
        escapeHtml(name)
      }</th>`
    ).join("")
  }</tr></thead><tbody>${body.join("\n")}</tbody></table></div></article>`;
}

/** All claims in one table: what was found in each setting, and nothing else. */
function allHtml(
  groups: readonly (readonly [id: string, rows: readonly Verdict[]])[],
  by: readonly string[],
): string {
  const head = ["claim", ...headOf(by)];
  const body = groups.map(([id, rows]) =>
    rows.map((row, at) =>
      `<tr>${at > 0 ? "" : `<th scope="rowgroup" rowspan="${rows.length}">${escapeHtml(id)}</th>`}${
        cellsOf(row, by).join("")
      }</tr>`
    ).join("\n")
  );
  return `<h3>All verdicts</h3>
<div class="table verdicts"><table><thead><tr>${
    head.map((name, i) =>
      `<th scope="col"${i > by.length + 1 ? ' class="number"' : ""}>${escapeHtml(name)}</th>`
    ).join("")
  }</tr></thead>${body.map((rows) => `<tbody>${rows}</tbody>`).join("\n")}</table></div>`;
}

function headOf(by: readonly string[]): string[] {
  return [
    ...by.map((name) => name.replaceAll("_", " ")),
    "verdict",
    "number",
    "interval",
    "effect",
    "self floor",
    "n",
  ];
}

function cellsOf(row: Verdict, by: readonly string[]): string[] {
  const unit = row.unit === null || row.unit === undefined ? "" : ` ${row.unit}`;
  const isKnown = (cell: Cell | undefined) => typeof cell === "number" && Number.isFinite(cell);
  const number = (cell: Cell | undefined) => isKnown(cell) ? cellText(cell) : "–";
  const interval = isKnown(row.low) || isKnown(row.high)
    ? `${cellText(row.low)} … ${cellText(row.high)}`
    : "–";
  return [
    ...by.map((name) => `<td>${escapeHtml(cellText(row[name] ?? null).replaceAll("_", " "))}</td>`),
    `<td class="verdict ${verdictClass(row.verdict)}">${escapeHtml(String(row.verdict))}</td>`,
    `<td class="number measured">${
      escapeHtml(isKnown(row.number) ? number(row.number) + unit : "–")
    }</td>`,
    `<td class="number interval">${escapeHtml(interval)}</td>`,
    `<td class="number effect">${escapeHtml(number(row.effect))}</td>`,
    `<td class="number floor">${escapeHtml(number(row.floor))}</td>`,
    `<td class="number count">${escapeHtml(number(row.n))}</td>`,
  ];
}

/**
 * The class that colours a verdict.
 *
 * @example
 * ```ts
 * import { verdictClass } from "#lib/report/sections/verdicts.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["holds", "fails", "undecidable"].map(verdictClass), ["holds", "fails", "open"]);
 * ```
 */
export function verdictClass(cell: unknown): string {
  return cell === "holds" ? "holds" : cell === "fails" ? "fails" : "open";
}

/**
 * A cell as text, numbers with four significant digits: the file beside the page has them all.
 *
 * @example
 * ```ts
 * import { cellText } from "#lib/report/sections/verdicts.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([0.123456, 12, 1e-9, null].map(cellText), ["0.1235", "12", "1.00e-9", "n/a"]);
 * ```
 */
export function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "n/a";
  if (typeof cell !== "number" || Number.isInteger(cell)) return String(cell);
  const size = Math.abs(cell);
  return size >= 1e-3 && size < 1e5 ? String(Number(cell.toPrecision(4))) : cell.toExponential(2);
}
