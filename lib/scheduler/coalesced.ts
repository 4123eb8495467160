// One call for many: everyone who asks gets a run of the function that began after they asked, and shares it.

/**
 * Wraps an idempotent function so that calls that come while it runs share the next run.
 *
 * @example
 * ```ts
 * import { coalesced } from "#lib/scheduler/coalesced.ts";
 * import { assertEquals } from "@std/assert";
 * let runs = 0;
 * const refresh = coalesced(() => Promise.resolve(void runs++));
 * await Promise.all([refresh(), refresh(), refresh()]);
 * assertEquals(runs, 2);
 * ```
 */
export function coalesced(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  function start(): Promise<void> {
    const started = run().finally(() => {
      if (running === started) running = undefined;
    });
    return running = started;
  }
  return () => {
    if (running === undefined) return start();
    return next ??= running.catch(() => {}).then(() => {
      next = undefined;
      return start();
    });
  };
}
