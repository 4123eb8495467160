// Tables of recorded data: delimited text, lists of objects in JSON, or one-dimensional arrays as columns.

import { type Cell, type Column, type Table, tableOf } from "#lib/core/table.ts";
import { type DelimitedFile, isMissingCell } from "#lib/formats/delimited.ts";
import type { JsonFile } from "#lib/formats/json_arrays.ts";
import { eachFile, type ImportParams, namedArrays, type OpenedFile } from "./_import_files.ts";

/** Reads a table. @throws {TypeError} if a file holds none. */
export async function importTable(
  files: readonly Uint8Array[],
  params: ImportParams,
): Promise<Table> {
  if (files.length !== 1) {
    throw new TypeError(
      `a table comes from one file, but data has ${files.length}; import each, and bind them with aggregate`,
    );
  }
  const [table] = await eachFile(files, params.format, (opened) => {
    const { file } = opened;
    if ("header" in file) return delimited(file as DelimitedFile);
    return file.format === "json" ? records(file as JsonFile, params) : columns(opened, params);
  });
  return table;
}

function delimited({ header, rows }: DelimitedFile): Table {
  const names = header ?? rows[0].map((_, i) => `column_${i + 1}`);
  const twice = names.find((name, i) => name === "" || names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new TypeError(
      twice === ""
        ? "the table has a column without a name"
        : `the table has two columns called '${twice}'`,
    );
  }
  const types = names.map((_, i) => typeOf(rows, i));
  return {
    columns: names.map((name, i) => ({ name, type: types[i] })),
    rows: rows.map((cells) => cells.map((cell, i) => cellOf(cell, types[i]))),
  };
}

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$|^[+-]?inf$/i;

function typeOf(rows: readonly (readonly string[])[], column: number): Column["type"] {
  let type: Column["type"] | undefined;
  for (const cells of rows) {
    const cell = cells[column].trim();
    if (isMissingCell(cell)) continue;
    const isExact = !/^[+-]?\d+$/.test(cell) || Number.isSafeInteger(Number(cell));
    const found = number.test(cell) && isExact
      ? "number"
      : /^(true|false)$/i.test(cell)
      ? "boolean"
      : "string";
    if (found === "string" || (type !== undefined && type !== found)) return "string";
    type = found;
  }
  return type ?? "string";
}

function cellOf(cell: string, type: Column["type"]): Cell {
  const trimmed = cell.trim();
  if (isMissingCell(trimmed)) return null;
  if (type === "boolean") return trimmed.toLowerCase() === "true";
  if (type === "string") return cell;
  if (/inf$/i.test(trimmed)) return trimmed.startsWith("-") ? -Infinity : Infinity;
  return Number(trimmed);
}

/** A list of objects as rows: fields that are lists or objects themselves are left out. */
function records(file: JsonFile, { array }: ImportParams): Table {
  const path = array === undefined ? "" : String(array);
  const value = file.at(path);
  const isRow = (one: unknown): one is Record<string, Cell> =>
    typeof one === "object" && one !== null && !Array.isArray(one);
  if (!Array.isArray(value) || !value.every(isRow)) {
    throw new TypeError(
      `${
        path === "" ? "the JSON file" : `'${path}' of the JSON file`
      } is no list of objects; a table has one object for each row`,
    );
  }
  return tableOf(value.map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([, cell]) => cell === null || typeof cell !== "object"),
    )
  ));
}

function columns(opened: OpenedFile, params: ImportParams): Table {
  const { file } = opened;
  const names = params.array === undefined
    ? file.list().filter(({ shape }) => shape.length === 1).map(({ name }) => name)
    : namedArrays(opened, params.array);
  const cells = names.map((name) => {
    const texts = file.texts?.(name);
    if (texts !== undefined) return texts;
    const { shape, data } = file.read(name);
    if (shape.length === 1) return data;
    throw new TypeError(
      `the array '${name}' [${
        shape.join(", ")
      }] of ${opened.what} is no column; a table is made of arrays with one axis`,
    );
  });
  const length = cells[0]?.length ?? 0;
  const odd = cells.findIndex((column) => column.length !== length);
  if (names.length === 0 || odd >= 0) {
    throw new TypeError(
      names.length === 0
        ? `${opened.what} has no arrays with one axis, which could be columns`
        : `the array '${names[odd]}' has ${cells[odd].length} entries, but '${
          names[0]
        }' has ${length}; name those that belong together: array: [${names[0]}, …]`,
    );
  }
  return {
    columns: names.map((name, i) => ({
      name: name === "" ? "value" : name,
      type: cells[i] instanceof Float64Array ? "number" : "string",
    })),
    rows: Array.from(
      { length },
      (_, row) =>
        cells.map((column): Cell => {
          const cell = column[row];
          return typeof cell === "number" && Number.isNaN(cell) ? null : cell;
        }),
    ),
  };
}
