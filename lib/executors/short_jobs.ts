// Which bundles have short jobs, so that several of them may go to a worker in one message: waking a thread costs more
// than such a job. Leaves out the handing out (worker_pool.ts).

/** Jobs in one message, and the milliseconds they should take together. */
const maxJobs = 8;
const messageMs = 1;
/** A job counts as no longer than this, so that one slow job among many is soon forgotten. */
const longMs = 1;
const weight = 0.3;

/**
 * How long the jobs of each bundle took lately.
 *
 * @example
 * ```ts
 * import { ShortJobs } from "#lib/executors/short_jobs.ts";
 * import { assertEquals } from "@std/assert";
 * const jobs = new ShortJobs();
 * assertEquals(jobs.perMessage("a"), 1);
 * for (let i = 0; i < 9; i++) jobs.note("a", 5e-5);
 * assertEquals(jobs.perMessage("a"), 8);
 * jobs.note("a", 60);
 * assertEquals(jobs.perMessage("a"), 2);
 * jobs.forget("a");
 * assertEquals(jobs.perMessage("a"), 1);
 * ```
 */
export class ShortJobs {
  /** Mean milliseconds, the latest weighing most. */
  readonly #ms = new Map<string, number>();

  /** A job of a bundle took so many seconds. */
  note(url: string, seconds: number): void {
    const before = this.#ms.get(url) ?? longMs;
    this.#ms.set(url, before + weight * (Math.min(longMs, seconds * 1000) - before));
  }

  /** The bundle's jobs are short no longer, until several were again. */
  forget(url: string): void {
    this.#ms.delete(url);
  }

  /** How many jobs may go in one message: 1 if they are not known to be short. */
  perMessage(url: string): number {
    const ms = this.#ms.get(url) ?? longMs;
    return Math.max(1, Math.min(maxJobs, Math.floor(messageMs / ms)));
  }
}
