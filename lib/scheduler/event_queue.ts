// Events on their way from the scheduler to whoever watches: pushed without waiting, taken in batches; the scheduler
// asks `ready` before it starts more work, so a slow reader slows the run instead of filling memory.

/**
 * A queue with one reader.
 *
 * @example
 * ```ts
 * import { EventQueue } from "#lib/scheduler/event_queue.ts";
 * import { assertEquals } from "@std/assert";
 * const queue = new EventQueue<number>();
 * queue.push(1);
 * queue.push(2);
 * queue.close();
 * assertEquals([await queue.next(), await queue.next()], [[1, 2], undefined]);
 * ```
 */
export class EventQueue<T> {
  #items: T[] = [];
  #closed = false;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;
  readonly #limit: number;

  /** @param limit how many events may wait before {@link EventQueue.ready} asks for patience. */
  constructor(limit = 4096) {
    this.#limit = limit;
  }

  /** Adds an event. */
  push(item: T): void {
    this.#items.push(item);
    this.#wakeReader?.();
  }

  /** Nothing more will come. */
  close(): void {
    this.#closed = true;
    this.#wakeReader?.();
  }

  /** `undefined` if more may be pushed now, else a promise for that. */
  ready(): Promise<void> | undefined {
    if (this.#items.length < this.#limit) return undefined;
    return new Promise((resolve) => this.#wakeWriter = resolve);
  }

  /** What has come since the last call, at least one; `undefined` at the end. */
  async next(): Promise<readonly T[] | undefined> {
    if (this.#items.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => this.#wakeReader = resolve);
      this.#wakeReader = undefined;
    }
    const items = this.#items;
    this.#items = [];
    this.#wakeWriter?.();
    this.#wakeWriter = undefined;
    return items.length > 0 ? items : undefined;
  }
}
