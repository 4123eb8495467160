// Processor time per job. Asking the system costs more than many a job takes, so that short jobs are not measured: a job
// that computes on one thread and is over within a millisecond has used no more than that.

/** A job that took no longer counts as busy all the time, in seconds. */
const shortSeconds = 1e-3;
/** So many short jobs may pass unmeasured; what they used may count for a longer one that follows. */
const maxUnmeasured = 32;

/**
 * Tells how much processor time each of many jobs took, one after the other.
 *
 * @example
 * ```ts
 * import { CpuMeter } from "#lib/executors/cpu_meter.ts";
 * import { assertEquals } from "@std/assert";
 * let used = 5;
 * const meter = new CpuMeter(() => used);
 * meter.start();
 * used += 2;
 * assertEquals([meter.end(3), meter.end(1e-4)], [2, 1e-4]);
 * ```
 */
export class CpuMeter {
  readonly #read: () => number;
  #last = 0;
  /** Jobs since `#last` was read. */
  #numSince = Infinity;

  /** @param read processor time of this thread, in seconds. */
  constructor(read: () => number) {
    this.#read = read;
  }

  /** A job begins. */
  start(): void {
    if (this.#numSince <= maxUnmeasured) return;
    this.#last = this.#read();
    this.#numSince = 0;
  }

  /** A job has ended. @param seconds how long it took. @returns processor time in seconds. */
  end(seconds: number): number {
    if (seconds < shortSeconds) {
      this.#numSince++;
      return seconds;
    }
    // What follows a long job is likely to be long, and is measured from its start.
    this.#numSince = Infinity;
    return Math.min(seconds, this.#read() - this.#last);
  }
}
