// Cells of tables as text.

/**
 * A cell as text, numbers with four significant digits: the file beside the page has them all.
 *
 * @example
 * ```ts
 * import { cellText } from "#lib/report/cell_text.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([0.123456, 12, 1e-9, null].map(cellText), ["0.1235", "12", "1.00e-9", "n/a"]);
 * ```
 */
export function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "n/a";
  if (typeof cell !== "number" || Number.isInteger(cell)) return String(cell);
  const size = Math.abs(cell);
  return size >= 1e-3 && size < 1e5 ? String(Number(cell.toPrecision(4))) : cell.toExponential(2);
}
