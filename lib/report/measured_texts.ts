// A number that was measured and its interval, with the digits that they are worth.

import { cellText } from "./cell_text.ts";

/**
 * A number and its interval, with three digits of the interval's width; "" and "–" where they are not known.
 *
 * @example
 * ```ts
 * import { measuredTexts } from "#lib/report/measured_texts.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(measuredTexts({ number: 0.42134, low: 0.30873, high: 0.5 }), ["0.421", "0.309 … 0.500"]);
 * assertEquals(measuredTexts({ number: 0.42134, low: null }), ["0.4213", "–"]);
 * ```
 */
export function measuredTexts(
  { number, low, high }: {
    readonly number?: unknown;
    readonly low?: unknown;
    readonly high?: unknown;
  },
): readonly [number: string, interval: string] {
  const isKnown = (cell: unknown): cell is number =>
    typeof cell === "number" && Number.isFinite(cell);
  const width = isKnown(low) && isKnown(high) ? Math.abs(high - low) : 0;
  const decimals = 2 - Math.floor(Math.log10(width));
  const text = (cell: unknown) =>
    isKnown(cell) && decimals >= 0 && decimals <= 6 ? cell.toFixed(decimals) : cellText(cell);
  return [
    isKnown(number) ? text(number) : "",
    isKnown(low) || isKnown(high) ? `${text(low)} … ${text(high)}` : "–",
  ];
}
