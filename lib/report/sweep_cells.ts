// Entries of the table of members: as they are shown, sorted and copied.

import { cellText } from "./cell_text.ts";
import { oneLine, shortSeconds } from "./format.ts";

/** An entry of the table; `null` is missing. */
export type SweepCell = string | number | boolean | null;

/** A column. */
export interface SweepColumn {
  /** Told apart from the others by it. */
  readonly key: string;
  readonly title: string;
  readonly kind: "text" | "member" | "number" | "seconds" | "status" | "note";
  /** The entry of a row. */
  cell(row: number): SweepCell;
}

/**
 * An entry as it is shown.
 *
 * @example
 * ```ts
 * import { sweepText } from "#lib/report/sweep_cells.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(sweepText(0.25, "seconds"), "250 ms");
 * assertEquals(sweepText(null, "number"), "");
 * ```
 */
export function sweepText(cell: SweepCell, kind: SweepColumn["kind"]): string {
  if (cell === null) return "";
  if (kind === "seconds") return shortSeconds(cell as number);
  return oneLine(cellText(cell));
}

/**
 * The class of an entry, or of a heading if there is no text.
 *
 * @example
 * ```ts
 * import { sweepClass } from "#lib/report/sweep_cells.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(sweepClass("status", "ran"), "state-word ran");
 * assertEquals(sweepClass("text", "wasm-f32"), "short");
 * ```
 */
export function sweepClass(kind: SweepColumn["kind"], text = ""): string {
  if (kind === "number" || kind === "seconds") return "number";
  if (kind === "status") return text === "" ? "" : `state-word ${text}`;
  if (kind === "note" || kind === "member") return kind;
  return text !== "" && text.length <= 30 ? "short" : "";
}

/**
 * Rows by the entries of a column: numbers by size, before texts; what is missing last, whichever way. Equal ones keep
 * their order.
 *
 * @example
 * ```ts
 * import { sortedRows } from "#lib/report/sweep_cells.ts";
 * import { assertEquals } from "@std/assert";
 * const cells = ["x", 2, null, 1];
 * const column = { key: "a", title: "a", kind: "text", cell: (row: number) => cells[row] } as const;
 * assertEquals([...sortedRows(Uint32Array.of(0, 1, 2, 3), column, false)], [3, 1, 0, 2]);
 * ```
 */
export function sortedRows(
  rows: Uint32Array,
  { cell }: SweepColumn,
  descending: boolean,
): Uint32Array {
  const cells = Array.from(rows, (row) => cell(row));
  const order = Uint32Array.from(rows, (_, i) => i);
  const sign = descending ? -1 : 1;
  order.sort((a, b) => {
    const [x, y] = [cells[a], cells[b]];
    if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;
    return sign * compareCells(x, y) || a - b;
  });
  return order.map((i) => rows[i]);
}

/**
 * Orders two entries: numbers by size, before texts, which are by the alphabet with numbers in them by size.
 *
 * @example
 * ```ts
 * import { compareCells } from "#lib/report/sweep_cells.ts";
 * import { assert } from "@std/assert";
 * assert(compareCells(10, 9) > 0 && compareCells(10, "9") < 0 && compareCells("r10", "r5") > 0);
 * ```
 */
export function compareCells(a: SweepCell, b: SweepCell): number {
  const isNumber = typeof a === "number";
  if (isNumber !== (typeof b === "number")) return isNumber ? -1 : 1;
  if (isNumber) return a - (b as number);
  return (collator ??= new Intl.Collator("en", { numeric: true })).compare(String(a), String(b));
}

let collator: Intl.Collator | undefined;

/**
 * A text as an entry of a TSV, which no spreadsheet takes for a formula.
 *
 * @example
 * ```ts
 * import { tsvText } from "#lib/report/sweep_cells.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["a\tb", "=1+1", "-0.5"].map(tsvText), ["a b", "'=1+1", "-0.5"]);
 * ```
 */
export function tsvText(text: string): string {
  const line = oneLine(text);
  return /^[=+@]/.test(line) || (line.startsWith("-") && Number.isNaN(Number(line)))
    ? `'${line}`
    : line;
}
