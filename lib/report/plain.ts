// The plain log: one line a change, for CI logs and pipes. Hits are counted, not listed.

import { dim, green, red, yellow } from "@std/fmt/colors";
import type { RunEvent } from "../core/event.ts";
import type { StateWork } from "../core/task.ts";
import { columnsOf, fit, formatSeconds, oneLine, plural, printable } from "./format.ts";
import { FewWarnings } from "./few_warnings.ts";
import type { Reporter, ReporterOptions } from "./reporter.ts";

/** Stages skipped for one reason that are named; the others are counted. */
const shownSkips = 3;

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
export function plainReporter({ write, columns }: ReporterOptions): Reporter {
  let total = 0;
  let finished = 0;
  let engine = "";
  const skips = new Map<string, number>();
  const line = (mark: string, stage: string, rest: string) => {
    const count = `${String(finished).padStart(String(total).length)}/${total}`;
    const room = Math.max(20, columns() - count.length - columnsOf(rest) - 10);
    write(`${dim(count)} ${mark} ${fit(oneLine(stage), room)}  ${rest}\n`);
  };
  const warnings = new FewWarnings();
  const warn = (text: string | null) => {
    if (text !== null) write(`${yellow("warning:")} ${text}\n`);
  };
  return {
    event(event: RunEvent) {
      switch (event.type) {
        case "planned":
          // A graph that grows is planned again and again; the counts of lines say how far it is.
          if (total > 0) {
            total = event.stages;
            break;
          }
          total = event.stages;
          write(
            `${
              plural(event.stages, "stage")
            }: ${event.hit} hit, ${event.run} run, ${event.maybe} maybe${engine}\n`,
          );
          break;
        case "stage-finished":
          finished++;
          if (event.how === "ran") {
            const time = formatSeconds(event.seconds);
            line(green("ran "), event.stage, time + continuedText(event.continued));
          }
          break;
        case "stage-retried":
          line(yellow("retry"), event.stage, `attempt ${event.attempt} ${event.failure.reason}`);
          break;
        case "stage-failed":
          finished++;
          line(red("FAIL"), event.stage, event.failure.reason);
          write(indent(printable(event.failure.message)) + "\n");
          break;
        case "stage-skipped":
          finished++;
          line(yellow("skip"), event.stage, fit(oneLine(event.because), 40));
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
      for (const [because, count] of skips) {
        if (count <= shownSkips) continue;
        write(
          `${yellow("skip")} ${count - shownSkips} more: ${
            fit(printable(because), columns() - 20)
          }\n`,
        );
      }
      skips.clear();
      warnings.rest().forEach(warn);
    },
  };
}

/** How much a stage found in saved states: ", 20 of 40 epochs found". */
function continuedText(work: StateWork | undefined): string {
  if (work === undefined) return "";
  return `, ${work.found} of ${work.found + work.computed} ${oneLine(work.unit)} found`;
}

function indent(text: string): string {
  return text.split("\n").map((row) => `       ${row}`).join("\n");
}
