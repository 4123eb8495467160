// Explanations in words, one line for each way to a cause, or one for each link of a long way. Leaves out colours (the command line's).

import type { Span } from "../core/diagnostic.ts";
import { commandLine } from "./overrides.ts";
import type { Cause, Chain, Link, Why } from "./why.ts";

const maxValue = 60;
const maxCauses = 6;
const maxLinks = 12;
const maxWays = 12;
/** Longer chains get a line for each link. */
const maxWidth = 130;

/**
 * The lines of an explanation.
 *
 * @example
 * ```ts
 * import { whyText } from "#lib/workflow/why_text.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { file: "pdm.yaml", line: 14, column: 3, endLine: 14, endColumn: 5 };
 * const chain = {
 *   links: [
 *     { stage: "analyse[3]", verdict: "maybe" as const, port: "rates" },
 *     { stage: "train[3]", verdict: "run" as const },
 *   ],
 *   causes: [{ kind: "param" as const, pointer: "/lr", before: 0.001, after: 0.0005, at }],
 * };
 * const lines = whyText({ stage: "analyse[3]", verdict: "maybe", chains: [chain], waitsFor: ["train[3]"] });
 * assertEquals(lines, [
 *   "`analyse[3]` may run because input `rates` may change <- " +
 *   "`train[3]` runs because param `lr` 0.001 -> 0.0005 (pdm.yaml:14)",
 * ]);
 * ```
 */
export function whyText(why: Why): readonly string[] {
  const { stage, verdict, earlier, chains, waitsFor } = why;
  if (verdict === "left-out") return [`\`${stage}\` is left out: it is not wanted`];
  if (verdict === "hit") {
    const { run, workflow, stage: maker, started_at, seconds } = earlier!;
    const by = maker === stage ? "" : ` as \`${maker}\``;
    const made = `\`${stage}\` is up to date: made by run ${run} of ${workflow}${by}, ` +
      `${timeText(started_at)}, in ${Number(seconds.toPrecision(2))} s`;
    if (why.unread !== undefined) {
      return [made, `its task did not look at what differs: ${unreadText(why.unread)}`];
    }
    if (earlier!.traced_from !== undefined) {
      return [made, "for other params or inputs, which differ in nothing that its task looked at"];
    }
    return [made];
  }
  const ways = grouped(chains);
  const shown = ways.slice(0, maxWays).flatMap((links) => {
    const line = links.join(" <- ");
    return line.length <= maxWidth
      ? [line]
      : links.map((link, i) => i === 0 ? link : `  <- ${link}`);
  });
  if (ways.length > maxWays) shown.push(`… and ${ways.length - maxWays} more causes`);
  if (
    verdict === "maybe" && earlier !== undefined && !chains.some(({ links }) => links.length === 1)
  ) {
    const some = waitsFor.slice(0, 3).map((id) => `\`${id}\``).join(", ");
    const rest = waitsFor.length > 3 ? ` and ${waitsFor.length - 3} more` : "";
    const give = waitsFor.length === 1 ? "gives" : "give";
    shown.push(`\`${stage}\` does not run if ${some}${rest} ${give} the same bytes as before`);
  }
  if (why.isPending === true) {
    shown.push(`\`${stage}\` depends on the rows of a table that is not known yet`);
  }
  if (earlier !== undefined) {
    const { run, workflow, stage: maker, started_at } = earlier;
    shown.push(`compared with \`${maker}\` of run ${run} of ${workflow}, ${timeText(started_at)}`);
  }
  return shown;
}

/** Every way by its links; ways that differ in members only are counted. */
function grouped(chains: readonly Chain[]): readonly (readonly string[])[] {
  const groups = new Map<string, { readonly links: readonly string[]; count: number }>();
  for (const { links, causes } of chains) {
    const because = causesText(causes);
    const stages = links.map((link) => `${link.stage.split("[")[0]} ${link.port ?? ""}`);
    const name = `${stages.join("\n")}\n${because}`;
    const known = groups.get(name);
    if (known !== undefined) known.count++;
    else groups.set(name, { links: linkTexts(links, because), count: 1 });
  }
  return Array.from(
    groups.values(),
    ({ links, count }) =>
      count === 1 ? links : links.with(-1, `${links.at(-1)}, and ${count - 1} more like it`),
  );
}

function unreadText(causes: readonly Cause[]): string {
  const shown = causes.slice(0, maxCauses).map((cause) =>
    cause.kind === "inputs" ? `files of input \`${cause.port}\`` : causeText(cause)
  );
  if (causes.length > maxCauses) shown.push(`${causes.length - maxCauses} more differences`);
  return shown.join(", ");
}

function linkTexts(links: readonly Link[], because: string): readonly string[] {
  const texts = links.map(({ stage, verdict, port }, i) => {
    const next = links[i + 1];
    const reason = next === undefined
      ? because
      : `input \`${port}\` ${next.verdict === "hit" ? "changed" : "may change"}`;
    return `\`${stage}\` ${verbOf(verdict, next === undefined)} because ${reason}`;
  });
  const omitted = texts.length - maxLinks;
  if (omitted <= 0) return texts;
  return [...texts.slice(0, 4), `… ${omitted} members between …`, ...texts.slice(4 + omitted)];
}

function verbOf(verdict: Link["verdict"], ownCause: boolean): string {
  if (verdict === "hit") return "has another result";
  // A maybe with a cause of its own has another key, whatever its inputs turn out to be.
  return verdict === "maybe" && !ownCause ? "may run" : "runs";
}

function causesText(causes: readonly Cause[]): string {
  const shown = causes.slice(0, maxCauses).map(causeText);
  if (causes.length > maxCauses) shown.push(`${causes.length - maxCauses} more differences`);
  return shown.join(", ");
}

function causeText(cause: Cause): string {
  switch (cause.kind) {
    case "param":
      return `param \`${cause.pointer.slice(1)}\` ${changeText(cause)}${placeText(cause.at)}`;
    case "code":
      return `code changed: ${cause.modules.join(", ") || "other tools or packages"}`;
    case "recipe":
      return `${recipeNames[cause.field] ?? cause.field} ${changeText(cause)}`;
    case "file":
      return `file ${cause.file} changed`;
    case "inputs":
      return `input \`${cause.port}\` has ${numText(cause.after)} instead of ${
        numText(cause.before)
      }`;
    case "coords":
      return `the coordinates on input \`${cause.port}\` changed`;
    case "other":
      return "it differs in something that is not recorded";
    case "new":
      return "nothing like it was made before";
    case "forced":
      return "it is forced";
    case "uncached":
      return cause.note;
    case "lost":
      return cause.reader === undefined
        ? "the bytes of its result are gone"
        : `the bytes of its result are gone and \`${cause.reader}\` reads them`;
    case "command":
      return cause.what === "line"
        ? `its command ${changeText(cause)}`
        : `its ${cause.what} \`${cause.name}\` ${changeText(cause)}`;
  }
}

const recipeNames: Readonly<Record<string, string>> = {
  numerics: "numerics class",
  deno: "Deno",
};

function changeText({ before, after }: { readonly before: unknown; readonly after: unknown }) {
  if (before === undefined) return `is new: ${valueText(after)}`;
  if (after === undefined) return `is gone (was ${valueText(before)})`;
  return `${valueText(before)} -> ${valueText(after)}`;
}

function valueText(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length <= maxValue ? text : `${text.slice(0, maxValue - 1)}…`;
}

function numText(count: number): string {
  return count === 1 ? "1 item" : count === 0 ? "none" : `${count} items`;
}

function placeText(at: Span | undefined): string {
  if (at === undefined) return "";
  return at.file === commandLine ? ` (${commandLine})` : ` (${at.file}:${at.line})`;
}

/** `2026-11-22T05:34:01.123Z` as people read it. */
function timeText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
