// Tables as Parquet files: one column of doubles, texts or truth values for each column of the table, `n/a` as null,
// units and descriptions in the file's metadata. The library is loaded when it is needed.

import type { Table } from "../core/table.ts";

/**
 * A table as Parquet; equal tables give equal bytes.
 *
 * @param about plain data for the file's metadata, under the key `basin`
 *
 * @example
 * ```ts
 * import { writeParquet } from "#lib/formats/write_parquet.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const bytes = await writeParquet(tableOf([{ metric: "dsa", value: null }, { metric: "cka", value: 0.5 }]));
 * assertEquals(new TextDecoder().decode(bytes.subarray(0, 4)), "PAR1");
 * ```
 */
export async function writeParquet(
  { columns, rows }: Table,
  about: Readonly<Record<string, unknown>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const described = columns.map(({ name, unit, description }) => ({
    name,
    ...(unit === undefined ? {} : { unit }),
    ...(description === undefined ? {} : { description }),
  }));
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ name, type }, c) => ({
      name,
      data: rows.map((row) => row[c]),
      type: type === "number" ? "DOUBLE" : type === "boolean" ? "BOOLEAN" : "STRING",
      nullable: true,
      // NaN has no place among the smallest and largest values.
      ...(rows.some((row) => Number.isNaN(row[c])) ? { statistics: false } : {}),
    })),
    kvMetadata: [{ key: "basin", value: JSON.stringify({ ...about, columns: described }) }],
  });
  return new Uint8Array(buffer);
}
