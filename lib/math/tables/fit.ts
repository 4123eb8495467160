// A line, a proportionality or a power law through the rows of each group: how y depends on x.

import { z } from "zod";
import type { Cell, Column, Table } from "../../core/table.ts";
import { fitLine, fitProportional, type LineFit } from "../statistics/line_fit.ts";
import { groupRows, numberIndex, type Row } from "./columns.ts";

/**
 * Params of the verb `fit`.
 *
 * @example
 * ```ts
 * import { fitParams } from "#lib/math/tables/fit.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(fitParams.parse({ x: "sigma", y: "mean" }).model, "line");
 * ```
 */
export const fitParams = z.strictObject({
  by: z.array(z.string()).default([]).describe("grouping columns: one fit per group"),
  x: z.string(),
  y: z.string().default("mean"),
  model: z.enum(["line", "proportional", "power"]).default("line").describe(
    "line: y = intercept + slope·x; proportional: y = slope·x; power: log y = intercept + slope·log x, " +
      "where slope 1 is proportionality",
  ),
});

/**
 * Fits each group's rows. Columns: the grouping columns, then `slope`, `intercept`, `r`, `r_squared`,
 * `slope_standard_error`, `p` (of slope = 0), `n` (points), `change` (y at the largest x minus y at the smallest)
 * and `relative_change` (that over y at the largest x). Rows with a missing x or y are left out; a group with
 * fewer than two points has missing numbers.
 *
 * @throws {TypeError} if a column is absent or holds no numbers.
 *
 * @example
 * ```ts
 * import { fit, fitParams } from "#lib/math/tables/fit.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const table = tableOf([{ sigma: 4, mean: 8 }, { sigma: 2, mean: 4 }, { sigma: 1, mean: 2 }]);
 * const [found] = recordsOf(fit(table, fitParams.parse({ x: "sigma", model: "power" })));
 * assertAlmostEquals(found.slope as number, 1, 1e-12);
 * ```
 */
export function fit(table: Table, params: z.output<typeof fitParams>): Table {
  const x = numberIndex(table, params.x, "fit");
  const y = numberIndex(table, params.y, "fit");
  const keys = params.by.map((name) => table.columns.find((column) => column.name === name)!);
  const rows = groupRows(table, params.by, "fit").map((group) => {
    const points = group.rows.filter((row) => row[x] !== null && row[y] !== null);
    return [...group.key, ...fitCells(points, x, y, params.model)];
  });
  return {
    columns: [...keys, ...fitColumns(table.columns[x], table.columns[y], params.model)],
    rows,
  };
}

function fitCells(points: readonly Row[], x: number, y: number, model: string): Cell[] {
  const n = points.length;
  if (n < 2) return [null, null, null, null, null, null, n, null, null];
  const xs = points.map((row) => row[x] as number);
  const ys = points.map((row) => row[y] as number);
  const found = fitModel(xs, ys, model);
  const last = ys[xs.indexOf(Math.max(...xs))];
  const change = last - ys[xs.indexOf(Math.min(...xs))];
  return [
    found.slope,
    found.intercept,
    found.r,
    found.rSquared,
    found.slopeStandardError,
    found.pTwoSided,
    n,
    change,
    change / last,
  ];
}

function fitModel(x: readonly number[], y: readonly number[], model: string): LineFit {
  if (model === "line") return fitLine(x, y);
  if (model === "proportional") return fitProportional(x, y);
  return fitLine(x.map(Math.log), y.map(Math.log));
}

function fitColumns(x: Column, y: Column, model: string): Column[] {
  const unitless = model === "power";
  const per = y.unit === undefined && x.unit === undefined || unitless
    ? undefined
    : x.unit === undefined
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
    column("intercept", unitless ? undefined : y.unit),
    column("r"),
    column("r_squared"),
    column("slope_standard_error", per),
    column("p", undefined, "two-sided, of slope = 0"),
    column("n", undefined, "points"),
    column("change", y.unit, `${y.name} at the largest ${x.name} minus at the smallest`),
    column("relative_change", undefined, `change over ${y.name} at the largest ${x.name}`),
  ];
}
