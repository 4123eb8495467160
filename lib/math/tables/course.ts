// Runs of unequal length on one scale: the value at the start, and in each part of the run, so that runs of 7 and of 50
// checkpoints can be averaged. Source: RepAL (Guilhot, Wójcik, Achterberg & Costa 2024, arXiv 2410.24070), figures of the
// comparison over learning: the first checkpoint at 0 %, then the median of each fifth.

import { z } from "zod";
import type { Cell, Column, Table } from "../../core/table.ts";
import { mean } from "../statistics/moments.ts";
import { median } from "../statistics/quantile.ts";
import { groupRows, numberIndex, numbersAt } from "./columns.ts";

/**
 * Params of the verb `course`.
 *
 * @example
 * ```ts
 * import { courseParams } from "#lib/math/tables/course.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(courseParams.parse({ by: ["seed"], along: "epoch" }).num_parts, 5);
 * ```
 */
export const courseParams = z.strictObject({
  by: z.array(z.string()).default([]).describe(
    "columns that tell runs apart: [group, seed, metric]",
  ),
  along: z.string().describe("column that orders the rows of a run: pair, epoch"),
  of: z.array(z.string()).min(1).default(["value"]).describe(
    "columns of numbers that are followed",
  ),
  num_parts: z.int().min(1).default(5).describe("parts of a run: fifths as published"),
  statistic: z.enum(["median", "mean"]).default("median").describe("of the rows in a part"),
  empty: z.enum(["hold", "missing"]).default("hold").describe(
    "a part without rows, where a run has fewer than parts: the row whose share of the run its middle lies in, or missing",
  ),
  at_least: z.int().min(1).default(1).describe(
    "rows below which a run is left out: 5 as published",
  ),
});

/**
 * A row for the start of each run and for each of its parts. Columns: `by`, `percent` (0, 20, … 100) and those of `of`.
 * Part k of n takes the rows from ⌊(k − 1) · rows / n⌋ to before ⌊k · rows / n⌋.
 *
 * @throws {TypeError} if a column is absent or holds no numbers.
 *
 * @example
 * ```ts
 * import { course, courseParams } from "#lib/math/tables/course.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([1, 2, 3, 4].map((epoch) => ({ epoch, value: 10 * epoch })));
 * assertEquals(recordsOf(course(table, courseParams.parse({ along: "epoch", num_parts: 2 }))), [
 *   { percent: 0, value: 10 },
 *   { percent: 50, value: 15 },
 *   { percent: 100, value: 35 },
 * ]);
 * ```
 */
export function course(table: Table, params: z.output<typeof courseParams>): Table {
  const along = numberIndex(table, params.along, "course");
  const followed = params.of.map((name) => numberIndex(table, name, "course"));
  const keys = params.by.map((name) => table.columns.find((column) => column.name === name)!);
  const centre = params.statistic === "median" ? median : mean;
  const rows = groupRows(table, params.by, "course").flatMap(({ key, rows: some }): Cell[][] => {
    const run = some.filter((row) => row[along] !== null)
      .sort((a, b) => (a[along] as number) - (b[along] as number));
    if (run.length < Math.max(1, params.at_least)) return [];
    const edge = (part: number) => Math.floor(part * run.length / params.num_parts);
    const parts = Array.from(
      { length: params.num_parts },
      (_, part) => {
        const rows = run.slice(edge(part), edge(part + 1));
        const middle = Math.floor((part + 0.5) * run.length / params.num_parts);
        return rows.length > 0 || params.empty === "missing" ? rows : [run[middle]];
      },
    );
    return [run.slice(0, 1), ...parts].map((part, at) => [
      ...key,
      100 * at / params.num_parts,
      ...followed.map((index) => {
        const numbers = numbersAt(part, index).filter(Number.isFinite);
        return numbers.length === 0 ? null : centre(numbers);
      }),
    ]);
  });
  const percent: Column = {
    name: "percent",
    type: "number",
    unit: "%",
    description:
      `of the run: its first row at 0, then the ${params.statistic} of each part at the part's end`,
  };
  return { columns: [...keys, percent, ...followed.map((index) => table.columns[index])], rows };
}
