// What GitHub Actions shows: annotations at the place in the workflow file, and a job summary in Markdown.

import type { Span } from "../core/diagnostic.ts";
import { formatSeconds, oneLine } from "./format.ts";
import type { RunRecord } from "./record.ts";

/**
 * One `::error` line. GitHub reads the place and shows the message beside the line.
 *
 * @example
 * ```ts
 * import { annotation } from "#lib/report/github.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { file: "a.yaml", line: 3, column: 5, endLine: 3, endColumn: 9 };
 * assertEquals(annotation("error", "a, b\nc", at), "::error file=a.yaml,line=3,col=5::a, b%0Ac\n");
 * ```
 */
export function annotation(level: "error" | "warning", message: string, at?: Span): string {
  const data = (text: string) =>
    text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = (text: string) => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
  const place = at === undefined
    ? ""
    : ` file=${property(at.file)},line=${at.line},col=${at.column}`;
  return `::${level}${place}::${data(message)}\n`;
}

/**
 * The job summary of a run: totals, failures, verdicts.
 *
 * @example
 * ```ts
 * import { jobSummary } from "#lib/report/github.ts";
 * import { foldEvents } from "#lib/report/record.ts";
 * import { assertStringIncludes } from "@std/assert";
 * assertStringIncludes(jobSummary(foldEvents([]), []), "| ran | hit |");
 * ```
 */
export function jobSummary(record: RunRecord, highlights: readonly string[]): string {
  const { totals } = record;
  const lines = [
    `### ${record.ok ? "✅" : "❌"} ${escape(record.workflow)} — ${formatSeconds(record.seconds)}`,
    "",
    "| stages | ran | hit | failed | skipped |",
    "|---:|---:|---:|---:|---:|",
    `| ${totals.stages} | ${totals.ran} | ${totals.hit} | ${totals.failed} | ${totals.skipped} |`,
    "",
  ];
  for (const highlight of highlights) lines.push(`- ${escape(highlight)}`);
  for (const { stage, failure } of record.stages.filter((entry) => entry.status === "failed")) {
    lines.push(
      `- **failed** \`${oneLine(stage).replaceAll("`", "'")}\`: ${escape(failure?.message ?? "")}`,
    );
  }
  return lines.join("\n") + "\n";
}

/** Text that Markdown and HTML leave alone. */
function escape(text: string): string {
  return oneLine(text).replace(/\s+/g, " ").replace(
    /[&<>\\`*_{}[\]()#|~@!]/g,
    (character) => "&<>".includes(character) ? `&#${character.charCodeAt(0)};` : `\\${character}`,
  );
}
