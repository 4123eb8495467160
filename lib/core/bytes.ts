// Sizes as people write them: `512MB`, `8 GB`, `1.5GiB`.

const units: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/**
 * A number of bytes from a number, or from a text such as `8GB` (10⁹) or `8GiB` (2³⁰); `undefined` if it is neither.
 *
 * @example
 * ```ts
 * import { parseBytes } from "#lib/core/bytes.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([parseBytes("8GB"), parseBytes("1.5 GiB"), parseBytes(100)], [8e9, 1610612736, 100]);
 * assertEquals([parseBytes("lots"), parseBytes(-1), parseBytes("8 apples")], [undefined, undefined, undefined]);
 * ```
 */
export function parseBytes(value: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(String(value).trim());
  const unit = match === null ? undefined : units[match[2].toLowerCase()];
  const bytes = unit === undefined ? NaN : Math.round(Number(match![1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
