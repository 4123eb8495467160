// What two ids made of parts have in common: `line_curve_spiral` and `curve_line_spiral` share three parts, one of them in
// place. For chains of motifs, sequences of tasks, and all else that an axis of lists makes.

import { z } from "zod";
import type { Column, Table } from "../../core/table.ts";
import { columnIndex, type Row } from "./columns.ts";

/**
 * Two columns of ids and what separates their parts.
 *
 * @example
 * ```ts
 * import { partsParams } from "#lib/math/tables/parts.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(partsParams.parse({ of: ["a", "b"] }).separator, "_");
 * ```
 */
export const partsParams = z.strictObject({
  of: z.tuple([z.string(), z.string()]).describe("two columns of ids"),
  separator: z.string().min(1).default("_").describe(
    "between the parts of an id; `_` in ids that lists on an axis get",
  ),
});

/**
 * Number of parts that two ids share: anywhere (each counted once), or at the same position.
 *
 * @example
 * ```ts
 * import { countShared } from "#lib/math/tables/parts.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(countShared("a_b_c", "c_b_x", "_", "anywhere"), 2);
 * assertEquals(countShared("a_b_c", "c_b_x", "_", "in_place"), 1);
 * ```
 */
export function countShared(
  a: string,
  b: string,
  separator: string,
  where: "anywhere" | "in_place",
): number {
  const [first, second] = [a.split(separator), b.split(separator)];
  if (where === "in_place") return first.filter((part, at) => part === second[at]).length;
  const others = new Set(second);
  return new Set(first.filter((part) => others.has(part))).size;
}

/**
 * The column of such numbers; missing where an id is.
 *
 * @throws {TypeError} if a column is absent or holds no strings.
 *
 * @example
 * ```ts
 * import { sharedColumn } from "#lib/math/tables/parts.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ a: "x_y", b: "y_x" }]);
 * const { cell } = sharedColumn(table, { of: ["a", "b"], separator: "_" }, "anywhere", "derive");
 * assertEquals(cell(table.rows[0]), 2);
 * ```
 */
export function sharedColumn(
  table: Table,
  { of, separator }: z.output<typeof partsParams>,
  where: "anywhere" | "in_place",
  what: string,
): { cell: (row: Row) => number | null; about: Partial<Column> } {
  const [a, b] = of.map((name) => {
    const index = columnIndex(table, name, what);
    const { type } = table.columns[index];
    if (type !== "string" && table.rows.some((row) => row[index] !== null)) {
      throw new TypeError(`${what} needs ids that are strings, but '${name}' holds ${type}s`);
    }
    return index;
  });
  return {
    cell: (row) =>
      row[a] === null || row[b] === null
        ? null
        : countShared(row[a] as string, row[b] as string, separator, where),
    about: { type: "number" },
  };
}
