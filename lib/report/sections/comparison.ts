// Two runs side by side: verdicts that changed first, then params, figures, numbers, stages and what surrounded them.
// The script lays figures over each other (client/compare.ts); without it they stand beside each other.

import type {
  ComparedRun,
  Comparison,
  StageChange,
  StageTotals,
  TableChange,
  VerdictChange,
  VerdictState,
} from "../comparison.ts";
import { cellText } from "../cell_text.ts";
import { measuredTexts } from "../measured_texts.ts";
import { comparedFigures } from "../compared_figures.ts";
import type { ParamRow, ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";
import { formatSeconds, plural } from "../format.ts";
import { timeHtml } from "../page_top.ts";
import { verdictHtml } from "../verdict_html.ts";

/** Bounds of what is listed. */
const most = { rows: 200, cells: 40, value: 300 };

/**
 * What differs between the run and another one; nothing if none was asked for.
 *
 * @example
 * ```ts
 * import { comparisonSection } from "#lib/report/sections/comparison.ts";
 * import { compareRuns } from "#lib/report/compare_runs.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const run = { content: reportContent(), missing: [] };
 * const section = comparisonSection(reportContent({ comparison: compareRuns(run, run, []) }));
 * assertStringIncludes(section!.html, "Nothing differs");
 * ```
 */
export function comparisonSection({ comparison }: ReportContent): Section | null {
  if (comparison === undefined) return null;
  const parts = [
    runsHtml(comparison),
    verdictsHtml(comparison),
    paramsHtml(comparison.params, comparison.numSameParams),
    comparedFigures(comparison),
    ...comparison.tables.map(tableHtml),
    stagesHtml(comparison),
    surroundingsHtml(comparison),
  ].filter((part) => part !== "");
  return { id: "comparison", title: "Compared with another run", html: parts.join("\n") };
}

function runsHtml(comparison: Comparison): string {
  const { before, now } = comparison;
  const differs = [
    counted(comparison.verdicts.filter(({ change }) => change !== "number").length, "verdict"),
    counted(comparison.params.length, "param"),
    counted(comparison.figures.length, "figure"),
    counted(comparison.tables.length, "table"),
  ].filter((text) => text !== "");
  const missing = [...before.missing, ...now.missing];
  return `<dl class="compared"><div><dt>Before</dt><dd>${
    runHtml(before)
  }</dd></div><div><dt>Now</dt><dd>${runHtml(now)}</dd></div></dl>
<p class="compared-sum">${
    differs.length === 0
      ? "Nothing differs in verdicts, params, figures and tables."
      : `Other than before: ${differs.join(", ")}.`
  }</p>${
    missing.length === 0
      ? ""
      : `<ul class="compared-missing">${
        missing.map((one) => `<li>${escapeHtml(one)}</li>`).join("")
      }</ul>`
  }`;
}

function counted(count: number, noun: string): string {
  return count === 0 ? "" : plural(count, noun);
}

function runHtml({ run, workflow, started_at, command, ok, finished }: ComparedRun): string {
  const state = ok ? "" : finished ? ", not all of it was done" : ", which did not end";
  return `<bdi>${escapeHtml(run)}</bdi> of ${timeHtml(started_at)}${state}<br><small><bdi>${
    escapeHtml(command === "" ? workflow : command)
  }</bdi></small>`;
}

function verdictsHtml({ verdicts, numSameVerdicts }: Comparison): string {
  if (verdicts.length === 0) {
    return numSameVerdicts === 0
      ? ""
      : `<p>${
        numSameVerdicts === 1 ? "The one verdict is" : `All ${numSameVerdicts} verdicts are`
      } the same, to the last digit.</p>`;
  }
  const changed = verdicts.filter(({ change }) => change !== "number");
  const moved = verdicts.filter(({ change }) => change === "number");
  const rest = numSameVerdicts === 0
    ? ""
    : `<p><small>${plural(numSameVerdicts, "verdict")} the same</small></p>`;
  return `<h3>Verdicts</h3>\n${
    changed.length === 0
      ? `<p>No verdict changed; ${plural(moved.length, "number")} behind them did.</p>`
      : verdictTable(changed, "Verdicts that changed")
  }${
    moved.length === 0
      ? ""
      : `<details${
        changed.length === 0 ? " open" : ""
      }><summary>The same verdict by another number (${moved.length})</summary>${
        verdictTable(moved, "The same verdict by another number")
      }</details>`
  }${rest}`;
}

function verdictTable(verdicts: readonly VerdictChange[], label: string): string {
  return table(
    label,
    ["claim", "setting", "before", "now"],
    verdicts.map(({ claim, statement, setting, before, now }) =>
      `<th scope="row"><bdi>${escapeHtml(claim)}</bdi>${
        statement === "" ? "" : `<br><small>${escapeHtml(statement)}</small>`
      }</th><td>${escapeHtml(setting)}</td><td>${stateHtml(before)}</td><td>${stateHtml(now)}</td>`
    ),
  );
}

function stateHtml(state: VerdictState | undefined): string {
  if (state === undefined) return "<small>not judged</small>";
  const { verdict, number, low, high, unit } = state;
  const [text, interval] = measuredTexts({ number, low, high });
  const measured = number === undefined
    ? ""
    : `<br><small class="measured">${escapeHtml(text === "" ? cellText(number) : text)}${
      unit === undefined ? "" : ` ${escapeHtml(unit)}`
    }${interval === "–" ? "" : ` [${escapeHtml(interval)}]`}</small>`;
  return verdictHtml(verdict, true) + measured;
}

function paramsHtml(params: readonly ParamRow[], numSame: number): string {
  if (params.length === 0) {
    return numSame === 0 ? "" : `<p>All ${numSame} params are the same.</p>`;
  }
  return `<h3>Params</h3>\n${
    table(
      "Params that differ between the runs",
      ["param", "before", "now"],
      params.map(({ path, value, before, change }) =>
        `<th scope="row"><code>${escapeHtml(path)}</code></th><td>${
          change === "added" ? "<small>new</small>" : code(before ?? "")
        }</td><td>${change === "removed" ? "<small>gone</small>" : code(value)}</td>`
      ),
    )
  }`;
}

function tableHtml(change: TableChange): string {
  const { stage, cells, numDiffering, numShared, only } = change;
  const title = stage === "" ? "Numbers of members" : `<bdi>${escapeHtml(stage)}</bdi>`;
  if (only !== undefined) {
    return `<h3>${title}</h3>\n<p>This table is there ${
      only === "now" ? "only now" : "only in the run before"
    }.</p>`;
  }
  const notes = [
    numDiffering === 0 ? "" : `${numDiffering} of ${plural(numShared, "value")} differ`,
    change.rowsAdded === 0 ? "" : `${plural(change.rowsAdded, "row")} new`,
    change.rowsRemoved === 0 ? "" : `${plural(change.rowsRemoved, "row")} gone`,
    change.columnsAdded.length === 0 ? "" : `new columns: ${change.columnsAdded.join(", ")}`,
    change.columnsRemoved.length === 0
      ? ""
      : `columns that are gone: ${change.columnsRemoved.join(", ")}`,
  ].filter((note) => note !== "");
  const shown = cells.slice(0, most.cells);
  return `<h3>${title}</h3>\n<p>${escapeHtml(notes.join("; "))}${
    shown.length < numDiffering ? `; the ${shown.length} that moved most are shown` : ""
  }.</p>${
    shown.length === 0 ? "" : table(
      `Values of ${stage === "" ? "members" : stage} that differ`,
      ["row", "column", "before", "now", "difference"],
      shown.map(({ row, column, unit, before, now, relative }) =>
        `<th scope="row">${escapeHtml(row)}</th><td>${escapeHtml(column.replaceAll("_", " "))}${
          unit === undefined ? "" : ` <small>${escapeHtml(unit)}</small>`
        }</td><td class="number">${escapeHtml(cut(before))}</td><td class="number">${
          escapeHtml(cut(now))
        }</td><td class="number">${relative === undefined ? "" : percent(relative)}</td>`
      ),
      ["before", "now", "difference"],
    )
  }`;
}

function stagesHtml({ stages, numSameStages }: Comparison): string {
  const differs = stages.filter((one) => isOther(one));
  const timed = stages.filter((one) => !isOther(one));
  if (stages.length === 0) return "";
  const rest = numSameStages === 0
    ? ""
    : `<p><small>${plural(numSameStages, "stage")} the same</small></p>`;
  return `<h3>Stages</h3>\n${
    differs.length === 0
      ? "<p>No stage was added or removed, failed otherwise, or gave another result.</p>"
      : stageTable(differs, "Stages that differ")
  }${
    timed.length === 0
      ? ""
      : `<details><summary>The same results, computed or found otherwise (${timed.length})</summary>${
        stageTable(timed, "Stages with the same results")
      }</details>`
  }${rest}`;
}

/** Whether a stage was added or removed, failed otherwise, or gave something else. */
function isOther({ before, now, numDiffering }: StageChange): boolean {
  if (before === undefined || now === undefined || numDiffering > 0) return true;
  return before.failed !== now.failed || before.members !== now.members;
}

function stageTable(stages: readonly StageChange[], label: string): string {
  return table(
    label,
    ["stage", "before", "now", "other results"],
    stages.map(({ stage, before, now, numDiffering }) =>
      `<th scope="row"><bdi>${escapeHtml(stage)}</bdi></th><td>${totalsHtml(before)}</td><td>${
        totalsHtml(now)
      }</td><td class="number">${numDiffering === 0 ? "" : numDiffering}</td>`
    ),
  );
}

function totalsHtml(totals: StageTotals | undefined): string {
  if (totals === undefined) return "<small>not there</small>";
  const { counts, seconds } = totals;
  return `${escapeHtml(counts === "" ? "not reached" : counts)}${
    seconds === 0 ? "" : ` <small>${escapeHtml(formatSeconds(seconds))}</small>`
  }`;
}

function surroundingsHtml({ surroundings }: Comparison): string {
  if (surroundings.length === 0) return "<p>Versions, machine, engine and commit are the same.</p>";
  return `<h3>Versions, machine, engine, commit</h3>\n${
    table(
      "What surrounded the runs",
      ["", "before", "now"],
      surroundings.map(({ name, before, now }) =>
        `<th scope="row">${escapeHtml(name)}</th><td>${text(before)}</td><td>${text(now)}</td>`
      ),
    )
  }`;
}

function table(
  label: string,
  head: readonly string[],
  rows: readonly string[],
  numeric: readonly string[] = ["other results"],
): string {
  const more = rows.length - most.rows;
  return `<div class="table" tabindex="0" role="region" aria-label="${
    escapeHtml(label)
  }"><table class="changes"><thead><tr>${
    head.map((name) =>
      name === ""
        ? "<td></td>"
        : `<th scope="col"${numeric.includes(name) ? ' class="number"' : ""}>${name}</th>`
    ).join("")
  }</tr></thead><tbody>${
    rows.slice(0, most.rows).map((row) => `<tr>${row}</tr>`).join("\n")
  }</tbody></table></div>${more > 0 ? `<p><small>and ${more} more</small></p>` : ""}`;
}

function percent(relative: number): string {
  const value = relative * 100;
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 1 ? 1 : 2;
  const text = size >= 0.005 && size < 1e6 ? value.toFixed(digits) : value.toExponential(1);
  return `${value > 0 ? "+" : ""}${text.replace("-", "−")} %`;
}

function code(value: string): string {
  return `<code>${escapeHtml(cut(value))}</code>`;
}

function text(value: string): string {
  return value === "" ? "<small>not known</small>" : `<bdi>${escapeHtml(cut(value))}</bdi>`;
}

function cut(value: string): string {
  return value.length <= most.value ? value : `${value.slice(0, most.value)} …`;
}
