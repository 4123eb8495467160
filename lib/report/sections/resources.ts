// What each stage took of the machine: members, time, memory and bytes, the longest first.

import type { ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";
import { formatBytes, grouped, plural, shortSeconds, stageOf } from "../format.ts";
import { stageLink } from "../stage_link.ts";
import { type Cost, type StageSum, stageSums } from "../stage_sums.ts";

const maxRows = 60;
const barWidth = 90;

/**
 * What the stages of a run took; nothing if nothing is known of it.
 *
 * @example
 * ```ts
 * import { resourcesSection } from "#lib/report/sections/resources.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(resourcesSection(reportContent()), null);
 * ```
 */
export function resourcesSection(content: ReportContent): Section | null {
  const sums = stageSums(content);
  const ran = rowsOf(sums, ({ ran }) => ran);
  const stored = rowsOf(sums, ({ stored }) => stored);
  const tables = [
    ran.length === 0 ? "" : tableHtml("Ran in this run", ran),
    stored.length === 0
      ? ""
      : tableHtml("Came from the store: what it took when it was made", stored),
  ].filter((html) => html !== "");
  if (tables.length === 0) return null;
  return { id: "resources", title: "Resources", html: tables.join("\n") };
}

interface Row {
  readonly name: string;
  readonly cost: Cost;
  readonly bytes: number;
}

function rowsOf(sums: readonly StageSum[], cost: (sum: StageSum) => Cost): readonly Row[] {
  return sums.map((sum) => ({ name: sum.name, cost: cost(sum), bytes: bytesOf(sum, cost(sum)) }))
    .filter(({ cost }) => cost.members > 0)
    .sort((a, b) => b.cost.seconds - a.cost.seconds || (a.name < b.name ? -1 : 1));
}

function bytesOf(sum: StageSum, cost: Cost): number {
  return cost === sum.ran ? sum.ranBytes : sum.storedBytes;
}

function tableHtml(caption: string, rows: readonly Row[]): string {
  const total = rows.reduce((sum, { cost }) => sum + cost.seconds, 0);
  const most = rows[0].cost.seconds;
  const has = (is: (row: Row) => boolean) => rows.some(is);
  const columns = {
    cpu: has(({ cost }) => cost.measuredSeconds > 0),
    memory: has(({ cost }) => cost.peakRss !== undefined),
    bytes: has(({ bytes }) => bytes > 0),
    longest: has(({ cost }) => cost.members > 1),
  };
  const head = [
    '<th scope="col">stage</th>',
    number("members"),
    number("worker time"),
    '<th scope="col">share</th>',
    columns.cpu ? number("CPU time") : "",
    columns.memory ? number("peak memory") : "",
    columns.bytes ? number("outputs") : "",
    columns.longest ? '<th scope="col">longest member</th>' : "",
  ];
  const shown = rows.slice(0, maxRows);
  const rest = rows.slice(maxRows);
  const restSeconds = rest.reduce((sum, { cost }) => sum + cost.seconds, 0);
  return `<div class="table"><table class="resources"><caption><span>${caption}: ${
    timeHtml(total)
  } of workers' time</span></caption><thead><tr>${head.join("")}</tr></thead><tbody>${
    shown.map((row) => rowHtml(row, total, most, columns)).join("\n")
  }</tbody></table></div>${
    rest.length === 0
      ? ""
      : `<p><small>and ${plural(rest.length, "more stage")} with ${
        timeHtml(restSeconds)
      } together</small></p>`
  }`;
}

function rowHtml(
  { name, cost, bytes }: Row,
  total: number,
  most: number,
  columns: Readonly<Record<"cpu" | "memory" | "bytes" | "longest", boolean>>,
): string {
  const { members, seconds, cpuSeconds, measuredSeconds, peakRss, longest } = cost;
  const cell = (text: string) => `<td class="number">${text}</td>`;
  const width = most === 0 ? 0 : Math.round(barWidth * seconds / most * 10) / 10;
  const share = total === 0 ? 0 : 100 * seconds / total;
  return `<tr><th scope="row">${stageLink(name)}</th>${cell(grouped(members))}${
    cell(timeHtml(seconds))
  }` +
    `<td class="share"><svg width="${barWidth}" height="8" aria-hidden="true"><rect width="${width}" height="8" rx="1"/></svg> ${
      share > 0 && share < 0.5 ? "&lt; 1" : Math.round(share)
    } %</td>` +
    (columns.cpu ? cell(measuredSeconds === 0 ? "" : timeHtml(cpuSeconds)) : "") +
    (columns.memory ? cell(peakRss === undefined ? "" : formatBytes(peakRss)) : "") +
    (columns.bytes ? cell(bytes === 0 ? "" : formatBytes(bytes)) : "") +
    (columns.longest
      ? `<td class="longest">${
        members < 2 || longest === undefined
          ? ""
          : `${timeHtml(longest.seconds)} <small>${escapeHtml(memberOf(longest.id))}</small>`
      }</td>`
      : "") +
    "</tr>";
}

/** What an id has in brackets, with room to break lines; the stage stands in front already. */
function memberOf(id: string): string {
  const stage = stageOf(id);
  return id === stage ? id : id.slice(stage.length + 1, -1).replaceAll(",", ", ");
}

function timeHtml(seconds: number): string {
  return escapeHtml(shortSeconds(seconds));
}

function number(title: string): string {
  return `<th scope="col" class="number">${title}</th>`;
}
