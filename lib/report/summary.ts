// The closing summary: what happened, what failed and why, what to look at first.

import { bold, dim, green, red, stripAnsiCode, yellow } from "@std/fmt/colors";
import { columnsOf, fit, formatSeconds, oneLine, plural, printable } from "./format.ts";
import type { RunRecord } from "./record.ts";

/** What the summary points to. */
export interface SummaryOptions {
  readonly columns: number;
  /** Path of the report, relative to the working folder. */
  readonly report: string | null;
  /** The command that runs what is missing. */
  readonly retry: string;
  /** Lines worth reading first, e.g. verdicts. */
  readonly highlights: readonly string[];
}

const shownFailures = 8;

/**
 * The summary of a run as text.
 *
 * @example
 * ```ts
 * import { summaryText } from "#lib/report/summary.ts";
 * import { foldEvents } from "#lib/report/record.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const text = summaryText(foldEvents([]), { columns: 80, report: "report.html", retry: "", highlights: [] });
 * assertStringIncludes(text, "report.html");
 * ```
 */
export function summaryText(record: RunRecord, options: SummaryOptions): string {
  const { totals } = record;
  const lines: string[] = [];
  const state = record.interrupted !== undefined
    ? yellow(`interrupted by ${record.interrupted}`)
    : record.ok
    ? green("done")
    : red("failed");
  const counts = [
    `${totals.ran} ran`,
    `${totals.hit} hit`,
    totals.fused > 0 ? `${totals.fused} fused` : "",
    totals.continued === undefined ? "" : `${totals.continued} continued`,
    totals.failed > 0 ? red(`${totals.failed} failed`) : "",
    totals.skipped > 0 ? yellow(`${totals.skipped} skipped`) : "",
  ].filter((part) => part !== "");
  const first = `${bold(state)}: ${plural(totals.stages, "stage")}, ${counts.join(", ")} in ${
    formatSeconds(record.seconds)
  }`;
  const on = record.engine === undefined ? "" : ` on ${oneLine(record.engine)}`;
  const isShort = columnsOf(stripAnsiCode(first)) + columnsOf(on) <= options.columns;
  lines.push(isShort ? first + on : first);
  const failures = record.stages.filter((stage) => stage.status === "failed");
  for (const { stage, failure } of failures.slice(0, shownFailures)) {
    const first = printable(failure?.message ?? "").split("\n")[0];
    lines.push(
      `  ${red("failed")} ${fit(oneLine(stage), options.columns - 10)}`,
      `         ${fit(oneLine(first), options.columns - 10)}`,
    );
  }
  if (failures.length > shownFailures) {
    lines.push(dim(`  … and ${failures.length - shownFailures} more failures in the report`));
  }
  for (const highlight of options.highlights) {
    lines.push(`  ${fit(oneLine(highlight), options.columns - 3)}`);
  }
  if (options.report !== null) lines.push(`report: ${options.report}`);
  if (!record.ok && options.retry !== "") {
    lines.push(dim(`to run what is missing: ${options.retry}`));
  }
  return lines.join("\n") + "\n";
}
