// The real clock.

import type { Clock } from "../core/disk.ts";

/**
 * The clock of this machine.
 *
 * @example
 * ```ts
 * import { denoClock } from "#lib/world/deno_clock.ts";
 * import { assert } from "@std/assert";
 * const clock = denoClock();
 * assert(clock.monotonic() <= clock.monotonic());
 * ```
 */
export function denoClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(ms, callback) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  };
}
