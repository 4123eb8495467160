// Tables of other programs: a TSV without a sidecar, whose types are inferred from what its columns hold.

import { type Column, splitTsv, type Table } from "./table.ts";
import type { Cell, TsvEntry } from "./table.ts";

/**
 * Reads a TSV with a header row. A column is numbers if all its entries are (`inf`, `-inf`, `nan` included; whole
 * numbers that a double cannot hold exactly are not, since they are names), truth values if all are `true` or `false` (`True` and `False` of Python too), else texts. Entries that are missing
 * (`n/a`, or nothing) have no part in that; in quotes they are texts.
 *
 * @throws {TypeError} if there is no header, a name stands in it twice, or a row has the wrong number of entries.
 *
 * @example
 * ```ts
 * import { inferTable } from "#lib/core/infer_table.ts";
 * import { assertEquals } from "@std/assert";
 * const { columns, rows } = inferTable("step\tdone\n1\tTrue\nn/a\tFalse\n");
 * assertEquals(columns.map(({ type }) => type), ["number", "boolean"]);
 * assertEquals(rows, [[1, true], [null, false]]);
 * ```
 */
export function inferTable(text: string): Table {
  const [header, ...lines] = splitTsv(text.replaceAll("\r\n", "\n"));
  const names = header?.map(({ value }) => value) ?? [];
  if (names.length === 0 || names.includes("")) {
    throw new TypeError("the table has no header; its first row must name every column");
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new TypeError(`the table has two columns called '${twice}'`);
  lines.forEach((line, at) => {
    if (line.length !== names.length) {
      throw new TypeError(
        `row ${
          at + 1
        } of the table has ${line.length} entries instead of ${names.length}; are they separated by tabs?`,
      );
    }
  });
  const columns = names.map((name, i): Column => ({ name, type: typeOf(lines, i) }));
  return {
    columns,
    rows: lines.map((line) => line.map((entry, i) => cellOf(entry, columns[i].type))),
  };
}

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const named: Readonly<Record<string, number>> = { "inf": Infinity, "-inf": -Infinity, "nan": NaN };
const truths: Readonly<Record<string, boolean>> = {
  true: true,
  True: true,
  false: false,
  False: false,
};

function isMissing({ value, quoted }: TsvEntry): boolean {
  return !quoted && (value === "n/a" || value === "");
}

function typeOf(lines: readonly TsvEntry[][], column: number): Column["type"] {
  const entries = lines.map((line) => line[column]).filter((entry) => !isMissing(entry));
  const all = (test: (value: string) => boolean) =>
    entries.length > 0 && entries.every(({ value, quoted }) => !quoted && test(value));
  if (all(isNumber)) return "number";
  return all((value) => Object.hasOwn(truths, value)) ? "boolean" : "string";
}

function isNumber(value: string): boolean {
  if (/^[+-]?\d+$/.test(value)) return Number.isSafeInteger(Number(value));
  return number.test(value) || Object.hasOwn(named, value.toLowerCase());
}

function cellOf(entry: TsvEntry, type: Column["type"]): Cell {
  if (isMissing(entry)) return null;
  if (type === "boolean") return truths[entry.value];
  if (type === "number") return named[entry.value.toLowerCase()] ?? Number(entry.value);
  return entry.value;
}
