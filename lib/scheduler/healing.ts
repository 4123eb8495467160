// Members whose stored bytes were lost and that run again, and who waits for the bytes. Each is run again once in a
// run: bytes that stay lost end in a failure, never in a loop.

/** What follows for a unit that could not read a producer's bytes. */
export type Remedy =
  /** Run the producer again. */
  | "run-again"
  /** It is being run again already. */
  | "wait"
  /** It was run again since the unit began to read: read once more. */
  | "read-again"
  /** It was run again before, and that did not help. */
  | "give-up";

/**
 * The patients of one run.
 *
 * @example
 * ```ts
 * import { Healing } from "#lib/scheduler/healing.ts";
 * import { assertEquals } from "@std/assert";
 * const healing = new Healing();
 * const began = healing.moment();
 * assertEquals(healing.remedy(7, began), "run-again");
 * healing.wait(7, [8, 9]);
 * assertEquals(healing.remedy(7, began), "wait");
 * assertEquals(healing.end(7), [8, 9]);
 * assertEquals(healing.remedy(7, began), "read-again");
 * assertEquals(healing.remedy(7, healing.moment()), "give-up");
 * ```
 */
export class Healing {
  readonly #waiting = new Map<number, number[]>();
  readonly #healedAt = new Map<number, number>();
  #moment = 0;

  /** Now, on a clock that moves when a healing ends. */
  moment(): number {
    return this.#moment;
  }

  /** Whether anything was ever healed: then keys made before may be out of date. */
  get happened(): boolean {
    return this.#healedAt.size > 0 || this.#waiting.size > 0;
  }

  /** Whether a member is being run again. */
  has(producer: number): boolean {
    return this.#waiting.has(producer);
  }

  /** What to do about a producer whose bytes a unit that began at `began` did not get. */
  remedy(producer: number, began: number): Remedy {
    if (this.#waiting.has(producer)) return "wait";
    const healedAt = this.#healedAt.get(producer);
    if (healedAt === undefined) return "run-again";
    return healedAt > began ? "read-again" : "give-up";
  }

  /** Lets members wait for a producer; the first call says that it is being run again. */
  wait(producer: number, members: readonly number[]): void {
    const waiting = this.#waiting.get(producer) ?? [];
    waiting.push(...members);
    this.#waiting.set(producer, waiting);
  }

  /** The producer has landed, well or not. @returns who waited for it. */
  end(producer: number): readonly number[] {
    const waiting = this.#waiting.get(producer);
    if (waiting === undefined) return [];
    this.#waiting.delete(producer);
    this.#healedAt.set(producer, ++this.#moment);
    return waiting;
  }
}
