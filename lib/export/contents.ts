// What an artifact consists of, told by its files: arrays with their sidecars, tables, plain data, other files. Works for
// every kind, those that tasks of users may have included.

import { type Files, readJson } from "../core/artifact.ts";
import { type Column, readTsv, type Table } from "../core/table.ts";

/** An array as it is stored. */
export interface ArrayContent {
  readonly name: string;
  /** The bytes of the .npy file. */
  readonly npy: Uint8Array;
  /** `dims`, `units`, `coords`, and what else the task says of it. */
  readonly sidecar: Readonly<Record<string, unknown>>;
}

/** A table; the main one of an artifact has no name. */
export interface TableContent {
  readonly name: string;
  readonly table: Table;
}

/** The parts of one artifact. */
export interface Contents {
  readonly arrays: readonly ArrayContent[];
  readonly tables: readonly TableContent[];
  /** Plain data by the name of its file without `.json`. */
  readonly documents: Readonly<Record<string, unknown>>;
  /** What is none of these, by path. */
  readonly files: Files;
}

/**
 * The parts of an artifact. Artifacts inside a table (its columns of type `artifact`) are not looked into: they come with
 * the table's `files`.
 *
 * @throws {TypeError} if a table does not fit its sidecar.
 *
 * @example
 * ```ts
 * import { contentsOf } from "#lib/export/contents.ts";
 * import { tensorFiles } from "#lib/core/artifact.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const files = tensorFiles("states", tensor(["time"], [2], Float64Array.of(1, 2)), { dt_ms: 10 });
 * const { arrays } = contentsOf("trajectories", files);
 * assertEquals([arrays[0].name, arrays[0].sidecar.dt_ms], ["states", 10]);
 * ```
 */
export function contentsOf(kind: string, files: Files): Contents {
  if (kind === "file" || kind === "folder" || kind === "figure") {
    return { arrays: [], tables: [], documents: {}, files };
  }
  const arrays: ArrayContent[] = [];
  const tables: TableContent[] = [];
  const documents: Record<string, unknown> = {};
  const others: Record<string, Uint8Array> = {};
  const inTable: Record<string, Uint8Array> = {};
  const used = new Set<string>();
  for (const name of Object.keys(files)) {
    const stem = name.replace(/\.(npy|tsv)$/, "");
    if (stem === name) continue;
    if (kind === "table" && name.includes("/")) continue;
    const sidecar = `${stem}.json`;
    if (!Object.hasOwn(files, sidecar)) continue;
    used.add(name).add(sidecar);
    if (name.endsWith(".npy")) {
      const about = readJson(files, sidecar) as Record<string, unknown>;
      arrays.push({ name: stem, npy: files[name], sidecar: about });
    } else {
      const { columns } = readJson(files, sidecar) as { readonly columns: readonly Column[] };
      const table = readTsv(new TextDecoder().decode(files[name]), columns);
      tables.push({ name: kind === "table" && stem === "table" ? "" : stem, table });
    }
  }
  for (const name of Object.keys(files)) {
    if (used.has(name)) continue;
    if (kind === "table") inTable[name] = files[name];
    else if (name.endsWith(".json")) documents[name.slice(0, -5)] = readJson(files, name);
    else others[name] = files[name];
  }
  if (Object.keys(inTable).length > 0 && tables.length > 0) {
    tables[0] = { ...tables[0], table: { ...tables[0].table, files: inTable } };
  }
  return { arrays, tables, documents, files: others };
}
