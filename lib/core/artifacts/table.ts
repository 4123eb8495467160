// Table artifacts: `table.tsv` in long form and `table.json` with types, units and meanings of the columns.

import { type ArtifactType, bytesOf, jsonBytes, readJson } from "../artifact.ts";
import { type Column, readTsv, type Table, writeTsv } from "../table.ts";

/**
 * Artifact type of {@link Table}.
 *
 * @example
 * ```ts
 * import { table } from "#lib/core/artifacts/table.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const value = tableOf([{ metric: "dsa", value: 0.25 }]);
 * assertEquals(table.decode(table.encode(value)), value);
 * ```
 */
export const table: ArtifactType<Table> = {
  kind: "table",
  encode(value) {
    return {
      "table.tsv": new TextEncoder().encode(writeTsv(value)),
      "table.json": jsonBytes({ columns: value.columns }),
    };
  },
  decode(files) {
    const { columns } = readJson(files, "table.json") as { columns: readonly Column[] };
    return readTsv(new TextDecoder().decode(bytesOf(files, "table.tsv")), columns);
  },
};
