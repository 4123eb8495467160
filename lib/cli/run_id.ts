// Ids of runs: sortable by time, and different even for runs started in the same second.

/**
 * An id such as `20261122T054512-3fa9c1`.
 *
 * @example
 * ```ts
 * import { runId } from "#lib/cli/run_id.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(runId(0, Uint8Array.of(1, 2, 255)), "19700101T000000-0102ff");
 * ```
 */
export function runId(now: number, random: Uint8Array): string {
  const time = new Date(now).toISOString().replace(/[-:]/g, "").slice(0, 15);
  const suffix = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${time}-${suffix}`;
}
