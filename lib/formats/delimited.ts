// Text tables of other programs, separated by commas or tabs: cells with quotes, a header or none, comment lines of
// numpy.savetxt, missing cells. Semicolons and decimal commas are refused in words: which is meant cannot be known.

import {
  type ArrayFile,
  countEntries,
  type ListedArray,
  type NumericArray,
} from "./numeric_array.ts";

/** A table of texts, with the names of its columns. */
export interface DelimitedFile extends ArrayFile {
  /** Names of the columns; `undefined` if the first row holds numbers already. */
  readonly header: readonly string[] | undefined;
  /** Rows below the header. */
  readonly rows: readonly (readonly string[])[];
  /** Number of the line that a row stands in, for messages. */
  readonly lineOf: (row: number) => number;
  /** Entries of some columns as numbers, rows × columns; missing ones are NaN. */
  numbers(columns: readonly number[]): Float64Array;
}

const missing = new Set(["", "n/a", "na", "nan", "null", "none", "-", "."]);

/**
 * Opens a table. As an array it is the matrix of all its numbers.
 *
 * @param separator as the format says; found in the first line if not given.
 * @throws {TypeError} if rows differ in length, quotes are left open, or it looks separated by semicolons.
 *
 * @example
 * ```ts
 * import { openDelimited } from "#lib/formats/delimited.ts";
 * import { assertEquals } from "@std/assert";
 * const file = openDelimited(new TextEncoder().encode('time,"a, b"\n0,1.5\n1,\n'));
 * assertEquals(file.header, ["time", "a, b"]);
 * assertEquals([...file.numbers([1])], [1.5, NaN]);
 * ```
 */
export function openDelimited(bytes: Uint8Array, separator?: "," | "\t"): DelimitedFile {
  const text = new TextDecoder().decode(bytes); // without a byte order mark
  const first = firstLine(text);
  const found = separator ?? (first.includes("\t") ? "\t" : ",");
  const format = found === "\t" ? "tsv" : "csv";
  const what = `the .${format} file`;
  const lines = splitRows(text, found, what);
  if (lines.length === 0) throw new TypeError(`${what} is empty`);
  const width = lines[0].cells.length;
  requireSeparator(first, width, found, what);
  const header = lines[0].cells.every(isNumeric) ? undefined : lines[0].cells.map((c) => c.trim());
  const body = header === undefined ? lines : lines.slice(1);
  for (const { cells, line } of body) {
    if (cells.length === width) continue;
    throw new TypeError(
      `line ${line} of ${what} has ${cells.length} entries instead of ${width}` +
        (cells.some((cell) => cell.includes(";")) ? "; semicolons do not separate entries" : ""),
    );
  }
  const rows = body.map(({ cells }) => cells);
  const numbers = (columns: readonly number[]): Float64Array => {
    const out = new Float64Array(countEntries([rows.length, columns.length], what));
    let at = 0;
    rows.forEach((cells, row) => {
      for (const column of columns) {
        out[at++] = numberOf(cells[column], () => {
          const name = header?.[column] ?? `${column + 1}`;
          return `line ${body[row].line}, column '${name}' of ${what}`;
        });
      }
    });
    return out;
  };
  const listed: readonly ListedArray[] = [
    { name: "", shape: [rows.length, width], type: "numbers" },
  ];
  return {
    format,
    header,
    rows,
    lineOf: (row) => body[row].line,
    numbers,
    list: () => listed,
    read(name): NumericArray {
      if (name !== "") {
        throw new TypeError(`${what} is one table without a name; leave out array: ${name}`);
      }
      const all = Array.from({ length: width }, (_, i) => i);
      return { shape: [rows.length, width], data: numbers(all) };
    },
  };
}

/**
 * Whether a cell stands for a missing entry: nothing, n/a, NA, NaN, null, none, `-` or `.`.
 *
 * @example
 * ```ts
 * import { isMissingCell } from "#lib/formats/delimited.ts";
 * import { assert } from "@std/assert";
 * assert(isMissingCell(" NA ") && !isMissingCell("0"));
 * ```
 */
export function isMissingCell(cell: string): boolean {
  return missing.has(cell.trim().toLowerCase());
}

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const infinite = /^([+-]?)inf(?:inity)?$/i;

function isNumeric(cell: string): boolean {
  const trimmed = cell.trim();
  return number.test(trimmed) || infinite.test(trimmed) || isMissingCell(trimmed);
}

function numberOf(cell: string, where: () => string): number {
  const trimmed = cell.trim();
  if (number.test(trimmed)) return Number(trimmed);
  if (isMissingCell(trimmed)) return NaN;
  const [, sign] = infinite.exec(trimmed) ?? [];
  if (sign !== undefined) return sign === "-" ? -Infinity : Infinity;
  const comma = /^[+-]?\d+,\d+(?:e[+-]?\d+)?$/i.test(trimmed);
  throw new TypeError(
    `${where()}: ${JSON.stringify(cell.slice(0, 40))} is no number` +
      (comma ? "; Basin reads decimal points, not commas" : ""),
  );
}

/** The first line that is no comment. */
function firstLine(text: string): string {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end < 0 ? undefined : end).replace(/\r$/, "");
    if (line.trim() !== "" && !line.startsWith("#")) return line;
    if (end < 0) break;
    at = end + 1;
  }
  return "";
}

function requireSeparator(first: string, width: number, separator: string, what: string): void {
  if (first.includes(";") && !/"[^"]*;[^"]*"/.test(first) && (width === 1 || separator === ",")) {
    throw new TypeError(
      `${what} looks separated by semicolons, perhaps with decimal commas; ` +
        "save it separated by commas or tabs, with decimal points",
    );
  }
  if (width === 1 && separator === "," && /^\s*[-+\d.eE]+(?:\s+[-+\d.eE]+)+\s*$/.test(first)) {
    throw new TypeError(
      `${what} looks separated by blanks; save it separated by commas or tabs (numpy.savetxt(…, delimiter=","))`,
    );
  }
}

interface Row {
  readonly cells: string[];
  readonly line: number;
}

/** Rows of cells as RFC 4180 has them; empty lines and lines that start with `#` are left out. */
function splitRows(text: string, separator: string, what: string): Row[] {
  const rows: Row[] = [];
  let line = 1;
  for (let at = 0; at < text.length;) {
    const started = line;
    if (text[at] === "#" || text[at] === "\n" || text[at] === "\r") {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end + 1;
      line++;
      continue;
    }
    const cells: string[] = [];
    for (;;) {
      if (text[at] === '"') {
        let cell = "";
        let from = at + 1;
        for (;;) {
          const quote = text.indexOf('"', from);
          if (quote < 0) {
            throw new TypeError(`line ${started} of ${what} opens a quote that is never closed`);
          }
          cell += text.slice(from, quote);
          if (text[quote + 1] !== '"') {
            at = quote + 1;
            break;
          }
          cell += '"';
          from = quote + 2;
        }
        for (const letter of cell) if (letter === "\n") line++;
        cells.push(cell);
      } else {
        const from = at;
        while (at < text.length && text[at] !== separator && text[at] !== "\n") at++;
        cells.push(text.slice(from, text[at - 1] === "\r" && text[at] !== separator ? at - 1 : at));
      }
      if (text[at] === "\r") at++;
      if (text[at] === separator) {
        at++;
        continue;
      }
      if (at < text.length && text[at] !== "\n") {
        throw new TypeError(
          `line ${started} of ${what} goes on after a closing quote; double quotes inside an entry`,
        );
      }
      at++;
      line++;
      break;
    }
    if (cells.length > 1 || cells[0].trim() !== "") rows.push({ cells, line: started });
  }
  return rows;
}
