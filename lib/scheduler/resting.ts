// Who waits for the next attempt. Nothing of the machine is held meanwhile.

import type { Clock } from "../core/disk.ts";

/**
 * Things that wait for their time.
 *
 * @example
 * ```ts
 * import { Resting } from "#lib/scheduler/resting.ts";
 * import { realClock } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const resting = new Resting(realClock);
 * resting.add(1e6, () => {});
 * assertEquals(resting.size, 1);
 * resting.clear();
 * assertEquals(resting.size, 0);
 * ```
 */
export class Resting {
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many wait. */
  get size(): number {
    return this.#cancels.size;
  }

  /** Calls back after a while. */
  add(seconds: number, wake: () => void): void {
    const cancel = this.#clock.after(seconds * 1000, () => {
      this.#cancels.delete(cancel);
      wake();
    });
    this.#cancels.add(cancel);
  }

  /** Nobody is woken any more. */
  clear(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
