// Intervals of statistics of rows: which rows belong to which independent unit, then jackknife, bootstrap or BCa.

import { z } from "zod";
import type { Cell, Table } from "../../core/table.ts";
import {
  acceleratedInterval,
  bootstrapInterval,
  type Interval,
  jackknifeInterval,
} from "../statistics/interval.ts";
import { columnIndex, keyText, type Row } from "./columns.ts";

/**
 * How an interval is made.
 *
 * @example
 * ```ts
 * import { intervalParams } from "#lib/math/tables/resample.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(intervalParams.parse({ units: ["a", "b"] }).method, "jackknife");
 * ```
 */
export const intervalParams = z.strictObject({
  method: z.enum(["jackknife", "bootstrap", "bca"]).default("jackknife").describe(
    "jackknife: leaves out one unit at a time; bootstrap: redraws units, percentiles; bca: corrected for bias and skewness",
  ),
  units: z.array(z.string()).default([]).describe(
    "columns that name the independent units; a row belongs to the units in all of them " +
      "(a dissimilarity to both systems). Without columns every row is a unit",
  ),
  strata: z.array(z.string()).default([]).describe(
    "columns that name the stratum of each unit, one per column of `units`: groups fixed by design, " +
      "such as the regimes of simulations; units are left out or redrawn within their stratum",
  ),
  level: z.number().gt(0).lt(1).default(0.95),
  num_resamples: z.int().min(10).default(2000).describe("of bootstrap and bca"),
  seed: z.int().default(0).describe("of bootstrap and bca"),
}).refine(
  ({ units, strata }) => strata.length === 0 || strata.length === units.length,
  "give as many columns in `strata` as in `units`",
);

/** How an interval is made. */
export type IntervalParams = z.output<typeof intervalParams>;

/** An interval and the number of independent units behind it. */
export interface UnitInterval extends Interval {
  readonly numUnits: number;
}

/**
 * The interval of a statistic of rows. The bootstrap repeats a row as often as its units were drawn (the product,
 * where it has several); the jackknife leaves out every row that a unit takes part in.
 *
 * @param statistic of some of the rows; NaN where it is undefined
 * @throws {TypeError} if a unit column is absent.
 *
 * @example
 * ```ts
 * import { intervalOf, intervalParams } from "#lib/math/tables/resample.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ a: "x", b: "y", v: 1 }, { a: "x", b: "z", v: 2 }, { a: "y", b: "z", v: 3 }]);
 * const sum = (rows: readonly (readonly unknown[])[]) => rows.reduce((s, row) => s + (row[2] as number), 0);
 * assertEquals(intervalOf(table, table.rows, sum, intervalParams.parse({ units: ["a", "b"] })).numUnits, 3);
 * ```
 */
export function intervalOf(
  table: Table,
  rows: readonly Row[],
  statistic: (rows: readonly Row[]) => number,
  params: IntervalParams,
): UnitInterval {
  const { rowsOf, unitsOf, strata } = membership(table, rows, params);
  const { level, num_resamples: numResamples, seed, method } = params;
  const without = (unit: number) => {
    const out = new Set(rowsOf[unit]);
    return statistic(rows.filter((_, at) => !out.has(at)));
  };
  const times = new Int32Array(strata.length);
  const redrawn = (drawn: Int32Array) => {
    times.fill(0);
    for (const unit of drawn) times[unit]++;
    const some: Row[] = [];
    rows.forEach((row, at) => {
      let count = 1;
      for (const unit of unitsOf[at]) count *= times[unit];
      for (let i = 0; i < count; i++) some.push(row);
    });
    return statistic(some);
  };
  const options = { level, numResamples, seed };
  const interval = method === "jackknife"
    ? jackknifeInterval(statistic(rows), strata, without, level)
    : method === "bootstrap"
    ? bootstrapInterval(strata, redrawn, options)
    : acceleratedInterval(statistic(rows), strata, redrawn, without, options);
  return { ...interval, numUnits: strata.length };
}

/** Which rows each unit takes part in, which units each row has, and the units' strata. A missing unit counts for none. */
function membership(table: Table, rows: readonly Row[], params: IntervalParams) {
  if (params.units.length === 0) {
    const own = rows.map((_, at) => [at]);
    return { rowsOf: own, unitsOf: own, strata: new Int32Array(rows.length) };
  }
  const columns = params.units.map((name) => columnIndex(table, name, "interval"));
  const strata = params.strata.map((name) => columnIndex(table, name, "interval"));
  const unitOf = numbering();
  const stratumOf = numbering();
  const rowsOf: number[][] = [];
  const stratumOfUnit: number[] = [];
  const unitsOf = rows.map((row, at) => {
    const own = new Set<number>();
    columns.forEach((column, side) => {
      if (row[column] === null) return;
      const unit = unitOf(row[column]);
      const stratum = stratumOf(strata.length === 0 ? null : row[strata[side]]);
      if ((stratumOfUnit[unit] ??= stratum) !== stratum) {
        throw new TypeError(`interval: the unit ${row[column]} lies in two strata`);
      }
      own.add(unit);
    });
    for (const unit of own) (rowsOf[unit] ??= []).push(at);
    return [...own];
  });
  return { rowsOf, unitsOf, strata: Int32Array.from(stratumOfUnit) };
}

/** Numbers entries from 0 in order of first appearance. */
function numbering(): (cell: Cell) => number {
  const numbers = new Map<string, number>();
  return (cell) => {
    const text = keyText([cell]);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
}
