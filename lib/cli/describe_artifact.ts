// An artifact for people: its kind, the shape of its arrays, the head of its table.

import { dim } from "@std/fmt/colors";
import { type Files, readJson } from "../core/artifact.ts";
import { table as tableType } from "../core/artifacts/table.ts";
import type { StoredArtifact } from "../core/manifest.ts";
import { decodeNpy, type NpyArray } from "../core/npy.ts";
import type { Cell, Table } from "../core/table.ts";
import { describeShape } from "../core/tensor.ts";
import { fit, formatBytes, printable } from "../report/format.ts";
import { wrap } from "./wrap.ts";

/** How much of an artifact is shown. */
export interface Shown {
  /** Of the terminal. */
  readonly columns: number;
  /** Of tables and arrays. */
  readonly rows: number;
  /** Significant digits of numbers; 4 if not given. */
  readonly digits?: number;
  /** Whether the numbers of arrays are shown, too. */
  readonly values?: boolean;
}

/** Text of one output, indented by two. */
export function describeArtifact(
  name: string,
  artifact: StoredArtifact,
  files: Files,
  size: Shown,
): string {
  const bytes = Object.values(artifact.files).reduce((sum, file) => sum + file.size, 0);
  const head = `  ${name}: ${artifact.kind}, ${formatBytes(bytes)}  ${
    dim(artifact.digest.slice(0, 19))
  }\n`;
  if (artifact.kind === "table") {
    const decoded = tableType.decode(files);
    return head + (size.values ? recordsText(decoded, size) : tableText(decoded, size));
  }
  return head +
    Object.keys(files).map((file) =>
      `    ${describeFile(files, file, size)}\n` +
      (size.values && file.endsWith(".npy") ? valuesText(decodeNpy(files[file]), size) : "")
    ).join("");
}

/** The first rows of an array, the last axis across. */
function valuesText({ shape, data }: NpyArray, { columns, rows, digits = 4 }: Shown): string {
  const across = shape.at(-1) ?? 1;
  const numRows = across === 0 ? 0 : data.length / across;
  const lines = Array.from({ length: Math.min(rows, numRows) }, (_, row) =>
    wrap(
      Array.from(
        data.subarray(row * across, (row + 1) * across),
        (value) => cellText(value, digits),
      ).join(" "),
      columns - 6,
    ).map((line) => `      ${line}\n`).join(""));
  const rest = numRows - lines.length;
  return lines.join("") + (rest > 0 ? dim(`      ${moreRows(numRows, lines.length)}\n`) : "");
}

function describeFile(files: Files, file: string, { columns, values }: Shown): string {
  if (file.endsWith(".npy")) {
    const { dtype, shape } = decodeNpy(files[file]);
    const sidecar = readJson(files, file.replace(/npy$/, "json")) as { dims?: string[] };
    return `${file}  ${dtype}  ${describeShape(sidecar.dims ?? [], shape)}`;
  }
  if (
    file.endsWith(".json") && !(file.replace(/json$/, "npy") in files) &&
    (values || files[file].length < 4000)
  ) {
    const content = printable(JSON.stringify(readJson(files, file)));
    return values ? `${file}  ${content}` : fit(`${file}  ${content}`, columns - 5);
  }
  return `${file}  ${formatBytes(files[file].length)}`;
}

/**
 * The head of a table in aligned columns; columns that do not fit the width are named below. A verdict comes right after
 * what names the row.
 *
 * @example
 * ```ts
 * import { tableText } from "#lib/cli/describe_artifact.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertStringIncludes } from "@std/assert";
 * assertStringIncludes(tableText(tableOf([{ a: 1.23456789 }]), { columns: 80, rows: 5 }), "1.235");
 * ```
 */
export function tableText(
  table: Table,
  { columns, rows, digits = 4 }: Omit<Shown, "values">,
): string {
  const shown = table.rows.slice(0, rows);
  const order = readingOrder(table);
  const texts = order.map((i) => {
    const column = table.columns[i];
    const cells = [column.name, ...shown.map((row) => cellText(row[i], digits))].map((text) =>
      fit(printable(text), 36)
    );
    const width = Math.max(...cells.map((text) => [...text].length));
    return cells.map((text) =>
      column.type === "number" ? text.padStart(width) : text.padEnd(width)
    );
  });
  let used = 4;
  let fitting = 0;
  while (fitting < texts.length && used + texts[fitting][0].length + 2 <= columns) {
    used += texts[fitting++][0].length + 2;
  }
  fitting = Math.max(1, fitting);
  const lines = Array.from(
    { length: shown.length + 1 },
    (_, row) => `    ${texts.slice(0, fitting).map((cells) => cells[row]).join("  ")}`.trimEnd(),
  );
  lines[0] = dim(lines[0]);
  if (table.rows.length > rows) lines.push(dim(`    ${moreRows(table.rows.length, rows)}`));
  const hidden = order.slice(fitting).map((i) => table.columns[i].name);
  if (hidden.length > 0) {
    const text = `not shown (--values shows all): ${hidden.join(", ")}`;
    lines.push(...wrap(text, columns - 4).map((line) => dim(`    ${line}`)));
  }
  return lines.join("\n") + "\n";
}

/** Positions of the columns as they are read: a verdict behind the texts that the table begins with. */
function readingOrder({ columns }: Table): number[] {
  const order = [...columns.keys()];
  const verdict = columns.findIndex(({ name }) => name === "verdict");
  const names = columns.findIndex(({ type }) => type === "number");
  if (verdict < 0 || names < 0 || verdict < names) return order;
  order.splice(verdict, 1);
  order.splice(names, 0, verdict);
  return order;
}

function moreRows(all: number, shown: number): string {
  return `… ${all - shown} more rows (--rows ${all} shows all)`;
}

/** A line for each cell, so that every column has room. */
function recordsText({ columns, rows }: Table, { rows: numShown, digits = 4 }: Shown): string {
  const width = Math.max(...columns.map(({ name }) => [...name].length));
  const records = rows.slice(0, numShown).map((row) =>
    columns.map(({ name }, i) =>
      `    ${printable(name).padEnd(width)}  ${printable(cellText(row[i], digits))}\n`
    ).join("")
  );
  const rest = rows.length - records.length;
  return records.join("\n") +
    (rest > 0 ? dim(`    ${moreRows(rows.length, records.length)}\n`) : "");
}

function cellText(cell: Cell, digits: number): string {
  if (cell === null) return "n/a";
  return typeof cell === "number" && !Number.isInteger(cell)
    ? String(Number(cell.toPrecision(digits)))
    : String(cell);
}
