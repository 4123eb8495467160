// The summary on the page of a GitHub job, in Markdown: failures first, then verdicts, then the stages. No text from
// outside can become Markdown or HTML.

import { type ClaimVerdict, intervalText, verdictCounts } from "./claim_verdicts.ts";
import { failureGroups } from "./failure_groups.ts";
import { formatSeconds, grouped, oneLine, printable, stageOf } from "./format.ts";
import type { RunRecord, StageRecord } from "./record.ts";

/** What the summary tells besides the record. */
export interface JobFacts {
  /** Verdicts of each table of claims. */
  readonly verdicts?: readonly (readonly ClaimVerdict[])[];
  /** The command that runs what is missing. */
  readonly retry?: string;
}

/** Failures told, characters of one message, verdicts and stages listed. GitHub shows no more than 1 MiB. */
const mostFailures = 20, mostMessage = 4000, mostVerdicts = 200, mostStages = 300;

/**
 * The job summary of a run.
 *
 * @example
 * ```ts
 * import { jobSummary } from "#lib/report/job_summary.ts";
 * import { foldEvents } from "#lib/report/record.ts";
 * import { assertStringIncludes } from "@std/assert";
 * assertStringIncludes(jobSummary(foldEvents([])), "| ran | hit |");
 * ```
 */
export function jobSummary(record: RunRecord, facts: JobFacts = {}): string {
  const { totals, engine, interrupted } = record;
  const state = interrupted === undefined
    ? record.ok ? "done" : "failed"
    : `interrupted by ${escape(interrupted)}`;
  const on = engine === undefined ? "" : `, on ${escape(engine)}`;
  return [
    `### ${record.ok ? "✅" : "❌"} ${escape(record.workflow)}: ${state}`,
    "",
    `In ${formatSeconds(record.seconds)}${on}.`,
    "",
    "| stages | ran | hit | failed | skipped |",
    "|---:|---:|---:|---:|---:|",
    `| ${totals.stages} | ${totals.ran} | ${totals.hit} | ${totals.failed} | ${totals.skipped} |`,
    "",
    ...failureLines(record),
    ...(record.ok || facts.retry === undefined
      ? []
      : ["To run what is missing:", "", ...codeLines(facts.retry), ""]),
    ...verdictLines((facts.verdicts ?? []).flat()),
    ...stageLines(record.stages),
  ].join("\n");
}

function failureLines(record: RunRecord): readonly string[] {
  const groups = failureGroups(record);
  const lines = groups.slice(0, mostFailures).flatMap(({ stages, message }) => {
    const more = stages.length > 1 ? ` and ${grouped(stages.length - 1)} more like it` : "";
    const [first, ...rest] = message.split("\n");
    const head = `- **failed** ${escape(stages[0])}${more}: ${escape(first.slice(0, mostMessage))}`;
    if (rest.every((line) => line.trim() === "")) return [head];
    return [
      head,
      "  <details><summary>whole message</summary>",
      "",
      ...codeLines(message.slice(0, mostMessage)).map((line) => `  ${line}`),
      "",
      "  </details>",
    ];
  });
  const numMore = groups.slice(mostFailures).reduce((sum, { stages }) => sum + stages.length, 0);
  if (numMore > 0) lines.push(`- and ${grouped(numMore)} more in the report`);
  return lines.length === 0 ? [] : ["#### Failures", "", ...lines, ""];
}

function verdictLines(verdicts: readonly ClaimVerdict[]): readonly string[] {
  if (verdicts.length === 0) return [];
  const hasSettings = verdicts.some(({ setting }) => setting !== "");
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const heads = ["claim", ...(hasSettings ? ["setting"] : []), "verdict", "number", "n", "why"];
  const shown = verdicts.slice(0, mostVerdicts).map((one) => {
    const { claim, setting, verdict, before, unit, n, reason } = one;
    const interval = intervalText(one);
    return row([
      escape(claim),
      ...(hasSettings ? [escape(setting)] : []),
      before === undefined ? escape(verdict) : `**${escape(verdict)}** (was ${escape(before)})`,
      escape(interval === "" ? "" : `${interval} ${unit}`.trim()),
      n === null || n === 0 ? "" : String(n),
      escape(reason),
    ]);
  });
  const numMore = verdicts.length - shown.length;
  return [
    `#### Verdicts: ${escape(verdictCounts(verdicts.map(({ verdict }) => verdict)))}`,
    "",
    row(heads),
    row(heads.map((head) => head === "number" || head === "n" ? "---:" : "---")),
    ...shown,
    ...(numMore > 0 ? ["", `And ${grouped(numMore)} more in the report.`] : []),
    "",
  ];
}

/** A row for each stage of the file, folded. */
function stageLines(records: readonly StageRecord[]): readonly string[] {
  const stages = Map.groupBy(records, ({ stage }) => stageOf(stage));
  if (stages.size === 0) return [];
  const rows = [...stages].slice(0, mostStages).map(([name, members]) => {
    const count = (status: StageRecord["status"]) =>
      members.filter((one) => one.status === status).length || "";
    const seconds = members.filter(({ status }) => status === "ran")
      .map(({ seconds = 0 }) => seconds);
    const total = seconds.reduce((sum, one) => sum + one, 0);
    const longest = seconds.reduce((most, one) => Math.max(most, one), 0);
    return [
      escape(name),
      members.length,
      count("ran"),
      count("hit"),
      count("failed"),
      count("skipped"),
      seconds.length === 0 ? "" : formatSeconds(total),
      seconds.length === 0 ? "" : formatSeconds(longest),
    ].join(" | ");
  });
  const numMore = stages.size - rows.length;
  return [
    `<details><summary>Stages (${grouped(stages.size)})</summary>`,
    "",
    "| stage | members | ran | hit | failed | skipped | worker time | longest |",
    "|---|---:|---:|---:|---:|---:|---:|---:|",
    ...rows.map((row) => `| ${row} |`),
    ...(numMore > 0 ? ["", `And ${grouped(numMore)} more in the report.`] : []),
    "",
    "</details>",
    "",
  ];
}

/** Lines of a block of code that nothing in them can end. */
function codeLines(text: string): readonly string[] {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}text`, ...printable(text).split(/\r\n|[\r\n\u2028\u2029]/), fence];
}

/** Text that Markdown and HTML leave alone. */
function escape(text: string): string {
  return oneLine(text).replace(/\s+/g, " ").replace(
    /[&<>\\`*_{}[\]()#|~@!]/g,
    (character) => "&<>".includes(character) ? `&#${character.charCodeAt(0)};` : `\\${character}`,
  );
}
