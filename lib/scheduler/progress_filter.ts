// Progress on its way to the events: never backwards, and not more often than anyone can read.

const everyMs = 100;

/** One step of progress. */
export interface Progress {
  readonly fraction: number;
  readonly note?: string;
}

/**
 * Lets progress through at most every 100 ms for each stage.
 *
 * @example
 * ```ts
 * import { progressFilter } from "#lib/scheduler/progress_filter.ts";
 * import { assertEquals } from "@std/assert";
 * let now = 0;
 * const filter = progressFilter(() => now);
 * assertEquals(filter("a", 0.5), { fraction: 0.5 });
 * assertEquals(filter("a", 0.6), undefined);
 * now = 100;
 * assertEquals(filter("a", 0.2, "back?"), { fraction: 0.5, note: "back?" });
 * ```
 */
export function progressFilter(
  monotonic: () => number,
): (stage: string, fraction: number, note?: string) => Progress | undefined {
  const told = new Map<string, { readonly at: number; readonly fraction: number }>();
  return (stage, fraction, note) => {
    const last = told.get(stage);
    const at = monotonic();
    if (last !== undefined && at - last.at < everyMs) return undefined;
    const shown = Math.max(last?.fraction ?? 0, Math.min(1, fraction));
    told.set(stage, { at, fraction: shown });
    return { fraction: shown, ...(note === undefined ? {} : { note }) };
  };
}
