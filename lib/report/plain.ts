// The plain log, for CI logs and pipes: a line for each member of small stages, a few lines for large ones, at counts
// that are the same in every run. Hits are counted, not listed. What goes wrong is told at once.

import { dim, green, red, yellow } from "@std/fmt/colors";
import type { RunEvent } from "../core/event.ts";
import type { StateWork } from "../core/task.ts";
import {
  columnsOf,
  fit,
  formatRate,
  formatSeconds,
  grouped,
  oneLine,
  plannedText,
  printable,
  wholeSeconds,
} from "./format.ts";
import { FewWarnings, FirstFew } from "./few_warnings.ts";
import type { Reporter, ReporterOptions } from "./reporter.ts";
import { doneOf, RunProgress, type StageProgress } from "./run_progress.ts";

/** Members up to which each has its line. */
const mostNamed = 3;
/** Lines of such members; after these only some of them have one, this many in the rest of the run. */
const mostLines = 200, fewLines = 40;
/** Stages skipped for one reason that are named; the others are counted. */
const shownSkips = 3;
/** Failures of one stage that are told one by one, and retries. */
const shownFailures = 5, shownRetries = 3;
/** The same of all stages. */
const mostFailures = 60, mostRetries = 40, mostSkips = 40;
/** Members from which a large stage is told of by quarters, not halves. */
const manyMembers = 20;
/** Milliseconds of silence after which the log says that the run is alive; twice as long each time, up to a bound. */
const patience = 30_000, mostPatience = 120_000;
/** Milliseconds from which a member is worth its name there. */
const longEnough = 10_000;

/**
 * Makes the plain reporter.
 *
 * @example
 * ```ts
 * import { plainReporter } from "#lib/report/plain.ts";
 * import { assertStringIncludes } from "@std/assert";
 * let text = "";
 * const reporter = plainReporter({ write: (part) => text += part, columns: () => 80 });
 * reporter.event({ type: "planned", at: 0, stages: 3, hit: 1, run: 1, maybe: 1 });
 * assertStringIncludes(text, "3 stages: 1 hit, 1 run, 1 maybe");
 * ```
 */
export function plainReporter({ write: pass, columns, sizes }: ReporterOptions): Reporter {
  const progress = new RunProgress(sizes);
  const { tally } = progress;
  const warnings = new FewWarnings();
  const skips = new FirstFew(shownSkips, mostSkips);
  const failures = new FirstFew(shownFailures, mostFailures);
  const retries = new FirstFew(shownRetries, mostRetries);
  let numLines = 0;
  let engine = "";
  let isPlanned = false;
  let spoken = 0;
  let silence = patience;
  let now = 0;
  const write = (text: string) => {
    spoken = now;
    silence = patience;
    pass(text);
  };
  const line = (mark: string, stage: string, rest: string) => {
    const count = `${String(tally.done).padStart(String(tally.total).length)}/${tally.total}`;
    const name = oneLine(stage);
    const room = columns() - count.length - 9;
    const shown = fit(name, Math.max(Math.min(20, columnsOf(name)), room - columnsOf(rest)));
    write(`${dim(count)} ${mark} ${shown}  ${fit(rest, Math.max(20, room - columnsOf(shown)))}\n`);
  };
  const warn = (text: string | null) => {
    if (text !== null) write(`${yellow("warning:")} ${text}\n`);
  };
  const isSmall = ({ size }: StageProgress) => !progress.hasSizes || size <= mostNamed;
  /** A file of thousands of small stages is told of like one large stage. */
  const isWorthALine = () =>
    ++numLines <= mostLines || isThreshold(tally.done, Math.max(tally.total, tally.done), fewLines);
  const summary = (stage: StageProgress) => {
    const mark = stage.failed > 0
      ? red("FAIL")
      : stage.ran === 0 && stage.skipped > 0
      ? yellow("skip")
      : green("ran ");
    line(mark, stage.name, progressText(stage));
  };
  /** Large stages have a line at each quarter; nothing is said of members found. */
  const quarter = (stage: StageProgress) => {
    if (isSmall(stage) || stage.ran + stage.failed + stage.skipped === 0) return;
    if (isThreshold(doneOf(stage), stage.size, partsOf(stage))) summary(stage);
  };
  /** Said of the oldest member, so that a log that is silent for long is known to be alive. */
  const heartbeat = () => {
    const [oldest] = progress.running.values();
    if (oldest === undefined) return;
    const { id, stage, started, fraction, note, together } = oldest;
    const { size } = progress.running;
    if (now - started < longEnough) {
      line(dim("... "), stage.name, `${progressText(stage)}, ${grouped(size)} running`);
    } else {
      const parts = [
        wholeSeconds((now - started) / 1000),
        fraction > 0 ? `${Math.round(100 * fraction)} %` : "",
        note === "" ? "" : fit(oneLine(note), 40),
        together > 1 ? `${grouped(together)} as one` : "",
        size > together ? `${grouped(size - together)} more running` : "",
      ].filter((part) => part !== "");
      line(dim("... "), id, parts.join(", "));
    }
  };

  return {
    tick(at) {
      now = Math.max(now, at);
      if (now - spoken < silence) return;
      const longer = Math.min(mostPatience, 2 * silence);
      heartbeat();
      silence = longer;
    },
    event(event: RunEvent) {
      now = Math.max(now, event.at);
      const stage = progress.add(event);
      switch (event.type) {
        case "planned":
          // A graph that grows is planned again and again; the counts of lines say how far it is.
          if (isPlanned) break;
          isPlanned = true;
          write(`${plannedText(event)}${engine}\n`);
          break;
        case "stage-finished":
          if (event.how === "ran" && isSmall(stage!) && isWorthALine()) {
            const time = formatSeconds(event.seconds);
            line(green("ran "), event.stage, time + continuedText(event.continued));
          } else quarter(stage!);
          break;
        case "stage-retried":
          if (!retries.lets(stage!.name)) break;
          line(yellow("retry"), event.stage, `attempt ${event.attempt} ${event.failure.reason}`);
          break;
        case "stage-failed":
          if (failures.lets(stage!.name)) {
            line(red("FAIL"), event.stage, event.failure.reason);
            write(indent(printable(event.failure.message)) + "\n");
          }
          quarter(stage!);
          break;
        case "stage-skipped":
          if (!isSmall(stage!)) quarter(stage!);
          else if (skips.lets(event.because)) {
            line(yellow("skip"), event.stage, fit(oneLine(event.because), 40));
          }
          break;
        case "warning":
          warn(warnings.text(event));
          break;
        case "run-started":
          if (event.engine !== undefined) engine = ` · ${oneLine(event.engine)}`;
          break;
        case "stage-started":
        case "stage-progress":
        case "run-finished":
          break;
        default:
          event satisfies never;
      }
    },
    close() {
      // Stages that were not brought to their end have not said how far they came.
      for (const stage of progress.stages.values()) {
        const done = doneOf(stage);
        if (isSmall(stage) || done >= stage.size || stage.ran + stage.failed === 0) continue;
        if (!isThreshold(done, stage.size, partsOf(stage))) summary(stage);
      }
      const rest = (mark: string, lines: readonly string[], end = "") => {
        for (const text of lines) write(`${mark} ${fit(text, columns() - 20)}${end}\n`);
      };
      rest(yellow("skip"), skips.rest());
      rest(red("FAIL"), failures.rest(), ", in the report");
      rest(yellow("retry"), retries.rest());
      warnings.rest().forEach(warn);
    },
  };
}

/** Whether the last that ended was the last of one of so many equal parts. */
function isThreshold(done: number, size: number, parts: number): boolean {
  return Math.floor(parts * done / size) > Math.floor(parts * (done - 1) / size);
}

function partsOf({ size }: StageProgress): number {
  return size < manyMembers ? 2 : 4;
}

/** How far a stage is: "94 of 378 in 1.7 s, 55/s", with what is not usual. */
function progressText(stage: StageProgress): string {
  const { size, ran, hit, failed, skipped, started, ended } = stage;
  const done = doneOf(stage);
  const counts = [
    hit > 0 ? `${grouped(hit)} hit` : "",
    failed > 0 ? `${grouped(failed)} failed` : "",
    skipped > 0 ? `${grouped(skipped)} skipped` : "",
  ].filter((part) => part !== "");
  const seconds = started < 0 ? 0 : (ended - started) / 1000;
  const rate = ran >= 10 && seconds >= 1 ? `, ${formatRate(ran / seconds)}` : "";
  const time = seconds > 0 ? ` in ${formatSeconds(seconds)}${rate}` : "";
  return `${done < size ? `${grouped(done)} of ${grouped(size)}` : `all ${grouped(size)}`}${
    counts.length > 0 ? ` (${counts.join(", ")})` : ""
  }${time}`;
}

/** How much a stage found in saved states: ", 20 of 40 epochs found". */
function continuedText(work: StateWork | undefined): string {
  if (work === undefined) return "";
  return `, ${work.found} of ${work.found + work.computed} ${oneLine(work.unit)} found`;
}

function indent(text: string): string {
  return text.split("\n").map((row) => `       ${row}`).join("\n");
}
