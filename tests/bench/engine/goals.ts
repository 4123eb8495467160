// The goals of the engine, and by how much they are met. Leaves out measuring; a goal whose figures are absent is open.

import { basinTitles } from "./basin_engine.ts";
import type { Failed, Measured, Scenario } from "./rounds.ts";

/** A goal and what was found. */
export interface Judged {
  readonly goal: string;
  /** In the goal's unit. */
  readonly limit: number;
  readonly value?: number;
  readonly met?: boolean;
  /** What the figures are, or why there are none. */
  readonly note: string;
}

/**
 * Judges all goals.
 *
 * @example
 * ```ts
 * import { judge } from "#tests/bench/engine/goals.ts";
 * import { assert } from "@std/assert";
 * assert(judge([]).every(({ met }) => met === undefined));
 * ```
 */
export function judge(results: readonly (Measured | Failed)[]): readonly Judged[] {
  const measured = results.filter((result): result is Measured => "samples" in result);
  const find = (scenario: Scenario, engine: string, stages: number, shape = "sweep") =>
    measured.find((one) =>
      one.scenario === scenario && one.engine === engine && one.stages === stages &&
      one.shape === shape
    );
  const { tasks: basin, commands } = basinTitles;
  const noOp = find("no-op", basin, 10_000);
  const snakemake = find("no-op", "Snakemake", 10_000);
  const largest = (scenario: Scenario, engine: string, other = engine) =>
    [10_000, 1_000].find((stages) =>
      find(scenario, engine, stages) !== undefined && find(scenario, other, stages) !== undefined
    ) ?? 0;
  const inProcess = find("first", basin, largest("first", basin));
  const still = inProcess && find("no-op", basin, inProcess.stages);
  const both = largest("first", commands, "Make");
  const [child, make] = [find("first", commands, both), find("first", "Make", both)];
  const first = find("first", basin, 10_000);
  const plan = find("plan", basin, 100_000);
  const chain = find("first", basin, 10_000, "chain");
  const perStage = (pick: "cpu" | "wall") =>
    inProcess && 1000 * inProcess.summary.min[pick] / inProcess.stages;
  const beyond = (pick: "cpu" | "wall") =>
    inProcess && still
      ? `${inProcess.stages} stages; ${
        (1000 * (inProcess.summary.min[pick] - still.summary.min[pick]) / inProcess.stages)
          .toFixed(2)
      } beyond a no-op`
      : "";
  return [
    atMost("no-op of 10,000 stages, s", 0.6, noOp?.summary.min.wall, medianOf(noOp)),
    atMost(
      "no-op of 10,000, share of Snakemake's",
      1 / 30,
      noOp && snakemake && noOp.summary.min.wall / snakemake.summary.min.wall,
      snakemake && noOp
        ? `1/${(snakemake.summary.min.wall / noOp.summary.min.wall).toFixed(1)}; medians 1/${
          (snakemake.summary.median.wall / noOp.summary.median.wall).toFixed(1)
        }`
        : "",
    ),
    atMost("in process, CPU per stage, ms", 0.5, perStage("cpu"), beyond("cpu")),
    atMost("in process, wall per stage, ms", 1.5, perStage("wall"), beyond("wall")),
    atMost(
      "child process, times Make's wall",
      1.5,
      child && make && child.summary.min.wall / make.summary.min.wall,
      child && make
        ? `${both} stages; medians ${
          (child.summary.median.wall / make.summary.median.wall).toFixed(2)
        }`
        : "",
    ),
    atMost("peak RSS, no-op of 10,000, MB", 150, noOp?.summary.rss, "worst run"),
    atMost("peak RSS, first run of 10,000, MB", 150, first?.summary.rss, "worst run"),
    atMost("plan of 100,000 stages, s", 10, plan?.summary.min.wall, medianOf(plan)),
    atMost("plan of 100,000 stages, peak RSS, MB", 1500, plan?.summary.rss, "worst run"),
    chainGoal(chain, results),
  ];
}

/** One line of at most 80 columns for a goal. */
export function goalLine({ goal, limit, value, met, note }: Judged): string {
  const verdict = met === undefined ? "open  " : met ? "met   " : "MISSED";
  if (value === undefined) return `${verdict} ${goal.padEnd(38)} ${note}`.slice(0, 80).trimEnd();
  const factor = value / limit;
  const by = met ? "" : ` (× ${factor.toFixed(2)})`;
  const figures = `${short(value)} of ${short(limit)}${by}`;
  return `${verdict} ${goal.padEnd(38)} ${figures.padEnd(24)}`.trimEnd() +
    (note === "" ? "" : `\n       ${note}`);
}

function atMost(goal: string, limit: number, value: number | undefined, note = ""): Judged {
  if (value === undefined) return { goal, limit, note: "not measured (--large, all peers)" };
  return { goal, limit, value, met: value <= limit, note };
}

function chainGoal(chain: Measured | undefined, results: readonly (Measured | Failed)[]): Judged {
  const goal = "chain of 10,000 stages, failures";
  const failed = results.find((one) =>
    "failed" in one && one.shape === "chain" && one.engine === basinTitles.tasks &&
    one.stages === 10_000
  );
  if (failed !== undefined) return { goal, limit: 0, value: 1, met: false, note: "" };
  if (chain === undefined) return { goal, limit: 0, note: "not measured (--large, all peers)" };
  return { goal, limit: 0, value: 0, met: true, note: medianOf(chain) };
}

function medianOf(measured: Measured | undefined): string {
  if (measured === undefined) return "";
  const { min, median } = measured.summary;
  return `wall ${min.wall.toFixed(2)} s, median ${
    median.wall.toFixed(2)
  } s of ${measured.samples.length}`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3);
}
