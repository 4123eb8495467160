// The real clock.

import type { Clock } from "../core/disk.ts";

/** Timers run out at once if they are given more. */
const maxTimerMs = 2 ** 31 - 1;

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
      let timer: ReturnType<typeof setTimeout>;
      // A batch may take a month if each of its members may take a day.
      const wait = (left: number) => {
        timer = left > maxTimerMs
          ? setTimeout(() => wait(left - maxTimerMs), maxTimerMs)
          : setTimeout(callback, left);
      };
      wait(ms);
      return () => clearTimeout(timer);
    },
  };
}
