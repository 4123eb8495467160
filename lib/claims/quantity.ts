// Quantities that claims are about: one number from the rows of a long table, with the effect it rests on.
// A curve is the mean of the rows at each x, as published; a claim about it uses these means.

import { z } from "zod";
import type { Table } from "../core/table.ts";
import { fitLine } from "../math/statistics/line_fit.ts";
import { mean } from "../math/statistics/moments.ts";
import { groupRows, numberIndex, numbersAt, type Row } from "../math/tables/columns.ts";
import { conditions, rowTest } from "../math/tables/condition.ts";
import { exactlyOne } from "../math/tables/exactly_one.ts";

const curve = z.strictObject({ x: z.string().describe("a column of numbers") });

const line = curve.extend({
  of: z.enum(["means", "rows"]).optional().describe(
    "rows: the line through all rows, where each has an x of its own; default: through the means at each x",
  ),
});

/**
 * The quantity of a claim; exactly one of the keys.
 *
 * @example
 * ```ts
 * import { quantityParams } from "#lib/claims/quantity.ts";
 * import { assert } from "@std/assert";
 * assert(quantityParams.safeParse({ ratio: { of: { pair: "across" }, to: { pair: "within" } } }).success);
 * ```
 */
export const quantityParams = exactlyOne({
  mean: z.strictObject({ of: conditions.default({}) }),
  difference: z.strictObject({ of: conditions, minus: conditions }).describe("of two means"),
  ratio: z.strictObject({ of: conditions, to: conditions }).describe("of two means"),
  r_squared: line.describe(
    "of the least-squares line through the means at each x, or through rows",
  ),
  slope: line.describe("of that line"),
  exponent: curve.describe("slope of log mean against log x; 1 is proportionality"),
  relative_change: curve.describe("(mean at the largest x − at the smallest) / at the largest"),
  relative_range: curve.describe("(largest mean − smallest) / largest"),
  smallest_rise: z.strictObject({
    along: z.string().describe("a column"),
    order: z.array(z.union([z.string(), z.number(), z.boolean()])).min(2).optional()
      .describe("its values from low to high; numbers ascend by default"),
  }).describe("smallest step of the means from one value to the next; positive: strictly rising"),
});

/** The quantity of a claim. */
export type QuantityParams = z.output<typeof quantityParams>;

/** A number and the effect on which it rests, in the unit of the values; NaN where rows are missing. */
export interface Measured {
  readonly number: number;
  readonly effect: number | null;
  /** What there are no rows of, in words, where that is why there is no number. */
  readonly missing?: string;
}

/**
 * Prepares a quantity for rows of a table, so that it can be measured on many subsets.
 *
 * @param value the column of values
 * @throws {TypeError} if a column is absent or of the wrong type.
 *
 * @example
 * ```ts
 * import { quantityOf } from "#lib/claims/quantity.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ pair: "within", value: 0.25 }, { pair: "across", value: 0.5 }]);
 * const ratio = { ratio: { of: { pair: "across" }, to: { pair: "within" } } };
 * assertEquals(quantityOf(table, "value", ratio)(table.rows), { number: 2, effect: 0.25 });
 * ```
 */
export function quantityOf(
  table: Table,
  value: string,
  quantity: QuantityParams,
): (rows: readonly Row[]) => Measured {
  const at = numberIndex(table, value, "claim");
  const meanOf = (rows: readonly Row[]) => {
    const numbers = numbersAt(rows, at);
    return numbers.length === 0 ? NaN : mean(numbers);
  };
  const part = (where: z.output<typeof conditions>) => {
    const test = rowTest(table, where, "claim");
    return (rows: readonly Row[]) => meanOf(rows.filter(test));
  };
  if (quantity.mean !== undefined) {
    const of = part(quantity.mean.of);
    return (rows) => ({ number: of(rows), effect: of(rows) });
  }
  if (quantity.difference !== undefined || quantity.ratio !== undefined) {
    const { difference, ratio } = quantity;
    const first = part(difference?.of ?? ratio!.of);
    const second = part(difference?.minus ?? ratio!.to);
    const sides = [difference?.of ?? ratio!.of, difference?.minus ?? ratio!.to];
    const tests = sides.map((where) => rowTest(table, where, "claim"));
    return (rows) => {
      const absent = sides.find((_, side) => !rows.some(tests[side]));
      if (absent !== undefined) return { ...unmeasured, missing: rowsWith(absent) };
      const a = first(rows);
      const b = second(rows);
      return { number: ratio === undefined ? a - b : a / b, effect: Math.abs(a - b) };
    };
  }
  if (quantity.smallest_rise !== undefined) {
    return smallestRise(table, quantity.smallest_rise, meanOf);
  }
  return ofCurve(table, value, quantity, meanOf);
}

const unmeasured: Measured = { number: NaN, effect: null };

function rowsWith(where: z.output<typeof conditions>): string {
  const each = Object.entries(where).map(([column, value]) =>
    `${column} ${typeof value === "object" ? JSON.stringify(value) : value}`
  );
  return `no rows with ${each.join(", ")}`;
}

function smallestRise(
  table: Table,
  { along, order }: NonNullable<QuantityParams["smallest_rise"]>,
  meanOf: (rows: readonly Row[]) => number,
): (rows: readonly Row[]) => Measured {
  const at = order === undefined ? numberIndex(table, along, "claim") : -1;
  const tests = order?.map((cell) => rowTest(table, { [along]: cell }, "claim"));
  return (rows) => {
    const absent = order?.find((_, place) => !rows.some(tests![place]));
    if (absent !== undefined) return { ...unmeasured, missing: rowsWith({ [along]: absent }) };
    const means = tests === undefined
      ? meansAlong(table, along, at, rows, meanOf).y
      : tests.map((test) => meanOf(rows.filter(test)));
    const rises = means.slice(1).map((one, i) => one - means[i]);
    if (rises.length === 0) return { ...unmeasured, missing: `fewer than two values of ${along}` };
    // Not Math.min: NaN must win.
    const smallest = rises.reduce((a, b) => a < b || Number.isNaN(a) ? a : b);
    return { number: smallest, effect: means[means.length - 1] - means[0] };
  };
}

function ofCurve(
  table: Table,
  value: string,
  quantity: QuantityParams,
  meanOf: (rows: readonly Row[]) => number,
): (rows: readonly Row[]) => Measured {
  const [kind, { x: column, of }] = Object.entries(quantity)
    .find(([, one]) => one !== undefined) as [string, { x: string; of?: "means" | "rows" }];
  const at = numberIndex(table, column, "claim");
  const valueAt = numberIndex(table, value, "claim");
  return (rows) => {
    const { x, y } = meansAlong(table, column, at, rows, meanOf);
    if (x.length < 2) return { ...unmeasured, missing: `fewer than two values of ${column}` };
    if (of === "rows") {
      const known = rows.filter((row) => row[at] !== null && row[valueAt] !== null);
      const { slope, rSquared } = fitLine(numbersAt(known, at), numbersAt(known, valueAt));
      // What the line rises over all x: single rows may lie anywhere.
      const effect = Math.abs(slope) * (x[x.length - 1] - x[0]);
      return { number: kind === "slope" ? slope : rSquared, effect };
    }
    const effect = Math.max(...y) - Math.min(...y);
    const last = y[y.length - 1];
    if (kind === "r_squared") return { number: fitLine(x, y).rSquared, effect };
    if (kind === "slope") return { number: fitLine(x, y).slope, effect };
    if (kind === "relative_range") return { number: effect / Math.max(...y), effect };
    if (kind === "relative_change") return { number: (last - y[0]) / last, effect };
    return { number: fitLine(x.map(Math.log), y.map(Math.log)).slope, effect };
  };
}

/** Means at each distinct x, x ascending. */
function meansAlong(
  table: Table,
  column: string,
  at: number,
  rows: readonly Row[],
  meanOf: (rows: readonly Row[]) => number,
): { x: number[]; y: number[] } {
  const groups = groupRows({ columns: table.columns, rows }, [column], "claim")
    .filter(({ rows: [first] }) => first[at] !== null)
    .sort((a, b) => (a.rows[0][at] as number) - (b.rows[0][at] as number));
  return {
    x: groups.map(({ rows: [first] }) => first[at] as number),
    y: groups.map((group) => meanOf(group.rows)),
  };
}
