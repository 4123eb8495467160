// The live view: a few lines at the bottom of the terminal, redrawn in place, calm with tens of thousands of stages:
// a row for each stage of the file that is at work, and totals below. Failures and warnings scroll above it and stay.

import { bold, dim, red, yellow } from "@std/fmt/colors";
import type { RunEvent } from "../core/event.ts";
import { CalmTime, coarseTime, leastTime } from "./calm_time.ts";
import { Estimate } from "./estimate.ts";
import { FewWarnings, FirstFew } from "./few_warnings.ts";
import {
  columnsOf,
  fit,
  formatRate,
  formatSeconds,
  grouped,
  oneLine,
  plannedText,
  plural,
  printable,
  wholeSeconds,
  wrapped,
} from "./format.ts";
import { Frame } from "./frame.ts";
import { bar, RowLayout, type StageRow } from "./live_rows.ts";
import type { Reporter, ReporterOptions } from "./reporter.ts";
import { doneOf, RunProgress, type StageProgress } from "./run_progress.ts";
import { isSlow, slowAmong } from "./slow_members.ts";

/** The live reporter redraws on a timer that its owner drives. */
export interface LiveReporter extends Reporter {
  /** Redraws; `now` is milliseconds since the run started. */
  tick(now: number): void;
}

/** Lines at most, on the tallest terminal; half of a lower one. */
const mostLines = 14;
/** Milliseconds before a stage gets its row, after which it loses it, and between two looks at rates. */
const patience = 400, lingering = 1000, idling = 3000, refresh = 1000;
/** Failures of one stage that are told one by one, and of all; the same of retries and of what was slow. */
const shownFailures = 3, mostFailures = 40, mostOthers = 20;
/** Narrowest text that stays, and what its lines but the first begin with. */
const leastText = 20, margin = "    ";
/** Names of failed members that are kept for the line of failures. */
const keptFailures = 12;

/** What is shown of a stage, looked at once a second so that it can be read. */
interface Shown {
  readonly time: CalmTime;
  at: number;
  rate: number | null;
  left: string;
}

/**
 * Makes the live reporter.
 *
 * @example
 * ```ts
 * import { liveReporter } from "#lib/report/live.ts";
 * import { assertStringIncludes } from "@std/assert";
 * let text = "";
 * const reporter = liveReporter({ write: (part) => text += part, columns: () => 80 });
 * reporter.event({ type: "planned", at: 0, stages: 3, hit: 0, run: 3, maybe: 0 });
 * reporter.event({ type: "stage-started", at: 0, stage: "train[seed=0]", worker: 0 });
 * reporter.tick(1500);
 * assertStringIncludes(text, "train");
 * ```
 */
export function liveReporter(options: ReporterOptions): LiveReporter {
  const { columns, rows = () => 24, expected } = options;
  const frame = new Frame(options.write, columns);
  const progress = new RunProgress(options.sizes);
  const estimate = new Estimate(progress, expected);
  const layout = new RowLayout();
  const warnings = new FewWarnings();
  const told = {
    failed: new FirstFew(shownFailures, mostFailures),
    slow: new FirstFew(1, mostOthers),
    retry: new FirstFew(2, mostOthers),
  };
  const shown = new Map<StageProgress, Shown>();
  const active = new Set<StageProgress>();
  const failures: string[] = [];
  const whole: Shown = { time: new CalmTime(), at: -Infinity, rate: null, left: "" };
  let isPlanned = false;
  let engine = "";

  /** Text that stays, in lines of whole words; the label is a word of its own. */
  const above = (paint: (text: string) => string, label: string, text: string) => {
    const width = Math.max(leastText, columns() - margin.length);
    const [first, ...rest] = `${label} ${text}`.split("\n").flatMap((line) => wrapped(line, width));
    frame.above([paint(label) + first.slice(label.length), ...rest].join(`\n${margin}`));
  };
  const warn = (text: string | null) => {
    if (text !== null) above(yellow, "warning:", text);
  };

  const look = (one: Shown, now: number, rate: () => number | null, left: () => string) => {
    if (now - one.at < refresh) return;
    one.at = now;
    const found = rate();
    // Digits that change without meaning are only noise.
    if (found === null || one.rate === null || Math.abs(found / one.rate - 1) > 0.08) {
      one.rate = found;
    }
    one.left = left();
  };

  /** Rows come after a while and go after a while: what flashes by cannot be read. */
  const choose = (now: number) => {
    for (const stage of active) {
      const isDone = stage.running === 0 && progress.hasSizes && doneOf(stage) >= stage.size;
      const silence = stage.running > 0 ? 0 : now - stage.ended;
      if (silence > (isDone ? lingering : idling)) {
        active.delete(stage);
        shown.delete(stage);
      } else if (!shown.has(stage) && !isDone && now - stage.started >= patience) {
        shown.set(stage, { time: new CalmTime(), at: -Infinity, rate: null, left: "" });
      }
    }
  };

  const rowOf = (
    stage: StageProgress,
    now: number,
    notes: ReadonlyMap<StageProgress, Noted>,
  ): StageRow => {
    const done = doneOf(stage);
    const isDone = stage.running === 0 && progress.hasSizes && done >= stage.size;
    const noted = notes.get(stage);
    const see = shown.get(stage)!;
    look(see, now, () => estimate.rate(stage), () => {
      const found = isDone || !progress.hasSizes ? null : estimate.stageLeft(stage, now);
      return found === null ? "" : `${see.time.text(now, found.seconds)} left`;
    });
    const isSingle = stage.size === 1;
    const part = noted?.fraction ?? 0;
    const percent = part > 0 ? `${Math.round(100 * part)} %` : "";
    return {
      name: oneLine(stage.name),
      share: stage.size === 0 ? 0 : (done + part) / stage.size,
      count: !progress.hasSizes
        ? `${grouped(done)} done`
        : isSingle
        ? isDone ? "1/1" : percent
        : `${grouped(done)}/${grouped(stage.size)}`,
      running: isDone
        ? stage.failed > 0 ? "failed" : "done"
        : isSingle
        ? wholeSeconds((now - stage.started) / 1000)
        : stage.running > 0
        ? `${grouped(stage.running)} running`
        : "",
      rate: isDone || isSingle || see.rate === null ? "" : formatRate(see.rate),
      left: isDone ? `in ${wholeSeconds((stage.ended - stage.started) / 1000)}` : see.left,
      trouble: [
        stage.failed > 0 ? `${grouped(stage.failed)} failed` : "",
        stage.skipped > 0 ? `${grouped(stage.skipped)} skipped` : "",
      ].filter((one) => one !== "").join(", "),
      note: oneLine(noted?.note ?? ""),
    };
  };

  const draw = (now: number) => {
    estimate.see(now);
    choose(now);
    const width = Math.max(10, columns() - 1);
    const most = Math.max(1, Math.min(mostLines, Math.floor(rows() / 2)));
    const below = [
      most >= 4 ? failedLine(failures, progress.tally.failed, width) : null,
      most >= 3 ? stagesLine(progress, shown.size, width) : null,
      totals(width, now),
    ].filter((line) => line !== null);
    const free = most - below.length;
    const slow = free < 3 ? [] : slowAmong(progress.running.values(), now, expected)
      .slice(0, Math.min(3, Math.floor(free / 3)))
      .map(({ member: { id, started, together, note }, usual }) => {
        const time = wholeSeconds((now - started) / 1000);
        const others = together > 1 ? ` +${together - 1} fused` : "";
        const than = usual === undefined ? "" : `, usually ${coarseTime(usual)}`;
        const said = note === "" ? "" : `, ${oneLine(note)}`;
        const rest = `${others}  ${time}${than}${said}`;
        const label = usual === undefined ? "longest: " : "slow: ";
        const room = Math.max(12, width - 2 - label.length - columnsOf(rest));
        return yellow(fit(`  ${label}${fit(oneLine(id), room)}${rest}`, width));
      });
    const notes = notesOf(progress);
    const chosen = [...shown.keys()].slice(0, Math.max(0, free - slow.length));
    const lines = layout.lines(chosen.map((stage) => rowOf(stage, now, notes)), width);
    frame.draw([...lines, ...slow, ...below], most);
  };

  const totals = (width: number, now: number) => {
    const { total, done, hit, fused, failed, skipped } = progress.tally;
    const size = width < 40 ? 0 : Math.max(8, Math.min(24, width - 56));
    look(whole, now, () => null, () => {
      const left = done >= total || now < 1500 ? null : estimate.left(now);
      if (left === null) return "";
      const text = whole.time.text(now, left.seconds);
      // At least a few seconds is what everybody knows.
      if (left.isLeast) return text === leastTime ? "" : `at least ${text} left`;
      return `about ${text} left`;
    });
    const parts: readonly (readonly [string, (text: string) => string])[] = [
      [failed > 0 ? `${grouped(failed)} failed` : "", red],
      [wholeSeconds(now / 1000), String],
      [whole.left, String],
      [skipped > 0 ? `${grouped(skipped)} skipped` : "", yellow],
      [hit > 0 ? `${grouped(hit)} hit` : "", String],
      [fused > 0 ? `${grouped(fused)} fused` : "", String],
    ];
    const count = fit(
      `${grouped(done)}/${grouped(total)}`,
      width - (size === 0 ? 0 : size + 1),
    );
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
  };

  return {
    tick(now) {
      // Until then nothing is known.
      if (isPlanned || progress.stages.size > 0) draw(now);
    },
    say: (text) => frame.above(text.replace(/\n$/, "")),
    event(event: RunEvent) {
      const stage = progress.add(event);
      switch (event.type) {
        case "run-started":
          if (event.engine !== undefined) engine = ` · ${oneLine(event.engine)}`;
          break;
        case "planned":
          if (isPlanned) break;
          isPlanned = true;
          frame.above(plannedText(event) + engine);
          break;
        case "stage-started":
          active.add(stage!);
          break;
        case "stage-finished": {
          // Few members take so long that they are worth a question.
          if (event.how === "hit" || event.seconds < 10) break;
          const usual = expected?.(event.stage);
          if (
            usual === undefined || !isSlow(event.seconds, usual) || !told.slow.lets(stage!.name)
          ) break;
          above(
            yellow,
            "slow:",
            `${oneLine(event.stage)} took ${formatSeconds(event.seconds)}, usually ${
              formatSeconds(usual)
            }`,
          );
          break;
        }
        case "stage-retried":
          if (!told.retry.lets(stage!.name)) break;
          above(
            yellow,
            "retry:",
            `${oneLine(event.stage)}: attempt ${event.attempt} ${event.failure.reason}, next ${
              event.wait_seconds > 0 ? `in ${formatSeconds(event.wait_seconds)}` : "at once"
            }`,
          );
          break;
        case "stage-failed":
          if (failures.length < keptFailures) failures.push(event.stage);
          if (!told.failed.lets(stage!.name)) break;
          above(red, "failed:", `${oneLine(event.stage)}\n${printable(event.failure.message)}`);
          break;
        case "warning":
          warn(warnings.text(event));
          break;
        case "stage-progress":
        case "stage-skipped":
        case "run-finished":
          break;
        default:
          event satisfies never;
      }
    },
    close() {
      frame.clear();
      warnings.rest().forEach(warn);
      for (const text of told.retry.rest()) above(yellow, "retry:", text);
    },
  };
}

/** What the running members of a stage say together. */
interface Noted {
  fraction: number;
  note: string;
}

/** The oldest member's note, and how many members' worth is done of those that run. */
function notesOf({ running }: RunProgress): ReadonlyMap<StageProgress, Noted> {
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

function failedLine(names: readonly string[], count: number, width: number): string | null {
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

/** How many stages of the file are done, at work, and still to come. */
function stagesLine(
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
