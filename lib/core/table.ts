// A table: named, typed columns in long form (one row per observation), the shape in which results leave Basin.
// Written as UTF-8 TSV with a sidecar for units; missing values are `n/a`, as BIDS has it.

/** One entry of a table. `null` is a missing value. */
export type Cell = number | string | boolean | null;

/** A column: what it holds, in which unit, what it means. */
export interface Column {
  readonly name: string;
  /** `artifact`: the cell names a folder of files that lie in the table itself. */
  readonly type: "number" | "string" | "boolean" | "artifact";
  /** Kind of the artifacts in a column of type `artifact`. */
  readonly kind?: string;
  /** Rows are known by the columns marked so (row_identity.ts); by the first column if none is. */
  readonly key?: true;
  readonly unit?: string;
  readonly description?: string;
}

/** Columns and rows; row entries follow the order of the columns. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Files of the artifacts in its columns, by `<folder that a cell names>/<file>`; absent if there are none. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/**
 * Makes a table from records. Columns appear in order of first appearance; an absent entry is missing.
 *
 * @throws {TypeError} if a column mixes types.
 *
 * @example
 * ```ts
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ metric: "dsa", value: 0.3 }], { value: { unit: "rad" } });
 * assertEquals(table.columns[1], { name: "value", type: "number", unit: "rad" });
 * ```
 */
export function tableOf(
  records: readonly Readonly<Record<string, Cell | undefined>>[],
  about: Readonly<Record<string, { unit?: string; description?: string; key?: true }>> = {},
): Table {
  const types = new Map<string, Column["type"] | null>();
  for (const record of records) {
    for (const [name, cell] of Object.entries(record)) {
      const type = cell === null || cell === undefined ? null : typeof cell as Column["type"];
      const known = types.get(name);
      if (known === undefined || known === null) types.set(name, type);
      else if (type !== null && type !== known) {
        throw new TypeError(`column '${name}' holds both ${known} and ${type}; use one type`);
      }
    }
  }
  const names = [...types.keys()];
  return {
    columns: names.map((name) => ({ name, type: types.get(name) ?? "string", ...about[name] })),
    rows: records.map((record) => names.map((name) => record[name] ?? null)),
  };
}

/**
 * The rows of a table as records.
 *
 * @example
 * ```ts
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(recordsOf(tableOf([{ a: 1 }, { a: null }])), [{ a: 1 }, { a: null }]);
 * ```
 */
export function recordsOf(table: Table): Record<string, Cell>[] {
  return table.rows.map((row) =>
    Object.fromEntries(table.columns.map((column, i) => [column.name, row[i]]))
  );
}

/**
 * A table without what is special in it: rows are no longer known by key columns, and of artifacts only the names of
 * their folders are left. For tables that are made of others.
 *
 * @example
 * ```ts
 * import { plainTable, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ step: 1 }], { step: { key: true } });
 * assertEquals(plainTable(table).columns, [{ name: "step", type: "number" }]);
 * ```
 */
export function plainTable(table: Table): Table {
  const { columns, rows, files } = table;
  if (files === undefined && columns.every(({ key, type }) => !key && type !== "artifact")) {
    return table;
  }
  return {
    columns: columns.map(({ key: _key, kind: _kind, type, ...rest }) => ({
      ...rest,
      type: type === "artifact" ? "string" : type,
    })),
    rows,
  };
}

/**
 * Writes a table as TSV with a header row. Equal tables give equal text. Tabs, line ends and quotes
 * inside strings are quoted as CSV readers expect.
 *
 * @example
 * ```ts
 * import { tableOf, writeTsv } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(writeTsv(tableOf([{ a: 0.1, b: "x" }, { a: null, b: "y" }])), "a\tb\n0.1\tx\nn/a\ty\n");
 * ```
 */
export function writeTsv(table: Table): string {
  const lines = [table.columns.map((column) => quote(column.name)).join("\t")];
  for (const row of table.rows) lines.push(row.map(writeCell).join("\t"));
  return lines.join("\n") + "\n";
}

function writeCell(cell: Cell): string {
  if (cell === null) return "n/a";
  if (typeof cell === "string") return cell === "n/a" ? '"n/a"' : quote(cell);
  if (typeof cell === "number") return Object.is(cell, -0) ? "-0" : numberText(cell);
  return String(cell);
}

/** Infinities as pandas writes and reads them. */
function numberText(value: number): string {
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  return Number.isNaN(value) ? "nan" : String(value);
}

function quote(text: string): string {
  return /["\t\r\n]/.test(text) || text !== text.trim() || text === ""
    ? `"${text.replaceAll('"', '""')}"`
    : text;
}

/**
 * Reads what {@link writeTsv} wrote, with the columns known from the sidecar.
 *
 * @throws {TypeError} if a row has the wrong number of entries, or a number or a truth value does not parse.
 *
 * @example
 * ```ts
 * import { readTsv } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readTsv("a\n1\nn/a\n", [{ name: "a", type: "number" }]).rows, [[1], [null]]);
 * ```
 */
export function readTsv(text: string, columns: readonly Column[]): Table {
  const [, ...lines] = splitTsv(text);
  const rows = lines.map((line, at) => {
    // A row of no columns is an empty line, which reads as one empty entry.
    const cells = columns.length === 0 && line.length === 1 && line[0].value === "" ? [] : line;
    if (cells.length !== columns.length) {
      throw new TypeError(
        `row ${at + 1} of the table has ${cells.length} entries instead of ${columns.length}`,
      );
    }
    return cells.map(({ value, quoted }, i) => readCell(value, quoted, columns[i], at));
  });
  return { columns, rows };
}

function readCell(value: string, quoted: boolean, column: Column, row: number): Cell {
  if (value === "n/a" && !quoted) return null;
  if (column.type === "string" || column.type === "artifact") return value;
  if (column.type === "boolean") {
    if (value === "true" || value === "false") return value === "true";
    throw new TypeError(
      `row ${row + 1}, column '${column.name}': '${value}' is neither true nor false`,
    );
  }
  if (value === "inf") return Infinity;
  if (value === "-inf") return -Infinity;
  if (value === "nan") return NaN;
  const number = Number(value);
  if (value.trim() === "" || Number.isNaN(number)) {
    throw new TypeError(`row ${row + 1}, column '${column.name}': '${value}' is no number`);
  }
  return number;
}

/** One entry of a TSV as it stands there: `"n/a"` in quotes is a text, without them a missing value. */
export interface TsvEntry {
  readonly value: string;
  readonly quoted: boolean;
}

/**
 * The entries of a TSV, header included, before types are known.
 *
 * @example
 * ```ts
 * import { splitTsv } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(splitTsv('a\n"b c"\n').flat(), [{ value: "a", quoted: false }, { value: "b c", quoted: true }]);
 * ```
 */
export function splitTsv(text: string): TsvEntry[][] {
  const rows: TsvEntry[][] = [];
  let row: TsvEntry[] = [];
  let at = 0;
  while (at < text.length) {
    let value = "";
    const quoted = text[at] === '"';
    if (quoted) {
      at++;
      while (at < text.length && !(text[at] === '"' && text[at + 1] !== '"')) {
        if (text[at] === '"') at++;
        value += text[at++];
      }
      at++;
    } else {
      const start = at;
      while (at < text.length && text[at] !== "\t" && text[at] !== "\n") at++;
      value = text.slice(start, at);
    }
    row.push({ value, quoted });
    if (text[at] === "\n" || at >= text.length) {
      rows.push(row);
      row = [];
    }
    at++;
    if (at === text.length && text[at - 1] === "\t") row.push({ value: "", quoted: false });
  }
  if (row.length > 0) rows.push(row);
  return rows;
}
