// A binary heap of things with integer ranks: the least rank comes out first.

/**
 * A priority queue; equal ranks come out in no particular order.
 *
 * @example
 * ```ts
 * import { ReadyQueue } from "#lib/scheduler/ready_queue.ts";
 * import { assertEquals } from "@std/assert";
 * const queue = new ReadyQueue<string>();
 * for (const [rank, name] of [[3, "c"], [1, "a"], [2, "b"]] as const) queue.push(rank, name);
 * assertEquals([queue.pop(), queue.pop(), queue.pop(), queue.pop()], ["a", "b", "c", undefined]);
 * ```
 */
export class ReadyQueue<T> {
  readonly #ranks: number[] = [];
  readonly #items: T[] = [];

  /** How many are waiting. */
  get size(): number {
    return this.#items.length;
  }

  /** The rank of the one that comes out next; `Infinity` if there is none. */
  get leastRank(): number {
    return this.#ranks[0] ?? Infinity;
  }

  /** The one that comes out next. */
  get next(): T | undefined {
    return this.#items[0];
  }

  /** Adds one. */
  push(rank: number, item: T): void {
    let i = this.#items.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#ranks[parent] <= rank) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#ranks[i] = rank;
    this.#items[i] = item;
  }

  /** Takes the one with the least rank. */
  pop(): T | undefined {
    const first = this.#items[0];
    const rank = this.#ranks.pop();
    const item = this.#items.pop();
    const size = this.#items.length;
    if (size === 0 || rank === undefined) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#ranks[child + 1] < this.#ranks[child]) child++;
      if (this.#ranks[child] >= rank) break;
      this.#move(child, i);
      i = child;
    }
    this.#ranks[i] = rank;
    this.#items[i] = item as T;
    return first;
  }

  /** Gives everything that waits a new rank. */
  rerank(rankOf: (item: T) => number): void {
    const items = this.#items.splice(0);
    this.#ranks.length = 0;
    for (const item of items) this.push(rankOf(item), item);
  }

  #move(from: number, to: number): void {
    this.#ranks[to] = this.#ranks[from];
    this.#items[to] = this.#items[from];
  }
}
