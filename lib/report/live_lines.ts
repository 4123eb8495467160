// Lines of the live view besides its rows: what is slow, what failed, how many stages are done, and the totals.

import { bold, dim, red, yellow } from "@std/fmt/colors";
import { coarseTime } from "./calm_time.ts";
import type { Expected } from "./estimate.ts";
import { columnsOf, fit, grouped, oneLine, plural, wholeSeconds } from "./format.ts";
import { bar } from "./live_rows.ts";
import { doneOf, type RunProgress, type RunTally, type StageProgress } from "./run_progress.ts";
import { slowAmong } from "./slow_members.ts";

/**
 * Members that take longer than usual, or the one that has run longest.
 *
 * @example
 * ```ts
 * import { slowLines } from "#lib/report/live_lines.ts";
 * import { RunProgress } from "#lib/report/run_progress.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 * const progress = new RunProgress();
 * progress.add({ type: "stage-started", at: 0, stage: "fit[n=1]", worker: 0 });
 * const lines = slowLines(progress, 70_000, () => 20, 60).map(stripAnsiCode);
 * assertEquals(lines, ["  slow: fit[n=1]  1 min 10 s, usually 20 s"]);
 * ```
 */
export function slowLines(
  { running }: Pick<RunProgress, "running">,
  now: number,
  expected: Expected | undefined,
  width: number,
): string[] {
  return slowAmong(running.values(), now, expected).map(
    ({ member: { id, started, together, note }, usual }) => {
      const time = wholeSeconds((now - started) / 1000);
      const others = together > 1 ? ` +${together - 1} fused` : "";
      const than = usual === undefined ? "" : `, usually ${coarseTime(usual)}`;
      const said = note === "" ? "" : `, ${oneLine(note)}`;
      const rest = `${others}  ${time}${than}${said}`;
      const label = usual === undefined ? "longest: " : "slow: ";
      const room = Math.max(12, width - 2 - label.length - columnsOf(rest));
      return yellow(fit(`  ${label}${fit(oneLine(id), room)}${rest}`, width));
    },
  );
}

/**
 * The totals of the run; what does not fit is left out.
 *
 * @param time what has passed @param left what is left, in words
 *
 * @example
 * ```ts
 * import { totalsLine } from "#lib/report/live_lines.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 * const tally = { total: 8, done: 4, hit: 1, ran: 3, failed: 0, skipped: 0, fused: 0, spent: 9 };
 * assertEquals(stripAnsiCode(totalsLine(tally, "9 s", "about 10 s left", 50)), "━━━━──── 4/8  9 s · about 10 s left · 1 hit");
 * ```
 */
export function totalsLine(
  { total, done, hit, fused, failed, skipped }: RunTally,
  time: string,
  left: string,
  width: number,
): string {
  const size = width < 40 ? 0 : Math.max(8, Math.min(24, width - 56));
  const parts: readonly (readonly [string, (text: string) => string])[] = [
    [failed > 0 ? `${grouped(failed)} failed` : "", red],
    [time, String],
    [left, String],
    [skipped > 0 ? `${grouped(skipped)} skipped` : "", yellow],
    [hit > 0 ? `${grouped(hit)} hit` : "", String],
    [fused > 0 ? `${grouped(fused)} fused` : "", String],
  ];
  const count = fit(`${grouped(done)}/${grouped(total)}`, width - (size === 0 ? 0 : size + 1));
  let used = (size === 0 ? 0 : size + 1) + columnsOf(count);
  let separator = "  ";
  const share = total === 0 ? 0 : done / total;
  let text = `${bar(share, size)}${size === 0 ? "" : " "}${bold(count)}`;
  for (const [part, colour] of parts) {
    if (part === "" || used + separator.length + columnsOf(part) > width) continue;
    used += separator.length + columnsOf(part);
    text += separator + colour(part);
    separator = " · ";
  }
  return text;
}

/** What the running members of a stage say together. */
export interface Noted {
  fraction: number;
  note: string;
}

/**
 * The oldest member's note, and how many members' worth is done of those that run.
 *
 * @example
 * ```ts
 * import { notesOf } from "#lib/report/live_lines.ts";
 * import { RunProgress } from "#lib/report/run_progress.ts";
 * import { assertEquals } from "@std/assert";
 * const progress = new RunProgress();
 * progress.add({ type: "stage-started", at: 0, stage: "fit[n=1]", worker: 0 });
 * progress.add({ type: "stage-progress", at: 0, stage: "fit[n=1]", fraction: 0.5, note: "epoch 3" });
 * assertEquals([...notesOf(progress).values()], [{ fraction: 0.5, note: "epoch 3" }]);
 * ```
 */
export function notesOf({ running }: RunProgress): ReadonlyMap<StageProgress, Noted> {
  const notes = new Map<StageProgress, Noted>();
  for (const { stage, fraction, note } of running.values()) {
    const found = notes.get(stage);
    if (found === undefined) notes.set(stage, { fraction, note });
    else {
      found.fraction += fraction;
      if (found.note === "") found.note = note;
    }
  }
  return notes;
}

/**
 * Names of members that failed, as many as fit; `null` if none did.
 *
 * @example
 * ```ts
 * import { failedLine } from "#lib/report/live_lines.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 * assertEquals(stripAnsiCode(failedLine(["a", "b"], 9, 40)!), "  failed: a, b and 7 more");
 * ```
 */
export function failedLine(names: readonly string[], count: number, width: number): string | null {
  if (count === 0) return null;
  const rest = count === 1 ? "" : ` and ${grouped(count - 1)} more`;
  let text = `  failed: ${fit(oneLine(names[0]), Math.max(8, width - 10 - rest.length))}`;
  let told = 1;
  for (const other of names.slice(1)) {
    const next = `${text}, ${oneLine(other)}`;
    if (columnsOf(next) + ` and ${grouped(count)} more`.length > width) break;
    text = next;
    told++;
  }
  if (told < count) text += ` and ${grouped(count - told)} more`;
  return red(fit(text, width));
}

/**
 * How many stages of the file are done, at work, and still to come; `null` if that is not known.
 *
 * @example
 * ```ts
 * import { stagesLine } from "#lib/report/live_lines.ts";
 * import { RunProgress } from "#lib/report/run_progress.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 * const progress = new RunProgress(() => new Map([["a", 1], ["b", 2]]));
 * progress.add({ type: "planned", at: 0, stages: 3, hit: 0, run: 3, maybe: 0 });
 * progress.add({ type: "stage-skipped", at: 0, stage: "a", because: "x" });
 * assertEquals(stripAnsiCode(stagesLine(progress, 0, 40)!), "  1 stage done, 1 waiting");
 * ```
 */
export function stagesLine(
  { stages, hasSizes }: RunProgress,
  shown: number,
  width: number,
): string | null {
  if (!hasSizes || stages.size < 2) return null;
  let done = 0, busy = 0;
  for (const stage of stages.values()) {
    if (stage.running > 0) busy++;
    else if (doneOf(stage) >= stage.size) done++;
  }
  const parts = [
    done > 0 ? `${plural(done, "stage")} done` : "",
    busy > shown ? `${grouped(busy)} at work` : "",
    stages.size > done + busy ? `${grouped(stages.size - done - busy)} waiting` : "",
  ].filter((part) => part !== "");
  return dim(fit(`  ${parts.join(", ")}`, width));
}
