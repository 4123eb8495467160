// The live view: a few lines at the bottom of the terminal, redrawn in place, calm with a thousand stages.
// Failures and warnings scroll above it and stay.

import { bold, dim, red, yellow } from "@std/fmt/colors";
import type { RunEvent } from "../core/event.ts";
import { fit, formatSeconds, plural, printable } from "./format.ts";
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
  const erase = () => (drawn === 0 ? "" : `\x1b[${drawn}A\x1b[0J`);
  const above = (text: string) => {
    write(`\x1b[?2026h${erase()}${text}\n\x1b[?2026l`);
    drawn = 0;
  };
  const draw = (now: number) => {
    const width = Math.max(30, columns() - 1);
    const rows = [header(width, now)];
    const busy = [...running].sort((a, b) => a[1].started - b[1].started);
    for (const [stage, { started, fraction, note }] of busy.slice(0, maxRows)) {
      const time = formatSeconds((now - started) / 1000).padStart(9);
      const share = fraction > 0
        ? ` ${String(Math.round(fraction * 100)).padStart(3)} %`
        : "      ";
      const room = width - time.length - share.length - 3;
      const shown = note === "" ? stage : `${stage}  ${note}`;
      rows.push(`  ${fit(printable(shown), room).padEnd(room)}${dim(share + time)}`);
    }
    if (busy.length > maxRows) rows.push(dim(`  … and ${busy.length - maxRows} more`));
    write(`\x1b[?2026h${erase()}${rows.join("\n")}\n\x1b[?2026l`);
    drawn = rows.length;
  };
  const header = (width: number, now: number) => {
    const size = Math.max(8, Math.min(24, width - 56));
    const filled = total === 0 ? 0 : Math.floor((done / total) * size);
    const bar = "━".repeat(filled) + dim("─".repeat(size - filled));
    const left = remaining();
    const parts = [
      `${done}/${total}`,
      hit > 0 ? `${hit} hit` : "",
      failed > 0 ? red(`${failed} failed`) : "",
      skipped > 0 ? yellow(`${skipped} skipped`) : "",
      formatSeconds(now / 1000),
      left === null ? "" : `about ${formatSeconds(left)} left`,
    ].filter((part) => part !== "");
    return `${bar} ${bold(parts[0])} ${parts.slice(1).join(" · ")}`;
  };
  /** Rate so far over the stages that had to run; unknown at the start. */
  const remaining = (): number | null => {
    const toGo = total - done;
    if (ran < 3 || toGo === 0) return null;
    return (spent / ran) * toGo / Math.max(1, running.size);
  };
  return {
    tick: draw,
    event(event: RunEvent) {
      switch (event.type) {
        case "planned":
          total = event.stages;
          above(
            `${
              plural(event.stages, "stage")
            }: ${event.hit} hit, ${event.run} run, ${event.maybe} maybe`,
          );
          break;
        case "stage-started":
          running.set(event.stage, { started: event.at, fraction: 0, note: "" });
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
                  `slow: ${printable(event.stage)} took ${formatSeconds(event.seconds)}, usually ${
                    formatSeconds(usual)
                  }`,
                ),
              );
            }
          }
          break;
        case "stage-failed":
          running.delete(event.stage);
          done++;
          failed++;
          above(
            `${red("failed:")} ${printable(event.stage)}\n    ${
              printable(event.failure.message).replaceAll("\n", "\n    ")
            }`,
          );
          break;
        case "stage-skipped":
          done++;
          skipped++;
          break;
        case "warning":
          above(
            `${yellow("warning:")} ${
              event.stage === undefined ? "" : printable(event.stage) + ": "
            }${printable(event.message)}`,
          );
          break;
        case "run-started":
          break;
        case "run-finished":
          running.clear();
          break;
        default:
          event satisfies never;
      }
    },
    close() {
      write(erase());
      drawn = 0;
    },
  };
}
