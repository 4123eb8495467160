// The report: one self-contained page, no script, no request. Verdicts first, then figures, then stages.

import type { Table } from "../core/table.ts";
import { formatSeconds, stageOf } from "./format.ts";
import { escapeHtml } from "./escape_html.ts";
import type { RunRecord } from "./record.ts";
import { cellText, verdictClass, verdictsHtml } from "./verdicts_html.ts";
import { warningsHtml } from "./warnings_html.ts";

/** A figure of the report. */
export interface ReportFigure {
  readonly stage: string;
  readonly svg: string;
  readonly caption: string;
}

/** A table of the report. */
export interface ReportTable {
  readonly stage: string;
  readonly table: Table;
}

/** What a report shows. */
export interface ReportContent {
  readonly title: string;
  readonly description: string;
  readonly record: RunRecord;
  readonly verdicts: readonly ReportTable[];
  readonly tables: readonly ReportTable[];
  readonly figures: readonly ReportFigure[];
  /** The workflow as resolved, as YAML. */
  readonly resolved: string;
  /** The command that repeats or completes the run. */
  readonly command: string;
  /** Results at the ends of the graph that were too many or too large to be copied beside the page. */
  readonly numLeftOut?: number;
  /** DAG as SVG, or empty. */
  readonly graph: string;
}

const maxTableRows = 200;
const maxStageRows = 300;
const maxOmitted = 20;
const maxResolved = 200_000;

/**
 * The report as HTML. Everything that comes from users is escaped; figures are isolated as images.
 *
 * @example
 * ```ts
 * import { reportHtml } from "#lib/report/html.ts";
 * import { foldEvents } from "#lib/report/record.ts";
 * import { assert } from "@std/assert";
 * const html = reportHtml({
 *   title: "<script>", description: "", record: foldEvents([]), verdicts: [], tables: [],
 *   figures: [], resolved: "", command: "basin run x.yaml", graph: "",
 * });
 * assert(!html.includes("<script>"));
 * ```
 */
export function reportHtml(content: ReportContent): string {
  const { record } = content;
  const failed = record.stages.filter((stage) => stage.status === "failed");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(content.title)} · Basin</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(content.title)}</h1>
<p>${escapeHtml(content.description)}</p>
<p class="state ${record.ok ? "ok" : "bad"}">${stateText(record)}</p>
</header>
<main>
${failed.length === 0 ? "" : failures(failed, content.command)}
${leftOut(record)}
${section("Verdicts", content.verdicts.map(({ table }) => verdictsHtml(table)).join("\n"))}
${
    section(
      "Figures",
      `<div class="figures">${content.figures.map(figureHtml).join("\n")}</div>`,
      content.figures.length,
    )
  }
${section("Warnings", warningsHtml(record.warnings), record.warnings.length)}
${section("Tables", content.tables.map(tableHtml).join("\n"))}
${notCopied(content.numLeftOut)}
${
    section(
      "Stages",
      stagesHtml(record) + (content.graph === ""
        ? ""
        : `<div class="graph"><img alt="The workflow's stages and how they depend on each other" src="${
          svgUrl(content.graph)
        }"></div>`),
    )
  }
${
    section(
      "Reproduce",
      `<p>This page was made by <code>${escapeHtml(content.command)}</code></p>
<p>Basin ${escapeHtml(record.basin)}, Deno ${
        escapeHtml(record.deno)
      }, ${record.jobs} workers, started ${escapeHtml(record.started_at)}.</p>
<details><summary>The workflow as resolved</summary><pre>${
        escapeHtml(content.resolved.slice(0, maxResolved))
      }</pre>${
        content.resolved.length > maxResolved
          ? "<p><small>cut here; the whole text is in config.resolved.yaml</small></p>"
          : ""
      }</details>`,
    )
  }
</main>
</body>
</html>
`;
}

function stateText(record: RunRecord): string {
  const { totals } = record;
  const word = record.interrupted !== undefined
    ? `Interrupted by ${escapeHtml(record.interrupted)}`
    : record.ok
    ? "Done"
    : totals.failed > 0
    ? "Failed"
    : record.finished
    ? "Incomplete"
    : "Running";
  const fused = totals.fused === 0 ? "" : `${totals.fused} fused, `;
  const continued = totals.continued === undefined ? "" : `${totals.continued} continued, `;
  const engine = record.engine === undefined ? "" : ` on ${escapeHtml(record.engine)}`;
  return `${word}: ${totals.stages} stages, ${totals.ran} ran, ${totals.hit} from the store, ` +
    `${fused}${continued}${totals.failed} failed, ${totals.skipped} skipped, ` +
    `in ${formatSeconds(record.seconds)}${engine}`;
}

function failures(failed: RunRecord["stages"], command: string): string {
  const items = failed.map(({ stage, failure }) =>
    `<li><strong>${escapeHtml(stage)}</strong><pre>${escapeHtml(failure?.message ?? "")}</pre></li>`
  );
  return section(
    "What failed",
    `<ul class="failures">${items.join("\n")}</ul><p>To run what is missing: <code>${
      escapeHtml(command)
    }</code></p>`,
  );
}

function notCopied(count = 0): string {
  return count === 0 ? "" : `<p><small>${count} more results are in the store ` +
    "only; <code>deno task show</code> shows them</small></p>";
}

/** Results made without members that failed, here or in an earlier run: whoever reads them must know. */
function leftOut({ stages }: RunRecord): string {
  const items = stages.flatMap(({ stage, omitted = [] }) =>
    omitted.length === 0 ? [] : [
      `<li><strong>${escapeHtml(stage)}</strong> does without ${
        escapeHtml(omitted.slice(0, maxOmitted).join(", "))
      }${omitted.length > maxOmitted ? ` and ${omitted.length - maxOmitted} more` : ""}</li>`,
    ]
  );
  return items.length === 0 ? "" : section("Left out", `<ul>${items.join("\n")}</ul>`);
}

function section(title: string, body: string, count = 1): string {
  return body === "" || count === 0 ? "" : `<section><h2>${title}</h2>\n${body}\n</section>`;
}

function figureHtml({ stage, svg, caption }: ReportFigure): string {
  return `<figure${isWide(svg) ? ' class="wide"' : ""}><img alt="${
    escapeHtml(caption === "" ? stage : caption)
  }" src="${svgUrl(svg)}">` +
    `<figcaption><strong>${escapeHtml(stage)}</strong> ${
      escapeHtml(caption)
    }</figcaption></figure>`;
}

/** Figures of two journal columns have the page's whole width: in half of it nobody can read them. */
function isWide(svg: string): boolean {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return Number(width) > wideFrom * Number(height);
}

const wideFrom = 1.6;

function svgUrl(svg: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(svg)) binary += String.fromCharCode(byte);
  return `data:image/svg+xml;base64,${btoa(binary)}`;
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

function stagesHtml(record: RunRecord): string {
  const groups = new Map<
    string,
    { ran: number; hit: number; failed: number; skipped: number; seconds: number }
  >();
  for (const { stage, status, seconds } of record.stages) {
    const name = stageOf(stage);
    const group = groups.get(name) ?? { ran: 0, hit: 0, failed: 0, skipped: 0, seconds: 0 };
    if (status !== "unfinished") group[status]++;
    if (status === "ran") group.seconds += seconds ?? 0;
    groups.set(name, group);
  }
  const shown = groups.size <= maxStageRows
    ? [...groups]
    : [...groups].sort(([, a], [, b]) => b.failed - a.failed || b.seconds - a.seconds)
      .slice(0, maxStageRows);
  const rest = groups.size - shown.length;
  const rows = shown.map(([name, group]) =>
    `<tr><th scope="row">${escapeHtml(name)}</th>` +
    [group.ran, group.hit, group.failed, group.skipped].map((count) =>
      `<td class="number">${count}</td>`
    ).join("") +
    `<td class="number">${group.ran === 0 ? "" : formatSeconds(group.seconds)}</td></tr>`
  );
  return `<div class="table"><table><thead><tr><th scope="col">stage</th><th scope="col" class="number">ran</th>` +
    `<th scope="col" class="number">hit</th><th scope="col" class="number">failed</th>` +
    `<th scope="col" class="number">skipped</th><th scope="col" class="number">worker time</th></tr></thead>` +
    `<tbody>${rows.join("\n")}</tbody></table></div>` +
    (rest === 0
      ? ""
      : `<p><small>and ${rest} more stages, of which none failed or took longer</small></p>`);
}

const style = `
:root { color-scheme: light dark; --ink: #1d2330; --soft: #5b6475; --line: #d9dde5; --back: #ffffff; --panel: #f5f6f9; --good: #1b6e4a; --bad: #a3262a; --open: #7a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaf0; --soft: #a2abbb; --line: #343b49; --back: #14171d; --panel: #1c2028; --good: #6fcf9f; --bad: #ff9a94; --open: #e6c35c; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); }
header, main { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; color: var(--soft); font-weight: 600; }
.state { font-weight: 600; }
.state.ok { color: var(--good); } .state.bad { color: var(--bad); }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } thead th { color: var(--soft); white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.claim { margin: 1.5rem 0 2rem; } .claim h3 { color: var(--ink); margin: 0 0 .25rem; } .claim h3 span { color: var(--soft); font-weight: 400; margin-right: .35rem; }
.published { margin: 0 0 .35rem; font-size: .88rem; color: var(--soft); } .reason { min-width: 16rem; font-size: .85rem; color: var(--soft); }
.verdict { font-weight: 600; white-space: nowrap; } .holds { color: var(--good); } .fails { color: var(--bad); } .open { color: var(--open); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem; align-items: start; }
figure { margin: 0; background: #fff; border: 1px solid var(--line); border-radius: .4rem; overflow: hidden; }
figure.wide { grid-column: 1 / -1; }
figure img { display: block; width: 100%; height: auto; padding: .75rem; }
figcaption { font-size: .85rem; padding: .6rem .75rem; background: var(--panel); color: var(--ink); }
.graph { background: #fff; margin-top: 1rem; border: 1px solid var(--line); border-radius: .4rem; overflow-x: auto; padding: .75rem; }
.graph img { max-width: 100%; height: auto; }
pre { background: var(--panel); padding: .75rem; border-radius: .4rem; overflow-x: auto; font-size: .82rem; }
.failures pre { white-space: pre-wrap; border-left: 3px solid var(--bad); }
code { background: var(--panel); padding: .1rem .3rem; border-radius: .25rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) { .claim table, .claim tbody { display: block; } .claim thead { display: none; }
.claim tr { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .4rem 0; border-bottom: 1px solid var(--line); }
.claim td { padding: 0; border: 0; } .claim .number::before { color: var(--soft); } .claim .measured::before { content: "number "; } .claim .interval::before { content: "interval "; } .claim .effect::before { content: "effect "; } .claim .floor::before { content: "self floor "; } .claim .count::before { content: "n "; }
.claim td { text-align: left; } .claim .reason { flex: 0 0 100%; min-width: 0; } }
@media print { .figures { grid-template-columns: 1fr 1fr; } details { display: none; } figure { break-inside: avoid; } }
`;
