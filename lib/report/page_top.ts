// The top of the page: the workflow, its question, what became of the run, and when, where and how it ran.

import { commandHtml } from "./command_html.ts";
import type { ReportContent } from "./content.ts";
import { escapeHtml } from "./escape_html.ts";
import { formatSeconds, grouped, plural } from "./format.ts";
import { liveBanner } from "./live_html.ts";
import type { RunRecord, StageRecord } from "./record.ts";
import { failuresSection } from "./sections/failures.ts";

/**
 * The header of the page. The first sentence of the description is the question.
 *
 * @example
 * ```ts
 * import { pageTop } from "#lib/report/page_top.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const html = pageTop(reportContent({ title: "pdm", description: "Why? Because." }));
 * assertStringIncludes(html, '<p class="question">Why?</p>');
 * ```
 */
export function pageTop(content: ReportContent): string {
  const { title, description, command } = content;
  const [question, about] = firstSentence(description);
  // Said with what failed, where it is needed most.
  const isAsked = command === "" || failuresSection(content) !== null;
  return `<header class="top"><div class="top-inner">
<h1${question === "" ? ' class="question"' : ""}><bdi>${escapeHtml(title)}</bdi></h1>
<button type="button" class="theme" aria-pressed="false">Dark</button>
${question === "" ? "" : `<p class="question">${escapeHtml(question)}</p>\n`}${
    about === "" ? "" : `<p class="about">${escapeHtml(about)}</p>\n`
  }${stateHtml(content)}
${factsHtml(content)}
${isAsked ? "" : commandHtml(command)}
${liveBanner(content)}</div></header>`;
}

/**
 * Text cut after its first sentence.
 *
 * @example
 * ```ts
 * import { firstSentence } from "#lib/report/page_top.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(firstSentence("Is 0.5 enough? It is. Yes."), ["Is 0.5 enough?", "It is. Yes."]);
 * ```
 */
export function firstSentence(text: string): [first: string, rest: string] {
  const whole = text.trim();
  const end = /[.?!。？！](?=\s+\p{Lu}|\s*$)/u.exec(whole);
  if (end === null) return [whole, ""];
  const at = end.index + end[0].length;
  return [whole.slice(0, at), whole.slice(at).trim()];
}

function stateHtml({ record, live }: ReportContent): string {
  const [kind, word] = stateOf(record, live !== undefined);
  const counts = countsOf(record, live !== undefined);
  return `<p class="state"><span class="badge ${kind}"><span aria-hidden="true">${
    signs[kind]
  }</span>${escapeHtml(word)}</span> <span>${escapeHtml(counts)}</span></p>`;
}

/** Said by shape as well as by colour. */
const signs = { ok: "✓", bad: "✕", partly: "◐", going: "▸" } as const;

function stateOf(record: RunRecord, isLive: boolean): [kind: keyof typeof signs, word: string] {
  if (record.interrupted !== undefined) return ["bad", `Interrupted by ${record.interrupted}`];
  if (record.totals.failed > 0 || record.stages.some(({ status }) => status === "failed")) {
    return ["bad", isLive ? "Running, with failures" : "Failed"];
  }
  if (record.ok) return ["ok", "Done"];
  if (isLive) return ["going", "Running"];
  return ["partly", record.finished ? "Incomplete" : "Did not end"];
}

function countsOf({ totals, stages, finished, seconds }: RunRecord, isLive: boolean): string {
  const number = (status: StageRecord["status"]) =>
    stages.filter((stage) => stage.status === status).length;
  const known = finished
    ? totals
    : { ...totals, ran: number("ran"), hit: number("hit"), failed: number("failed") };
  const all = finished ? totals.stages : Math.max(totals.stages, stages.length);
  const parts = [
    [known.ran, "ran"],
    [known.hit, "from the store"],
    [finished ? 0 : number("unfinished"), isLive ? "at work" : "not finished"],
    [totals.fused, "fused"],
    [totals.continued ?? 0, "continued"],
    [known.failed, "failed"],
    [finished ? totals.skipped : number("skipped"), "skipped"],
  ] as const;
  const counts = parts.filter(([count]) => count > 0)
    .map(([count, word]) => `${grouped(count)} ${word}`);
  const time = finished && seconds > 0 ? `, in ${formatSeconds(seconds)}` : "";
  return `${plural(all, "stage")}${counts.length === 0 ? "" : `: ${counts.join(", ")}`}${time}`;
}

function factsHtml({ record, environment }: ReportContent): string {
  const facts: [name: string, html: string][] = [];
  const say = (name: string, text: string | undefined) => {
    if (text !== undefined && text !== "") facts.push([name, escapeHtml(text)]);
  };
  if (record.started_at !== "") facts.push(["Started", timeHtml(record.started_at)]);
  say("Engine", environment?.engine?.numerics ?? record.engine);
  say("Profile", environment?.profile);
  say("Run", record.run);
  say("Commit", environment?.git === undefined ? undefined : shortCommit(environment.git));
  if (facts.length === 0) return "";
  return `<dl class="facts">${
    facts.map(([name, html]) => `<div><dt>${name}</dt><dd>${html}</dd></div>`).join("")
  }</dl>`;
}

function shortCommit(
  { commit, dirty }: { readonly commit?: string; readonly dirty: boolean | null },
): string {
  if (commit === undefined) return "";
  return commit.slice(0, 9) + (dirty === true ? ", with changes" : "");
}

/**
 * A moment as people write it, to the minute, in universal time; other text stays as it is.
 *
 * @example
 * ```ts
 * import { timeHtml } from "#lib/report/page_top.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(
 *   timeHtml("2026-01-02T03:04:05.678Z"),
 *   '<time datetime="2026-01-02T03:04:05.678Z">2026-01-02 03:04 UTC</time>',
 * );
 * ```
 */
export function timeHtml(text: string): string {
  const [, day, minute] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z$/.exec(text) ?? [];
  if (day === undefined) return escapeHtml(text);
  return `<time datetime="${escapeHtml(text)}">${day} ${minute} UTC</time>`;
}
