// The live view: a few lines at the bottom of the terminal, redrawn in place, calm with tens of thousands of stages:
// a row for each stage of the file that is at work, and totals below. Failures and warnings scroll above it and stay.

import { red, yellow } from "@std/fmt/colors";
import type { RunEvent } from "../core/event.ts";
import { CalmTime, leastTime } from "./calm_time.ts";
import { Estimate } from "./estimate.ts";
import { FewWarnings, FirstFew } from "./few_warnings.ts";
import {
  formatRate,
  formatSeconds,
  grouped,
  oneLine,
  plannedText,
  printable,
  wholeSeconds,
  wrapped,
} from "./format.ts";
import { Frame } from "./frame.ts";
import {
  failedLine,
  type Noted,
  notesOf,
  slowLines,
  stagesLine,
  totalsLine,
} from "./live_lines.ts";
import { RowLayout, type StageRow } from "./live_rows.ts";
import type { Reporter, ReporterOptions } from "./reporter.ts";
import { doneOf, RunProgress, type StageProgress } from "./run_progress.ts";
import { isSlow } from "./slow_members.ts";

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
    const slow = free < 3
      ? []
      : slowLines(progress, now, expected, width).slice(0, Math.min(3, Math.floor(free / 3)));
    const notes = notesOf(progress);
    const chosen = [...shown.keys()].slice(0, Math.max(0, free - slow.length));
    const lines = layout.lines(chosen.map((stage) => rowOf(stage, now, notes)), width);
    frame.draw([...lines, ...slow, ...below], most);
  };

  const totals = (width: number, now: number) => {
    const { total, done } = progress.tally;
    look(whole, now, () => null, () => {
      const left = done >= total || now < 1500 ? null : estimate.left(now);
      if (left === null) return "";
      const text = whole.time.text(now, left.seconds);
      // At least a few seconds is what everybody knows.
      if (left.isLeast) return text === leastTime ? "" : `at least ${text} left`;
      return `about ${text} left`;
    });
    return totalsLine(progress.tally, wholeSeconds(now / 1000), whole.left, width);
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
