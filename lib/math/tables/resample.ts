// Intervals of statistics of rows: which rows belong to which independent unit, then jackknife or bootstrap.

import { z } from "zod";
import type { Cell, Table } from "../../core/table.ts";
import { bootstrapInterval, type Interval, jackknifeInterval } from "../statistics/interval.ts";
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
  method: z.enum(["jackknife", "bootstrap"]).default("jackknife"),
  units: z.array(z.string()).default([]).describe(
    "columns that name the independent units; a row belongs to the units in all of them " +
      "(a dissimilarity to both systems). Without columns every row is a unit",
  ),
  level: z.number().gt(0).lt(1).default(0.95),
  num_resamples: z.int().min(10).default(2000).describe("of the bootstrap"),
  seed: z.int().default(0).describe("of the bootstrap"),
});

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
  const { rowsOf, unitsOf, numUnits } = membership(table, rows, params.units);
  const interval = params.method === "jackknife"
    ? jackknifeInterval(
      statistic(rows),
      numUnits,
      (unit) => {
        const out = new Set(rowsOf[unit]);
        return statistic(rows.filter((_, at) => !out.has(at)));
      },
      params.level,
    )
    : bootstrapInterval(numUnits, (drawn) => {
      const times = new Int32Array(numUnits);
      for (const unit of drawn) times[unit]++;
      return statistic(rows.flatMap((row, at) => {
        const count = unitsOf[at].reduce((product, unit) => product * times[unit], 1);
        return new Array<Row>(count).fill(row);
      }));
    }, { level: params.level, numResamples: params.num_resamples, seed: params.seed });
  return { ...interval, numUnits };
}

/** Which rows each unit takes part in, and which units each row has. A missing unit counts for none. */
function membership(table: Table, rows: readonly Row[], units: readonly string[]) {
  if (units.length === 0) {
    const own = rows.map((_, at) => [at]);
    return { rowsOf: own, unitsOf: own, numUnits: rows.length };
  }
  const columns = units.map((name) => columnIndex(table, name, "interval"));
  const ids = new Map<string, number>();
  const rowsOf: number[][] = [];
  const unitsOf = rows.map((row, at) => {
    const own = new Set<number>();
    for (const column of columns) {
      const cell: Cell = row[column];
      if (cell === null) continue;
      const text = keyText([cell]);
      const unit = ids.get(text) ?? ids.size;
      if (unit === ids.size) {
        ids.set(text, unit);
        rowsOf.push([]);
      }
      own.add(unit);
    }
    for (const unit of own) rowsOf[unit].push(at);
    return [...own];
  });
  return { rowsOf, unitsOf, numUnits: ids.size };
}
