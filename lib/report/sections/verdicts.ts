// Verdicts on the page: first every claim against every setting, as signs and words; then the claims one below the other,
// each with what was claimed, what was published and a row for each setting that was judged.

import { type Cell, recordsOf, type Table } from "../../core/table.ts";
import { claimColumns } from "../claim_columns.ts";
import type { ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";
import { cellText } from "../cell_text.ts";
import { plural } from "../format.ts";
import { measuredTexts } from "../measured_texts.ts";
import { verdictHtml } from "../verdict_html.ts";

type Verdict = Readonly<Record<string, Cell>>;

/** Bounds of what is shown: settings that fit beside each other, settings beside words, claims, rows of a claim. */
const most = { settings: 12, worded: 4, claims: 200, rows: 60 };

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
  const html = verdicts.map(({ stage, table }, i) =>
    (verdicts.length === 1 ? "" : `<h3 class="of"><bdi>${escapeHtml(stage)}</bdi></h3>\n`) +
    verdictsHtml(
      table,
      `claim-${i + 1}`,
      verdicts.length === 1 ? undefined : `All verdicts of ${stage}`,
    )
  );
  const ids = verdicts.map(({ table }) => claimsOf(recordsOf(table)).size);
  return {
    id: "verdicts",
    title: "Verdicts",
    count: ids.reduce((sum, size) => sum + size, 0),
    html: html.join("\n"),
  };
}

/**
 * The claims of a table of verdicts, as HTML. Settings that never differ are left out.
 *
 * @param name begins the addresses of its claims on the page
 * @param label what screen readers call the table of them all
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
export function verdictsHtml(table: Table, name = "claim", label = "All verdicts"): string {
  const records = recordsOf(table);
  const claims = [...claimsOf(records)];
  const by = table.columns.map((column) => column.name).filter((column) =>
    !claimColumns.has(column) && records.some((row) => row[column] !== records[0][column])
  );
  const shown = claims.slice(0, most.claims);
  const rest = claims.length - shown.length;
  return `${overviewHtml(shown, by, name, label)}
<div class="claims">${
    shown.map(([id, rows], i) => claimHtml(id, rows, by, `${name}-${i + 1}`)).join("\n")
  }</div>${
    rest === 0
      ? ""
      : `<p class="more"><small>and ${plural(rest, "more claim")} in tables/</small></p>`
  }`;
}

function claimsOf(records: readonly Verdict[]): Map<string, Verdict[]> {
  const claims = new Map<string, Verdict[]>();
  for (const record of records) {
    const id = String(record.id ?? "");
    const known = claims.get(id);
    if (known === undefined) claims.set(id, [record]);
    else known.push(record);
  }
  return claims;
}

/** Every claim against every setting; where settings are too many for that, how many of each verdict. */
function overviewHtml(
  claims: readonly (readonly [id: string, rows: readonly Verdict[]])[],
  by: readonly string[],
  name: string,
  label: string,
): string {
  const settings = new Map<string, string>();
  for (const [, rows] of claims) {
    for (const row of rows) settings.set(keyOf(row, by), settingText(row, by));
  }
  const isMatrix = settings.size <= most.settings;
  const isWorded = settings.size <= most.worded;
  const columns = isMatrix ? [...settings] : outcomes.map((one) => [one, one] as const);
  const head = columns.map(([, text]) =>
    `<th scope="col"${isWorded ? "" : ' class="narrow"'}>${
      escapeHtml(text === "" ? "verdict" : text)
    }</th>`
  );
  const body = claims.map(([id, rows], i) => {
    const cells = isMatrix
      ? columns.map(([key]) => {
        const row = rows.find((row) => keyOf(row, by) === key);
        return `<td>${
          verdictHtml(row === undefined ? "not tested here" : row.verdict, isWorded)
        }</td>`;
      })
      : outcomes.map((one) => {
        const count = rows.filter(({ verdict }) => outcomeOf(verdict) === one).length;
        return `<td>${count === 0 ? "" : `${count} ${verdictHtml(one, false)}`}</td>`;
      });
    return `<tr><th scope="row"><a href="#${name}-${i + 1}">${
      escapeHtml(id.trim() === "" ? "(blank)" : id)
    }</a> <span class="statement">${statementHtml(rows[0])}</span></th>${cells.join("")}</tr>`;
  });
  const occurring = outcomes.filter((one) =>
    body.some((row) => row.includes(`>${one}</span>`)) ||
    claims.some(([, rows]) => rows.some(({ verdict }) => outcomeOf(verdict) === one))
  );
  const legend = !isMatrix || settings.size === 1
    ? ""
    : `<p class="legend${isWorded ? " brief" : ""}">${
      occurring.map((one) => `<span>${verdictHtml(one, true)}</span>`).join(" ")
    }</p>`;
  return `<div class="table" tabindex="0" role="region" aria-label="${
    escapeHtml(label)
  }"><table class="overview${
    isMatrix && settings.size > 1 ? " matrix" : ""
  }"><thead><tr><th scope="col">claim</th>${head.join("")}</tr></thead><tbody>${
    body.join("\n")
  }</tbody></table></div>${legend}`;
}

const outcomes = ["holds", "fails", "undecidable", "not tested here"] as const;

function outcomeOf(verdict: Cell | undefined): (typeof outcomes)[number] {
  return outcomes.find((one) => one === verdict) ?? "undecidable";
}

function keyOf(row: Verdict, by: readonly string[]): string {
  return JSON.stringify(by.map((name) => row[name] ?? null));
}

function settingText(row: Verdict, by: readonly string[]): string {
  return by.map((name) => spaced(cellText(row[name] ?? null))).join(" · ");
}

/** What is claimed; "σ = 0.004" stays on one line. */
function statementHtml({ statement }: Verdict): string {
  return escapeHtml(String(statement ?? "")).replaceAll(" = ", "\u00a0=\u00a0");
}

function spaced(text: string): string {
  return text.replaceAll("_", " ");
}

function claimHtml(
  id: string,
  rows: readonly Verdict[],
  by: readonly string[],
  anchor: string,
): string {
  const [first] = rows;
  const published =
    first.published === null || first.published === undefined || first.published === ""
      ? ""
      : `<div><dt>Published</dt><dd>${escapeHtml(String(first.published))}</dd></div>`;
  const head = [
    ...by.map((name) => [spaced(name), ""]),
    ["verdict", ""],
    ["number", "number"],
    ["interval", "number"],
    ["effect", "number"],
    ["self floor", "number"],
    ["n", "number"],
    ["because", ""],
  ];
  const body = rows.slice(0, most.rows).map((row) => `<tr>${cellsOf(row, by).join("")}</tr>`);
  const rest = rows.length - body.length;
  return `<article class="claim" id="${anchor}"><h3><span>${escapeHtml(id)}</span> ${
    statementHtml(first)
  }</h3><dl class="about-claim">${published}<div><dt>Tested</dt><dd>${
    escapeHtml(`${first.quantity ?? ""} ${first.test ?? ""}`)
  }</dd></div></dl>
<div class="table" tabindex="0" role="region" aria-label="${escapeHtml(id)}"><table><thead><tr>${
    head.map(([name, kind]) =>
      `<th scope="col"${kind === "" ? "" : ` class="${kind}"`}>${escapeHtml(name)}</th>`
    ).join("")
  }</tr></thead><tbody>${body.join("\n")}</tbody></table></div>${
    rest === 0
      ? ""
      : `<p class="more"><small>and ${plural(rest, "more row")} in tables/</small></p>`
  }</article>`;
}

function cellsOf(row: Verdict, by: readonly string[]): string[] {
  const unit = row.unit === null || row.unit === undefined ? "" : ` ${row.unit}`;
  const isKnown = (cell: Cell | undefined) => typeof cell === "number" && Number.isFinite(cell);
  // As many digits as the reason has.
  const number = (cell: Cell | undefined) =>
    isKnown(cell) ? cellText(Number(Number(cell).toPrecision(3))) : "–";
  const [measured, interval] = measuredTexts(row);
  const measure = (kind: string, text: string) =>
    `<td class="number ${kind}${text === "–" ? " none" : ""}">${escapeHtml(text)}</td>`;
  return [
    ...by.map((name) =>
      `<td class="setting">${escapeHtml(spaced(cellText(row[name] ?? null)))}</td>`
    ),
    `<td>${verdictHtml(row.verdict, true)}</td>`,
    measure("measured", measured === "" ? "–" : measured + unit),
    measure("interval", interval),
    measure("effect", number(row.effect)),
    measure("floor", number(row.floor)),
    measure("count", isKnown(row.n) ? cellText(row.n) : "–"),
    `<td class="reason">${escapeHtml(String(row.reason ?? ""))}</td>`,
  ];
}
