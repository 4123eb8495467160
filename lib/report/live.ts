// The live view: a few lines at the bottom of the terminal, redrawn in place, calm with a thousand stages.
// Failures and warnings scroll above it and stay.

import { bold, dim, red, yellow } from "@std/fmt/colors";
import type { RunEvent } from "../core/event.ts";
import { columnsOf, fit, formatSeconds, oneLine, padded, plural, printable } from "./format.ts";
import { FewWarnings } from "./few_warnings.ts";
import type { Reporter, ReporterOptions } from "./reporter.ts";

/** The live reporter redraws on a timer that its owner drives. */
export interface LiveReporter extends Reporter {
  /** Redraws; `now` is milliseconds since the run started. */
  tick(now: number): void;
}

interface Running {
  readonly started: number;
  fraction: number;
  note: string;
  readonly worker: number;
  readonly isFused: boolean;
}

const maxRows = 8;

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
 * assertStringIncludes(text, "train[seed=0]");
 * ```
 */
export function liveReporter({ write, columns, expected }: ReporterOptions): LiveReporter {
  const running = new Map<string, Running>();
  let drawn = 0;
  let total = 0;
  let done = 0;
  let hit = 0;
  let failed = 0;
  let skipped = 0;
  let spent = 0;
  let ran = 0;
  let fused = 0;
  let engine = "";
  const erase = () => (drawn === 0 ? "" : `\x1b[${drawn}A\x1b[0J`);
  const above = (text: string) => {
    write(`\x1b[?2026h${erase()}${text}\n\x1b[?2026l`);
    drawn = 0;
  };
  const warnings = new FewWarnings();
  const warn = (text: string | null) => {
    if (text !== null) above(`${yellow("warning:")} ${text}`);
  };
  const draw = (now: number) => {
    const width = Math.max(10, columns() - 1);
    const rows = [header(width, now)];
    const busy = rowsOf(running).sort((a, b) => a[1].started - b[1].started);
    for (const [stage, { started, fraction, note }] of busy.slice(0, maxRows)) {
      const time = formatSeconds(Math.max(0, now - started) / 1000).padStart(9);
      const share = fraction > 0
        ? ` ${String(Math.round(fraction * 100)).padStart(3)} %`
        : "      ";
      const shown = oneLine(note === "" ? stage : `${stage}  ${note}`);
      const room = width - time.length - share.length - 3;
      rows.push(
        room < 8 ? `  ${fit(shown, width - 2)}` : `  ${padded(shown, room)}${dim(share + time)}`,
      );
    }
    if (busy.length > maxRows) rows.push(dim(fit(`  … and ${busy.length - maxRows} more`, width)));
    write(`\x1b[?2026h${erase()}${rows.join("\n")}\n\x1b[?2026l`);
    drawn = rows.length;
  };
  const header = (width: number, now: number) => {
    const size = width < 40 ? 0 : Math.max(8, Math.min(24, width - 56));
    const share = total === 0 ? 0 : Math.min(1, done / total);
    const filled = Math.floor(share * size);
    const bar = "━".repeat(filled) + dim("─".repeat(size - filled));
    const left = remaining();
    const counts: readonly (readonly [string, (text: string) => string])[] = [
      [hit > 0 ? `${hit} hit` : "", String],
      [fused > 0 ? `${fused} fused` : "", String],
      [failed > 0 ? `${failed} failed` : "", red],
      [skipped > 0 ? `${skipped} skipped` : "", yellow],
      [formatSeconds(now / 1000), String],
      [left === null ? "" : `about ${formatSeconds(left)} left`, String],
    ];
    const count = fit(`${done}/${total}`, width - (size === 0 ? 0 : size + 1));
    let used = (size === 0 ? 0 : size + 1) + columnsOf(count);
    let separator = " ";
    let text = `${bar}${size === 0 ? "" : " "}${bold(count)}`;
    for (const [part, colour] of counts) {
      if (part === "" || used + separator.length + columnsOf(part) > width) continue;
      used += separator.length + columnsOf(part);
      text += separator + colour(part);
      separator = " · ";
    }
    return text;
  };
  /** Rate so far over the stages that had to run; unknown at the start. Those that run as one share a worker. */
  const remaining = (): number | null => {
    const toGo = total - done;
    if (ran < 3 || toGo === 0) return null;
    const workers = new Set(running.values().map(({ worker }) => worker));
    return (spent / ran) * toGo / Math.max(1, workers.size);
  };
  return {
    tick: draw,
    event(event: RunEvent) {
      switch (event.type) {
        case "planned":
          if (total > 0) {
            total = event.stages;
            break;
          }
          total = event.stages;
          above(
            `${
              plural(event.stages, "stage")
            }: ${event.hit} hit, ${event.run} run, ${event.maybe} maybe${engine}`,
          );
          break;
        case "stage-started":
          running.set(event.stage, {
            started: event.at,
            fraction: 0,
            note: "",
            worker: event.worker,
            isFused: event.fused !== undefined,
          });
          break;
        case "stage-progress": {
          const entry = running.get(event.stage);
          if (entry !== undefined) {
            entry.fraction = event.fraction;
            entry.note = event.note ?? entry.note;
          }
          break;
        }
        case "stage-finished":
          if (event.how === "ran" && running.get(event.stage)?.isFused === true) fused++;
          running.delete(event.stage);
          done++;
          if (event.how === "hit") hit++;
          else {
            ran++;
            spent += event.seconds;
            const usual = expected?.(event.stage);
            if (usual !== undefined && event.seconds > Math.max(10, 3 * usual)) {
              above(
                yellow(
                  `slow: ${oneLine(event.stage)} took ${formatSeconds(event.seconds)}, usually ${
                    formatSeconds(usual)
                  }`,
                ),
              );
            }
          }
          break;
        case "stage-retried":
          running.delete(event.stage);
          above(
            `${yellow("retry:")} ${oneLine(event.stage)}: attempt ${event.attempt} ` +
              `${event.failure.reason}, next in ${formatSeconds(event.wait_seconds)}`,
          );
          break;
        case "stage-failed":
          running.delete(event.stage);
          done++;
          failed++;
          above(
            `${red("failed:")} ${oneLine(event.stage)}\n    ${
              printable(event.failure.message).replaceAll("\n", "\n    ")
            }`,
          );
          break;
        case "stage-skipped":
          done++;
          skipped++;
          break;
        case "warning":
          warn(warnings.text(event));
          break;
        case "run-started":
          if (event.engine !== undefined) engine = ` · ${oneLine(event.engine)}`;
          break;
        case "run-finished":
          running.clear();
          break;
        default:
          event satisfies never;
      }
    },
    close() {
      warnings.rest().forEach(warn);
      write(erase());
      drawn = 0;
    },
  };
}

/** What is running, with one row for all that run as one. */
function rowsOf(running: ReadonlyMap<string, Running>): [string, Running][] {
  const rows: [string, Running][] = [];
  const batches = new Map<number, [string, Running][]>();
  for (const [stage, one] of running) {
    const batch = batches.get(one.worker);
    if (!one.isFused) rows.push([stage, one]);
    else if (batch === undefined) batches.set(one.worker, [[stage, one]]);
    else batch.push([stage, one]);
  }
  for (const batch of batches.values()) {
    const [[stage, first]] = batch;
    const fraction = batch.reduce((sum, [, one]) => sum + one.fraction, 0) / batch.length;
    rows.push([batch.length === 1 ? stage : `${stage} +${batch.length - 1} fused`, {
      ...first,
      fraction,
    }]);
  }
  return rows;
}
