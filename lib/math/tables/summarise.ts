// One row per group: mean, standard error, quantiles, counts and, if asked for, an interval of the mean.

import { z } from "zod";
import type { Column, Table } from "../../core/table.ts";
import { mean, standardDeviation, standardError } from "../statistics/moments.ts";
import { median, quantile } from "../statistics/quantile.ts";
import { groupRows, numberIndex, numbersAt } from "./columns.ts";
import { intervalOf, intervalParams } from "./resample.ts";

type Statistic = (values: readonly number[]) => number;

const statistics = {
  mean,
  sem: (values) => standardError(values, "population"),
  sem_sample: (values) => standardError(values, "sample"),
  std: (values) => standardDeviation(values, "population"),
  std_sample: (values) => standardDeviation(values, "sample"),
  median,
  q25: (values) => quantile(values, 0.25),
  q75: (values) => quantile(values, 0.75),
  min: (values) => values.reduce((a, b) => Math.min(a, b)),
  max: (values) => values.reduce((a, b) => Math.max(a, b)),
  sum: (values) => values.reduce((a, b) => a + b),
  n: (values) => values.length,
} as const satisfies Record<string, Statistic>;

const names = Object.keys(statistics) as (keyof typeof statistics)[];

/**
 * Params of the verb `summarise`.
 *
 * @example
 * ```ts
 * import { summariseParams } from "#lib/math/tables/summarise.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(summariseParams.parse({ by: ["metric"] }).statistics, ["mean", "sem", "n"]);
 * ```
 */
export const summariseParams = z.strictObject({
  by: z.array(z.string()).default([]).describe(
    "grouping columns; kept, in order of first appearance",
  ),
  of: z.string().default("value").describe(
    "the column that is summarised; missing entries are left out",
  ),
  statistics: z.array(z.enum(names)).min(1).default(["mean", "sem", "n"]).describe(
    "one column each: sem and std divide by n as published, sem_sample and std_sample by n − 1",
  ),
  interval: intervalParams.optional().describe("adds low and high, the interval of the mean"),
});

/**
 * Summarises a table by groups. Groups without a single number give missing statistics and n = 0.
 *
 * @throws {TypeError} if a column is absent or `of` holds no numbers.
 *
 * @example
 * ```ts
 * import { summarise, summariseParams } from "#lib/math/tables/summarise.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ m: "dsa", value: 1 }, { m: "dsa", value: 3 }]);
 * assertEquals(
 *   recordsOf(summarise(table, summariseParams.parse({ by: ["m"] }))),
 *   [{ m: "dsa", mean: 2, sem: 1 / Math.sqrt(2), n: 2 }],
 * );
 * ```
 */
export function summarise(table: Table, params: z.output<typeof summariseParams>): Table {
  const index = numberIndex(table, params.of, "summarise");
  const { unit } = table.columns[index];
  const keys = params.by.map((name) => table.columns.find((column) => column.name === name)!);
  const added = [...params.statistics, ...(params.interval ? ["low", "high"] : [])];
  const rows = groupRows(table, params.by, "summarise").map((group) => {
    const values = numbersAt(group.rows, index);
    const cells = params.statistics.map((name) =>
      values.length > 0 ? statistics[name](values) : name === "n" ? 0 : null
    );
    if (params.interval === undefined) return [...group.key, ...cells];
    const meanOf = (some: readonly (readonly unknown[])[]) => {
      const chosen = numbersAt(some as typeof group.rows, index);
      return chosen.length > 0 ? mean(chosen) : NaN;
    };
    const { low, high } = intervalOf(table, group.rows, meanOf, params.interval);
    return [...group.key, ...cells, low, high];
  });
  const columns = added.map((name): Column => ({
    name,
    type: "number",
    ...(unit === undefined || name === "n" ? {} : { unit }),
  }));
  return { columns: [...keys, ...columns], rows };
}
