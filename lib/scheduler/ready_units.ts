// What could start, and what may start next: the most urgent that the machine has room for. Somebody urgent who needs
// more than is free now holds it: the less urgent get only what does not make it wait longer.
// Units are kept apart by what they ask for, so that thousands that want the same are looked at once.

import type { Grant } from "../core/executor.ts";
import type { Pool, Request } from "./pool.ts";
import { ReadyQueue } from "./ready_queue.ts";

/** Something in a queue, which may be withdrawn. */
export interface Waiting<T> {
  readonly item: T;
  isGone: boolean;
}

/** What was taken. */
export interface Taken<T> {
  readonly item: T;
  readonly request: Request;
  readonly grant: Grant;
  /** Somebody more urgent who waits for more than is free. */
  readonly held?: Request;
}

/**
 * A queue of things that ask for something.
 *
 * @example
 * ```ts
 * import { ReadyUnits } from "#lib/scheduler/ready_units.ts";
 * import { Pool } from "#lib/scheduler/pool.ts";
 * import { assertEquals } from "@std/assert";
 * const ready = new ReadyUnits<string>();
 * ready.push(0, "big", { cpu: 2, slots: {} });
 * ready.push(1, "small", { cpu: 1, slots: {} });
 * const pool = new Pool({ places: 9, cpus: 3, slots: {} });
 * const other = pool.enter({ cpu: 2, slots: {} })!;
 * assertEquals(ready.take(pool), undefined); // what is free is held for the big one
 * pool.leave(other);
 * assertEquals(ready.take(pool)?.item, "big");
 * ```
 */
export class ReadyUnits<T> {
  readonly #kinds = new Map<
    string,
    { readonly request: Request; readonly queue: ReadyQueue<Waiting<T>> }
  >();
  #size = 0;

  /** How many are waiting. */
  get size(): number {
    return this.#size;
  }

  /** Adds one. */
  push(rank: number, item: T, request: Request): Waiting<T> {
    const name = nameOf(request);
    let kind = this.#kinds.get(name);
    if (kind === undefined) this.#kinds.set(name, kind = { request, queue: new ReadyQueue() });
    const waiting = { item, isGone: false };
    kind.queue.push(rank, waiting);
    this.#size++;
    return waiting;
  }

  /** Takes one out of turn. */
  withdraw(waiting: Waiting<T>): void {
    if (waiting.isGone) return;
    waiting.isGone = true;
    this.#size--;
  }

  /** Takes the most urgent one that there is room for, with what it was given. */
  take(pool: Pool): Taken<T> | undefined {
    if (this.#size === 0 || !pool.isOpen) return undefined;
    this.#forgetWithdrawn();
    const kinds = this.#kinds.size === 1
      ? this.#kinds.values()
      : [...this.#kinds.values()].sort((a, b) => a.queue.leastRank - b.queue.leastRank);
    let held: Request | undefined;
    for (const { request, queue } of kinds) {
      const grant = pool.enter(request, held);
      if (grant === undefined) {
        held ??= request;
        continue;
      }
      const waiting = queue.pop()!;
      this.withdraw(waiting);
      if (queue.size === 0) this.#kinds.delete(nameOf(request));
      return { item: waiting.item, request, grant, ...(held === undefined ? {} : { held }) };
    }
    return undefined;
  }

  /** Gives everything that waits a new rank. */
  rerank(rankOf: (item: T) => number): void {
    for (const { queue } of this.#kinds.values()) queue.rerank(({ item }) => rankOf(item));
  }

  #forgetWithdrawn(): void {
    for (const [name, { queue }] of this.#kinds) {
      while (queue.next?.isGone === true) queue.pop();
      if (queue.size === 0) this.#kinds.delete(name);
    }
  }
}

const names = new WeakMap<Request, string>();

/** Many members share one request, which has one name. */
function nameOf(request: Request): string {
  let name = names.get(request);
  if (name === undefined) {
    const { cpu, memory, slots, avoid } = request;
    name = `${cpu} ${memory} ${JSON.stringify(slots)} ${JSON.stringify(avoid)}`;
    names.set(request, name);
  }
  return name;
}
