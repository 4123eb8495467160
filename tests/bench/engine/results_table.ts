// The benchmark's figures as a table of at most 80 columns.

import { basinTitles } from "./basin_engine.ts";
import type { Failed, Measured, Scenario } from "./rounds.ts";

const titles: Readonly<Record<Scenario, string>> = {
  cold: "very first",
  first: "first run",
  "no-op": "no-op",
  plan: "plan",
  touch: "touch",
  edit: "edit 1 %",
};

/**
 * One shape's table. The last two columns say how often Basin's smallest wall time goes into the engine's.
 *
 * @example
 * ```ts
 * import { resultsTable } from "#tests/bench/engine/results_table.ts";
 * import { assertEquals } from "@std/assert";
 * const failed = { shape: "fan", stages: 9, scenario: "first", engine: "Make", failed: "gone" } as const;
 * assertEquals(resultsTable([failed]).at(-1), "first run   Make       failed: gone");
 * ```
 */
export function resultsTable(results: readonly (Measured | Failed)[]): readonly string[] {
  const { shape, stages } = results[0];
  const lines = [
    "",
    `${shape}, ${stages.toLocaleString("en")} stages`.padEnd(23) +
    " wall s           CPU s   RSS                  × Basin",
    " ".repeat(23) + "   min    median     min    MB     ran runs   task   run:",
  ];
  let before: Scenario | undefined;
  for (const result of results) {
    const title = result.scenario === before ? "" : titles[result.scenario];
    before = result.scenario;
    const start = `${title.padEnd(11)} ${result.engine.padEnd(10)} `;
    if ("failed" in result) {
      lines.push(`${start}failed: ${result.failed}`.replaceAll("\n", " ").slice(0, 80));
      continue;
    }
    const { min, median, rss } = result.summary;
    const ratio = (engine: string) => {
      const basin = results.find((one): one is Measured =>
        "samples" in one && one.engine === engine && one.scenario === result.scenario
      );
      if (basin === undefined || basin.engine === result.engine) return "";
      return factor(min.wall / basin.summary.min.wall);
    };
    lines.push(
      (start +
        [
          seconds(min.wall).padStart(6),
          seconds(median.wall).padStart(9),
          seconds(min.cpu).padStart(7),
          rss.toFixed(0).padStart(5),
          (result.ran?.toLocaleString("en") ?? "").padStart(7),
          String(result.samples.length).padStart(4),
          ratio(basinTitles.tasks).padStart(6),
          ratio(basinTitles.commands).padStart(6),
        ].join(" ")).trimEnd(),
    );
  }
  return lines;
}

function seconds(value: number): string {
  return value.toFixed(value < 10 ? 3 : value < 100 ? 2 : 1);
}

function factor(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
