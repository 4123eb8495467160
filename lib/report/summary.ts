// The closing summary: what happened, what failed, why and how to go on, what was found, and what to look at first.

import { bold, dim, green, red, stripAnsiCode, yellow } from "@std/fmt/colors";
import { coarseTime } from "./calm_time.ts";
import type { ClaimVerdict } from "./claim_verdicts.ts";
import { closingVerdicts } from "./closing_verdicts.ts";
import { failureGroups } from "./failure_groups.ts";
import { columnsOf, fit, formatSeconds, grouped, oneLine, plural, wrapped } from "./format.ts";
import type { RunRecord } from "./record.ts";
import type { SlowMember } from "./slow_members.ts";

/** What the summary tells besides the record. */
export interface SummaryOptions {
  readonly columns: number;
  /** Path of the report, relative to the working folder. */
  readonly report: string | null;
  /** The command that runs what is missing. */
  readonly retry: string;
  /** Verdicts of each table of claims. */
  readonly verdicts?: readonly (readonly ClaimVerdict[])[];
  /** Members that took longer than usual, the slowest first. */
  readonly slowest?: readonly SlowMember[];
  /** A figure worth the first look. */
  readonly figure?: { readonly stage: string; readonly caption: string } | undefined;
}

/** Failures that are told, and lines of one message. */
const shownFailures = 8, messageLines = 2;

/**
 * The summary of a run as text.
 *
 * @example
 * ```ts
 * import { summaryText } from "#lib/report/summary.ts";
 * import { foldEvents } from "#lib/report/record.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const text = summaryText(foldEvents([]), { columns: 80, report: "report.html", retry: "" });
 * assertStringIncludes(text, "report.html");
 * ```
 */
export function summaryText(record: RunRecord, options: SummaryOptions): string {
  const { columns, report, retry, verdicts = [], slowest = [], figure } = options;
  const lines = [headLine(record, columns), ...failureLines(record, columns)];
  if (!record.ok && retry !== "") lines.push(`to run what is missing: ${bold(retry)}`);
  for (const line of closingVerdicts(verdicts, columns - 2)) lines.push(`  ${line}`);
  if (slowest.length > 0) lines.push(slowLine(slowest, columns));
  // Where claims were judged, their verdicts come first.
  if (figure !== undefined && record.ok && verdicts.flat().length === 0) {
    const caption = oneLine(figure.caption).split(/(?<=[.!?]) /)[0];
    const text = `look first at: ${oneLine(figure.stage)}${caption === "" ? "" : ` – ${caption}`}`;
    lines.push(cut(text, columns));
  }
  if (report !== null) lines.push(`report: ${report}`);
  return lines.join("\n") + "\n";
}

function headLine(record: RunRecord, columns: number): string {
  const { totals } = record;
  const state = record.interrupted !== undefined
    ? yellow(`interrupted by ${oneLine(record.interrupted)}`)
    : record.ok
    ? green("done")
    : red("failed");
  const on = record.engine === undefined ? "" : ` on ${oneLine(record.engine)}`;
  const line = (hasDetails: boolean) => {
    const counts = [
      `${grouped(totals.ran)} ran`,
      `${grouped(totals.hit)} hit`,
      hasDetails && totals.fused > 0 ? `${grouped(totals.fused)} fused` : "",
      totals.continued === undefined ? "" : `${grouped(totals.continued)} continued`,
      totals.failed > 0 ? red(`${grouped(totals.failed)} failed`) : "",
      totals.skipped > 0 ? yellow(`${grouped(totals.skipped)} skipped`) : "",
    ].filter((part) => part !== "");
    return `${bold(state)}: ${plural(totals.stages, "stage")}, ${counts.join(", ")} in ${
      formatSeconds(record.seconds)
    }`;
  };
  const fits = (text: string) => columnsOf(stripAnsiCode(text)) <= columns;
  return [line(true) + on, line(true), line(false)].find(fits) ?? line(false);
}

/** What failed and why; members of a stage that failed for one reason together. */
function failureLines(record: RunRecord, columns: number): readonly string[] {
  const groups = failureGroups(record);
  const lines: string[] = [];
  for (const { stages, message } of groups.slice(0, shownFailures)) {
    const more = stages.length > 1 ? ` and ${grouped(stages.length - 1)} more like it` : "";
    const name = fit(oneLine(stages[0]), Math.max(12, columns - 9 - more.length));
    lines.push(`  ${red("failed")} ${fit(name + more, columns - 9)}`);
    const said = message.split("\n").map((line) => oneLine(line).trim()).filter((line) =>
      line !== ""
    );
    const [first = ""] = said;
    for (const line of wrapped(first, columns - 10, messageLines)) lines.push(`         ${line}`);
    // What a program prints last is why it failed.
    if (first.endsWith(":") && said.length > 1) {
      lines.push(`           ${fit(said.at(-1)!, columns - 12)}`);
    }
  }
  const rest = groups.slice(shownFailures).reduce((sum, { stages }) => sum + stages.length, 0);
  if (rest > 0) lines.push(dim(`  … and ${plural(rest, "more failure")} in the report`));
  return lines;
}

function slowLine(slowest: readonly SlowMember[], columns: number): string {
  const text = (shown: readonly SlowMember[]) =>
    "slower than usual: " +
    shown.map(({ stage, seconds, usual }) =>
      `${oneLine(stage)} ${formatSeconds(seconds)} (usually ${coarseTime(usual)})`
    ).join(", ");
  const shown = [...slowest];
  while (shown.length > 1 && columnsOf(text(shown)) > columns) shown.pop();
  return fit(text(shown), columns);
}

/** Sentences are cut at their ends, unlike names. */
function cut(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let shown = text;
  while (columnsOf(shown) > width - 1 && shown.includes(" ")) {
    shown = shown.slice(0, shown.lastIndexOf(" "));
  }
  return fit(`${shown}…`, width);
}
