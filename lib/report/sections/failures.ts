// What failed, why, what was skipped because of it, and the command that runs it again: the first thing that a reader
// of a failed run needs. Members that fail alike are told once.

import { commandHtml } from "../command_html.ts";
import type { ReportContent, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";
import { plural, stageOf } from "../format.ts";
import type { RunRecord, StageRecord } from "../record.ts";

/** Bounds of what is named; everything else is counted. */
const most = { groups: 40, members: 200, named: 3, stages: 60, message: 20_000 };

/**
 * The failures of a run, or what it lacks; nothing if it is complete or goes on without failures.
 *
 * @example
 * ```ts
 * import { failuresSection } from "#lib/report/sections/failures.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(failuresSection(reportContent()), null);
 * ```
 */
export function failuresSection({ record, command, live }: ReportContent): Section | null {
  const failed = record.stages.filter(({ status }) => status === "failed");
  const rerun = command === "" || live !== undefined
    ? ""
    : `<p class="retry">To run what is missing${
      failed.length === 0 ? "" : " once the cause is mended, and nothing else"
    }:</p>\n${commandHtml(command)}`;
  if (failed.length === 0) {
    if (!record.finished || record.ok) return null;
    const lacking = lackingHtml(record);
    return lacking === ""
      ? null
      : { id: "failures", title: "What is missing", html: lacking + rerun };
  }
  const groups = groupsOf(failed);
  const shown = groups.slice(0, most.groups).map(groupHtml);
  const more = groups.slice(most.groups).reduce((sum, { members }) => sum + members.length, 0);
  return {
    id: "failures",
    title: "What failed",
    count: failed.length,
    html: `<ul class="failures">${shown.join("\n")}</ul>${
      more === 0
        ? ""
        : `<p>${plural(more, "more member")} failed in other ways; run.json has them all.</p>`
    }\n${rerun}\n${lackingHtml(record)}`,
  };
}

interface Group {
  readonly stage: string;
  readonly first: StageRecord;
  readonly members: string[];
}

/** Failures of one stage with one message, whatever the numbers in it; the most members first. */
function groupsOf(failed: readonly StageRecord[]): Group[] {
  const groups = new Map<string, Group>();
  for (const one of failed) {
    const stage = stageOf(one.stage);
    const message = one.failure?.message ?? "";
    const alike = message.replaceAll(one.stage, stage).replace(/\d+(\.\d+)?(e[+-]?\d+)?/g, "#");
    const key = JSON.stringify([stage, one.failure?.reason, alike]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { stage, first: one, members: [one.stage] });
    else group.members.push(one.stage);
  }
  return [...groups.values()].sort((a, b) => b.members.length - a.members.length);
}

function groupHtml({ stage, first, members }: Group): string {
  const { failure, seconds, retried } = first;
  const message = failure?.message ?? "";
  const isOne = members.length === 1;
  const title = isOne
    ? `<bdi>${escapeHtml(members[0])}</bdi> failed`
    : `${plural(members.length, "member")} of <bdi>${escapeHtml(stage)}</bdi> failed alike`;
  const facts = [
    isOne && seconds !== undefined && seconds > 0.5 ? `after ${Math.round(seconds)} s` : "",
    retried === undefined ? "" : `tried ${retried + 1} times`,
  ].filter((fact) => fact !== "");
  const why = failure === undefined || !Object.hasOwn(reasons, failure.reason)
    ? ""
    : reasons[failure.reason] ?? "";
  const stack = failure !== undefined && "stack" in failure ? failure.stack ?? "" : "";
  return `<li><h3>${title}${facts.length === 0 ? "" : ` <small>${facts.join(", ")}</small>`}</h3>${
    why === "" ? "" : `<p>${why}</p>`
  }<pre tabindex="0" role="region" aria-label="Message">${
    escapeHtml(message.slice(0, most.message))
  }</pre>${isOne ? "" : membersHtml(members)}${
    stack === "" || stack === message
      ? ""
      : `<details><summary>Where in the code</summary><pre>${
        escapeHtml(stack.slice(0, most.message))
      }</pre></details>`
  }</li>`;
}

/** What a reader who sees only the message may miss. */
const reasons: Readonly<Partial<Record<NonNullable<StageRecord["failure"]>["reason"], string>>> = {
  "timed-out": "It took longer than it may: the stage's <code>timeout</code> says how long.",
  "out-of-memory":
    "Its memory did not suffice. Fewer stages at a time leave more for each: <code>--jobs 1</code>.",
  "device-lost":
    "The graphics card stopped answering. <code>--engine wasm</code> computes on the processor.",
  "killed": "The program was ended from outside.",
  "exited": "The program ended with an error.",
  "crashed": "The worker stopped without a message.",
  "bad-output": "It ended, but what it gave is not what it declares.",
  "cancelled": "It was stopped before its end.",
};

function membersHtml(members: readonly string[]): string {
  const named = members.slice(0, most.members).map((id) => `<li><bdi>${escapeHtml(id)}</bdi></li>`);
  const more = members.length - named.length;
  return `<details><summary>Its members: ${escapeHtml(members.slice(0, most.named).join(", "))}${
    members.length > most.named ? ", …" : ""
  }</summary><ul class="members">${named.join("")}</ul>${
    more === 0 ? "" : `<p><small>and ${more} more; run.json has them all</small></p>`
  }</details>`;
}

/** What did not run, by stage. */
function lackingHtml({ stages, totals }: RunRecord): string {
  const counts = new Map<string, number>();
  let number = 0;
  for (const { stage, status } of stages) {
    if (status !== "skipped" && status !== "unfinished") continue;
    number++;
    counts.set(stageOf(stage), (counts.get(stageOf(stage)) ?? 0) + 1);
  }
  if (number === 0) return "";
  const names = [...counts].slice(0, most.stages).map(([name, count]) =>
    `<li><bdi>${escapeHtml(name)}</bdi>${
      count === 1 ? "" : ` <small>${plural(count, "member")}</small>`
    }</li>`
  );
  const more = counts.size - names.length;
  const title = totals.failed > 0 ? "Skipped because of it" : "Not run";
  return `<h3>${title}: ${plural(number, "stage")}</h3><ul class="names">${names.join("")}${
    more === 0 ? "" : `<li>and ${more} more</li>`
  }</ul>\n`;
}
