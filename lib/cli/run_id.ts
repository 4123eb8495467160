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

const form = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-[0-9a-f]{6}$/;

/**
 * Whether a text is an id as {@link runId} makes them; then it is also safe as the name of a folder.
 *
 * @example
 * ```ts
 * import { isRunId } from "#lib/cli/run_id.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["20261122T054512-3fa9c1", "latest", "../x"].map(isRunId), [true, false, false]);
 * ```
 */
export function isRunId(text: string): boolean {
  return form.test(text);
}

/**
 * When a run was started, as its id says it, to the second; empty for other texts.
 *
 * @example
 * ```ts
 * import { startOfRun } from "#lib/cli/run_id.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(startOfRun("20261122T054512-3fa9c1"), "2026-11-22T05:45:12Z");
 * ```
 */
export function startOfRun(run: string): string {
  const [, year, month, day, hour, minute, second] = form.exec(run) ?? [];
  return year === undefined ? "" : `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}
