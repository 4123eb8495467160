// What ends one by one, told in bursts: all that ends in one go of a loop makes one message, and its time is shared out
// evenly, for nobody can tell which of them took it.

/** What ends together is told once the code that ended it gives way, or when the next ends so many ms later. */
const patienceMs = 10;

/**
 * Gathers what ends.
 *
 * @example
 * ```ts
 * import { Bursts } from "#lib/executors/bursts.ts";
 * import { assertEquals } from "@std/assert";
 * const told: unknown[] = [];
 * let now = 0;
 * const bursts = new Bursts<string>(() => now, (items, ms) => told.push([items, ms]));
 * now = 8;
 * for (const item of ["a", "b"]) bursts.add(item);
 * await Promise.resolve();
 * assertEquals(told, [[["a", "b"], 8]]);
 * ```
 */
export class Bursts<T> {
  readonly #now: () => number;
  readonly #tell: (items: readonly T[], ms: number) => void;
  #items: T[] = [];
  /** When the first of the items ended. */
  #since = 0;
  /** Until when time was shared out. */
  #told: number;

  /** @param tell takes what ended together and the milliseconds since the last time. */
  constructor(now: () => number, tell: (items: readonly T[], ms: number) => void) {
    this.#now = now;
    this.#tell = tell;
    this.#told = now();
  }

  /** Adds one that has ended. */
  add(item: T): void {
    const now = this.#now();
    if (this.#items.length > 0 && now - this.#since > patienceMs) this.flush();
    if (this.#items.length === 0) {
      this.#since = now;
      soon(() => this.flush());
    }
    this.#items.push(item);
  }

  /** Changes one that is not told yet. @returns whether it could be changed. */
  change(which: (item: T) => boolean, to: T): boolean {
    const at = this.#items.findIndex(which);
    if (at >= 0) this.#items[at] = to;
    return at >= 0;
  }

  /** Tells what waits. */
  flush(): void {
    if (this.#items.length === 0) return;
    const items = this.#items;
    this.#items = [];
    const ms = this.#since - this.#told;
    this.#told = this.#since;
    this.#tell(items, ms);
  }
}

// A task may replace it.
const soon = globalThis.queueMicrotask.bind(globalThis);
