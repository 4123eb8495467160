// Durations as they are written: seconds, or a number with a unit such as 90s, 10m, 2h, 1d.

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };

/**
 * Seconds of a duration; undefined if it is none. Infinite and negative ones are none.
 *
 * @example
 * ```ts
 * import { secondsOf } from "#lib/workflow/duration.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([secondsOf(90), secondsOf("1.5m"), secondsOf("soon")], [90, 90, undefined]);
 * ```
 */
export function secondsOf(value: unknown): number | undefined {
  if (typeof value === "number") {
    return value >= 0 && Number.isFinite(value) ? value : undefined;
  }
  const match = /^(\d+(?:\.\d+)?)\s*(ms|[smhd])$/.exec(String(value));
  return match === null ? undefined : Number(match[1]) * unitSeconds[match[2]];
}
