// A random part of a table, so many rows of each class: for comparisons that are too dear for every pair. Whether a row is
// drawn depends on the seed and on what stands in it, not on its place, so that the same pairs are drawn whatever else the
// table holds in other classes and in whatever order it was made.

import { z } from "zod";
import type { Table } from "../../core/table.ts";
import { randomStream } from "../../core/random.ts";
import { columnIndex, groupRows, keyText, type Row } from "./columns.ts";

/**
 * Params of {@link sample}.
 *
 * @example
 * ```ts
 * import { sampleParams } from "#lib/math/tables/sample.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(sampleParams.parse({ at_most: 150 }).seed, 0);
 * ```
 */
export const sampleParams = z.strictObject({
  by: z.array(z.string()).default([]).describe("columns that make the classes; one class if none"),
  at_most: z.int().min(1).describe("rows of each class; all of them where there are fewer"),
  known_by: z.array(z.string()).default([]).describe(
    "columns that tell rows apart, e.g. [a, b]; all columns if none, and then a changed value draws other rows",
  ),
  seed: z.int().default(0),
});

/**
 * At most so many rows of each class, drawn without replacement; the rows keep their order. A larger sample holds all of
 * a smaller one.
 *
 * @throws {TypeError} if a column is absent.
 *
 * @example
 * ```ts
 * import { sample, sampleParams } from "#lib/math/tables/sample.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([1, 2, 3, 4, 5].map((n) => ({ n, odd: n % 2 === 1 })));
 * assertEquals(sample(table, sampleParams.parse({ by: ["odd"], at_most: 2 })).rows.length, 4);
 * ```
 */
export function sample(table: Table, params: z.output<typeof sampleParams>): Table {
  const { by, at_most, known_by, seed } = params;
  const names = known_by.length > 0 ? known_by : table.columns.map(({ name }) => name);
  const known = names.toSorted().map((name) => [name, columnIndex(table, name, "sample")] as const);
  const kept = new Set<Row>();
  for (const { rows } of groupRows(table, by, "sample")) {
    const drawn = rows.map((row) => ({
      row,
      text: keyText(known.flatMap(([name, index]) => [name, row[index]])),
    })).map((one) => ({ ...one, place: placeOf(seed, one.text) }));
    drawn.sort((a, b) => a.place - b.place || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
    for (const { row } of drawn.slice(0, at_most)) kept.add(row);
  }
  return { columns: table.columns, rows: table.rows.filter((row) => kept.has(row)) };
}

/** A row's place in the order of drawing: uniform in [0, 1). */
function placeOf(seed: number, text: string): number {
  return randomStream(`${seed} ${text}`, "tables/sample").uniform(new Float64Array(1))[0];
}
