// Lines through the rows of gathered tables by ordinary least squares: dissimilarity against the difference in accuracy,
// or against the share of rules in common. Beside the test that takes every row as independent, as published, stands an
// interval of the slope that leaves out one independent unit (a seed) at a time.

import { z } from "zod";
import { table } from "#lib/core/artifacts/table.ts";
import { type Cell, type Column, type Table, tableOf } from "#lib/core/table.ts";
import { defineTask, many } from "#lib/core/task.ts";
import { fitLine } from "#lib/math/statistics/line_fit.ts";
import { groupRows, numberIndex, type Row } from "#lib/math/tables/columns.ts";
import { conditions, rowTest } from "#lib/math/tables/condition.ts";
import { gatherTables } from "#lib/math/tables/gather_tables.ts";
import { intervalOf, intervalParams } from "#lib/math/tables/resample.ts";

const params = z.strictObject({
  x: z.string().describe("column of numbers: what y is to depend on"),
  y: z.string().default("value").describe("column of numbers"),
  by: z.array(z.string()).default([]).describe("grouping columns: one line per group"),
  where: conditions.default({}).describe("the rows that count"),
  interval: intervalParams.optional().describe(
    "of the slope, by leaving out or redrawing independent units: {units: [seed]}",
  ),
});

export default defineTask({
  name: "regress",
  summary: "Fits lines by least squares: slope, intercept, R², p, n and an interval by units.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { tables: many(table, { coords: true }) },
  outputs: { fits: table },
  examples: [
    {
      params: { x: "difference", by: ["metric"], interval: { units: ["seed"] } },
      inputs: () => ({ tables: [exampleRows()] }),
    },
    {
      params: { x: "difference", where: { metric: "dsa" } },
      inputs: () => ({ tables: [exampleRows()] }),
    },
  ],
  run(_context, params, inputs) {
    const all = gatherTables(inputs.tables);
    const table: Table = {
      columns: all.columns,
      rows: all.rows.filter(rowTest(all, params.where, "where")),
    };
    const [x, y] = [params.x, params.y].map((name) => numberIndex(table, name, "regress"));
    const keys = params.by.map((name) => table.columns.find((column) => column.name === name)!);
    const rows = groupRows(table, params.by, "regress").map(({ key, rows }) => {
      const points = rows.filter((row) => isNumber(row[x]) && isNumber(row[y]));
      return [...key, ...lineCells(points, x, y), ...intervalCells(table, points, x, y, params)];
    });
    return { fits: { columns: [...keys, ...columnsOf(table.columns[x], table.columns[y])], rows } };
  },
});

function isNumber(cell: Cell): cell is number {
  return typeof cell === "number" && Number.isFinite(cell);
}

function xy(points: readonly Row[], x: number, y: number): [number[], number[]] {
  return [points.map((row) => row[x] as number), points.map((row) => row[y] as number)];
}

function lineCells(points: readonly Row[], x: number, y: number): Cell[] {
  const n = points.length;
  if (n < 2) return [null, null, null, null, null, null, null, null, null, n];
  const [xs, ys] = xy(points, x, y);
  const fit = fitLine(xs, ys);
  const squares = ys.reduce(
    (sum, one, i) => sum + (one - fit.intercept - fit.slope * xs[i]) ** 2,
    0,
  );
  const numbers = [
    fit.slope,
    fit.intercept,
    fit.r,
    fit.rSquared,
    fit.slopeStandardError,
    fit.slope / fit.slopeStandardError,
    fit.pTwoSided,
    fit.df,
    squares,
  ];
  return [...numbers.map((one) => Number.isNaN(one) ? null : one), n];
}

function intervalCells(
  table: Table,
  points: readonly Row[],
  x: number,
  y: number,
  { interval }: z.output<typeof params>,
): Cell[] {
  if (interval === undefined) return [null, null, null];
  const slope = (rows: readonly Row[]) => rows.length < 2 ? NaN : fitLine(...xy(rows, x, y)).slope;
  const { low, high, numUnits } = intervalOf(table, points, slope, interval);
  return [Number.isNaN(low) ? null : low, Number.isNaN(high) ? null : high, numUnits];
}

function columnsOf(x: Column, y: Column): Column[] {
  const per = x.unit === undefined && y.unit === undefined
    ? undefined
    : x.unit === undefined || x.unit === "1"
    ? y.unit
    : `${y.unit ?? "1"}/${x.unit}`;
  const column = (name: string, unit?: string, description?: string): Column => ({
    name,
    type: "number",
    ...(unit === undefined ? {} : { unit }),
    ...(description === undefined ? {} : { description }),
  });
  return [
    column("slope", per),
    column("intercept", y.unit),
    column("r"),
    column("r_squared"),
    column("slope_standard_error", per, "every row taken as independent"),
    column("t"),
    column("p", undefined, "two-sided, of slope = 0; every row taken as independent"),
    column("df", undefined, "residual degrees of freedom, n − 2"),
    column("residual_sum_of_squares"),
    column("n", undefined, "rows"),
    column("low", per, "lower end of the slope's interval by units"),
    column("high", per, "upper end"),
    column("num_units", undefined, "independent units behind the interval"),
  ];
}

function exampleRows(): Table {
  return tableOf(
    ["dsa", "procrustes"].flatMap((metric, m) =>
      [0, 1, 2].flatMap((seed) =>
        [0, 0.1, 0.3, 0.7].map((difference, at) => ({
          metric,
          seed,
          difference,
          value: 0.4 + (m === 0 ? 0.2 : -0.05) * difference + 0.01 * ((seed * 7 + at * 5) % 3),
        }))
      )
    ),
    { value: { unit: "rad" } },
  );
}
