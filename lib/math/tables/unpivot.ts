// From wide to long: several columns become one of values and one of names, so that a figure may draw dissimilarity and
// accuracy of a run as two series.

import { z } from "zod";
import type { Column, Table } from "../../core/table.ts";
import { columnIndex, numberIndex } from "./columns.ts";

/**
 * Params of {@link unpivot}.
 *
 * @example
 * ```ts
 * import { unpivotParams } from "#lib/math/tables/unpivot.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(unpivotParams.parse({ columns: ["value", "accuracy"] }).names, "quantity");
 * ```
 */
export const unpivotParams = z.strictObject({
  columns: z.array(z.string()).min(1).describe("columns of numbers that become rows"),
  names: z.string().default("quantity").describe("the new column with their names"),
  values: z.string().default("value").describe("the new column with their entries"),
});

/**
 * From wide to long: a row for each of the columns, in the order in which they are named; all others are repeated. Where
 * their units differ, a column `<values>_unit` says each row's.
 *
 * @throws {TypeError} if a column is absent or holds no numbers, or a new one would hide a kept one.
 *
 * @example
 * ```ts
 * import { unpivot } from "#lib/math/tables/unpivot.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ epoch: 1, loss: 0.5, accuracy: 0.6 }]);
 * const long = unpivot(table, { columns: ["loss", "accuracy"], names: "quantity", values: "value" });
 * assertEquals(recordsOf(long), [
 *   { epoch: 1, quantity: "loss", value: 0.5 },
 *   { epoch: 1, quantity: "accuracy", value: 0.6 },
 * ]);
 * ```
 */
export function unpivot(
  table: Table,
  { columns, names, values }: z.output<typeof unpivotParams>,
): Table {
  const taken = columns.map((name) => numberIndex(table, name, "unpivot"));
  const kept = table.columns.map(({ name }) => name).filter((name) => !columns.includes(name));
  const hidden = [names, values, `${values}_unit`].find((name) => kept.includes(name));
  if (hidden !== undefined) {
    throw new TypeError(`unpivot makes a column '${hidden}', which is also kept; rename one`);
  }
  const units = new Set(taken.map((index) => table.columns[index].unit));
  const [unit] = units;
  const places = kept.map((name) => columnIndex(table, name, "unpivot"));
  const made: Column[] = [
    { name: names, type: "string" },
    { name: values, type: "number", ...(units.size === 1 && unit !== undefined ? { unit } : {}) },
    ...(units.size > 1 ? [{ name: `${values}_unit`, type: "string" as const }] : []),
  ];
  return {
    columns: [...places.map((index) => table.columns[index]), ...made],
    rows: table.rows.flatMap((row) =>
      taken.map((index) => [
        ...places.map((place) => row[place]),
        table.columns[index].name,
        row[index],
        ...(units.size > 1 ? [table.columns[index].unit ?? "1"] : []),
      ])
    ),
  };
}
