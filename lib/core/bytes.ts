// Sizes as they are written: `512MB`, `8 GB`, `1.5GiB`.

const units: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/**
 * Bytes of a size such as `8GB` (8 · 10⁹) or `8GiB` (8 · 2³⁰); `undefined` if it is none. A plain number is none:
 * nobody knows what it counts.
 *
 * @example
 * ```ts
 * import { parseBytes } from "#lib/core/bytes.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["8GB", "1.5 GiB"].map(parseBytes), [8e9, 1610612736]);
 * assertEquals(["8", "-1GB", "much", "8 apples"].map(parseBytes), Array(4).fill(undefined));
 * ```
 */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?i?B)$/i.exec(text.trim());
  const unit = match === null ? undefined : units[match[2].toUpperCase()];
  const bytes = unit === undefined ? NaN : Math.round(Number(match![1]) * unit);
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
