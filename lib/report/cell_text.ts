// Cells of tables as text.

/**
 * A cell as text, numbers with four significant digits: the file beside the page has them all. Numbers that are whole or
 * short are as they are; where digits were left out, zeros at the end stay.
 *
 * @example
 * ```ts
 * import { cellText } from "#lib/report/cell_text.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([0.123456, 0.71999, 12, 0.5, null].map(cellText), ["0.1235", "0.7200", "12", "0.5", "n/a"]);
 * assertEquals([5e-4, 1.234e-9, 1234.56].map(cellText), ["0.0005", "1.23e-9", "1235"]);
 * ```
 */
export function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "n/a";
  if (typeof cell !== "number" || Number.isInteger(cell)) return String(cell);
  const whole = String(cell);
  if (whole.replace("-", "").length <= 6) return whole;
  const size = Math.abs(cell);
  if (!(size >= 1e-3 && size < 1e5)) return cell.toExponential(2);
  const text = size < 1e3 ? cell.toPrecision(4) : cell.toFixed(0);
  const short = Number(text);
  // What computing added behind the last digit is no digit that was left out.
  return Math.abs(short - cell) <= 1e-12 * size ? String(short) : text;
}
