// Table artifacts: `table.tsv` in long form and `table.json` with types, units and meanings of the columns. A column of
// type `artifact` names folders; their files lie in the same artifact, as `<folder>/<file>`, so that a table of
// checkpoints carries them, and each can be bound alone.

import { type ArtifactType, bytesOf, type Files, jsonBytes, readJson } from "../artifact.ts";
import { rowIdentities } from "../row_identity.ts";
import { type Cell, type Column, readTsv, type Table, tableOf, writeTsv } from "../table.ts";

/**
 * Artifact type of {@link Table}. What is wrong with its artifact columns or marked key columns is a `TypeError`.
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
    checkTable(value);
    const own = {
      "table.tsv": new TextEncoder().encode(writeTsv(value)),
      "table.json": jsonBytes({ columns: value.columns }),
    };
    return value.files === undefined ? own : { ...own, ...sorted(value.files) };
  },
  decode(files) {
    const { "table.tsv": _tsv, "table.json": _json, ...others } = files;
    const read = decodeRows(files);
    const value = Object.keys(others).length === 0 ? read : { ...read, files: sorted(others) };
    checkTable(value);
    return value;
  },
};

/**
 * The columns and rows of a table artifact alone: the files of the artifacts in it need not be there.
 *
 * @example
 * ```ts
 * import { decodeRows, table } from "#lib/core/artifacts/table.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(decodeRows(table.encode(tableOf([{ a: 1 }]))).rows, [[1]]);
 * ```
 */
export function decodeRows(files: Files): Table {
  const { columns } = readJson(files, "table.json") as { columns: readonly Column[] };
  return readTsv(new TextDecoder().decode(bytesOf(files, "table.tsv")), columns);
}

/** An artifact to be put into a column: its kind and its files. */
export interface ArtifactCell {
  readonly kind: string;
  readonly files: Files;
}

/**
 * An entry of {@link tableWithArtifacts}.
 *
 * @example
 * ```ts
 * import { artifactCell } from "#lib/core/artifacts/table.ts";
 * import { file } from "#lib/core/artifacts/file.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(artifactCell(file, Uint8Array.of(1)).kind, "file");
 * ```
 */
export function artifactCell<T>(type: ArtifactType<T>, value: T): ArtifactCell {
  return { kind: type.kind, files: type.encode(value) };
}

/**
 * Makes a table from records of which some entries are artifacts. Their folders are called
 * `<column>/<what the row is known by>`, so that the order of rows changes no name.
 *
 * @throws {TypeError} if a column mixes types or kinds, or rows cannot be told apart.
 *
 * @example
 * ```ts
 * import { artifactCell, tableWithArtifacts } from "#lib/core/artifacts/table.ts";
 * import { file } from "#lib/core/artifacts/file.ts";
 * import { assertEquals } from "@std/assert";
 * const weights = artifactCell(file, Uint8Array.of(1));
 * const made = tableWithArtifacts([{ step: 100, weights }], { step: { key: true } });
 * assertEquals(made.rows, [[100, "weights/100"]]);
 * assertEquals(Object.keys(made.files!), ["weights/100/data"]);
 * ```
 */
export function tableWithArtifacts(
  records: readonly Readonly<Record<string, Cell | ArtifactCell | undefined>>[],
  about: Readonly<Record<string, { unit?: string; description?: string; key?: true }>> = {},
): Table {
  const kinds = new Map<string, string>();
  const plain = records.map((record) =>
    Object.fromEntries(
      Object.entries(record).map(([name, entry]): [string, Cell | undefined] => {
        if (!isArtifact(entry)) return [name, entry];
        const known = kinds.get(name);
        if (known !== undefined && known !== entry.kind) {
          throw new TypeError(
            `column '${name}' holds both ${known} and ${entry.kind}; use one kind`,
          );
        }
        kinds.set(name, entry.kind);
        return [name, ""];
      }),
    )
  );
  const made = tableOf(plain, about);
  const identities = rowIdentities(made);
  if (!identities.ok) throw new TypeError(identities.error);
  const files: Record<string, Uint8Array> = {};
  const rows = made.rows.map((row, r) =>
    row.map((cell, c) => {
      const { name } = made.columns[c];
      const entry = records[r][name];
      if (!isArtifact(entry)) return cell;
      const folder = `${folderName(name)}/${folderName(String(identities.value[r].id))}`;
      for (const [file, bytes] of Object.entries(entry.files)) files[`${folder}/${file}`] = bytes;
      return folder;
    })
  );
  const columns = made.columns.map((column): Column => {
    const kind = kinds.get(column.name);
    return kind === undefined ? column : { ...column, type: "artifact", kind };
  });
  const value = kinds.size === 0 ? { columns, rows } : { columns, rows, files: sorted(files) };
  checkTable(value);
  return value;
}

function isArtifact(entry: Cell | ArtifactCell | undefined): entry is ArtifactCell {
  return typeof entry === "object" && entry !== null;
}

/** A name that is one part of a path anywhere. */
function folderName(text: string): string {
  return encodeURIComponent(text).replace(/^\.+$/, (dots) => dots.replaceAll(".", "%2E")) || "%";
}

function sorted(files: Files): Files {
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => a < b ? -1 : 1));
}

function checkTable(value: Table): void {
  const folders = checkFolders(value);
  const names = Object.keys(value.files ?? {});
  const filled = new Set<string>();
  for (const name of names) {
    const folder = folderOf(name, folders);
    if (folder === undefined) {
      throw new TypeError(
        `the table carries the file ${name}, which lies in no folder that an artifact column names`,
      );
    }
    filled.add(folder);
  }
  for (const [folder, { column, row }] of folders) {
    if (filled.has(folder)) continue;
    throw new TypeError(
      `row ${row + 1}, column '${column.name}': the table has no files in the folder ${folder}/`,
    );
  }
  if (value.columns.some(({ key }) => key)) {
    const identities = rowIdentities(value);
    if (!identities.ok) throw new TypeError(identities.error);
  }
}

interface Named {
  readonly column: Column;
  readonly row: number;
}

/** The folders that cells name, with the first cell that names each. */
function checkFolders({ columns, rows }: Table): Map<string, Named> {
  const folders = new Map<string, Named>();
  columns.forEach((column, c) => {
    if (column.type !== "artifact") return;
    if (typeof column.kind !== "string" || column.kind === "") {
      throw new TypeError(
        `column '${column.name}' holds artifacts, but does not say of which kind`,
      );
    }
    rows.forEach((cells, row) => {
      const cell = cells[c];
      if (cell === null) return;
      const at = `row ${row + 1}, column '${column.name}'`;
      if (typeof cell !== "string" || !isFolder(cell)) {
        throw new TypeError(
          `${at}: ${JSON.stringify(cell)} names no folder inside the table; ` +
            "write names joined with `/`, none of them `.` or `..`, and not table.tsv or table.json",
        );
      }
      const other = folders.get(cell);
      if (other !== undefined && other.column.kind !== column.kind) {
        throw new TypeError(
          `${at}: the folder ${cell} holds ${other.column.kind} in column '${other.column.name}', ` +
            `and ${column.kind} here`,
        );
      }
      if (other === undefined) folders.set(cell, { column, row });
    });
  });
  for (const folder of folders.keys()) {
    for (let at = folder.indexOf("/"); at >= 0; at = folder.indexOf("/", at + 1)) {
      const outer = folder.slice(0, at);
      if (!folders.has(outer)) continue;
      throw new TypeError(
        `the folders ${outer} and ${folder} hold an artifact each, so one cannot lie in the other`,
      );
    }
  }
  return folders;
}

/** The folder among `folders` that a file lies in. */
function folderOf(file: string, folders: ReadonlyMap<string, unknown>): string | undefined {
  for (let at = file.indexOf("/"); at >= 0; at = file.indexOf("/", at + 1)) {
    const folder = file.slice(0, at);
    if (folders.has(folder)) return folder;
  }
  return undefined;
}

function isFolder(text: string): boolean {
  const parts = text.split("/");
  // deno-lint-ignore no-control-regex
  const isName = (part: string) => part !== "" && !/^\.\.?$|[\0-\x1f\x7f\\]/.test(part);
  return parts.every(isName) && !["table.tsv", "table.json"].includes(parts[0]);
}
