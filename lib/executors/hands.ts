// The workers of a pool: which there are, which are idle, and which fits a question best. One of them has the GPU, if any
// job asks for it: a process should open a device once, and jobs on it would only wait for each other. It serves no other
// jobs, so that these neither keep it from them nor wait for it, and counts beside the others.
// Leaves out what is asked (worker_pool.ts).

import type { Errand } from "./errand.ts";
import { type Hand, startHand } from "./hand.ts";
import type { Question } from "./protocol.ts";

/** What a question says of the worker that it wants. */
export type Wanted = Pick<Errand<Question["type"]>, "url" | "onGpu">;

/**
 * At most so many workers, and one for the GPU.
 *
 * @example
 * ```ts ignore
 * const hands = new Hands(4, hear, lose);
 * const hand = hands.take({ url });
 * ```
 */
export class Hands {
  readonly #slots: number;
  readonly #all = new Set<Hand>();
  readonly #idle: Hand[] = [];
  readonly #hear: Parameters<typeof startHand>[0];
  readonly #lose: Parameters<typeof startHand>[1];
  #onGpu: Hand | undefined;

  /** @param hear and lose as in {@link startHand}. */
  constructor(
    slots: number,
    hear: Parameters<typeof startHand>[0],
    lose: Parameters<typeof startHand>[1],
  ) {
    this.#slots = slots;
    this.#hear = hear;
    this.#lose = lose;
  }

  [Symbol.iterator](): Iterator<Hand> {
    return this.#all.values();
  }

  /** Whether a worker was not dropped. */
  has(hand: Hand): boolean {
    return this.#all.has(hand);
  }

  /** Whether a worker is about to have done short jobs of a bundle. */
  isNearlyFree(url: string): boolean {
    for (const hand of this.#all) {
      if (hand.shortSince !== undefined && hand.url === url) return true;
    }
    return false;
  }

  /** An idle worker that may serve a question, now busy: one with the bundle, else any, else a new one. */
  take(wanted: Wanted): Hand | undefined {
    const hand = wanted.onGpu === true ? this.#handOnGpu(wanted.url) : this.#handFor(wanted.url);
    if (hand !== undefined) remove(this.#idle, hand);
    return hand;
  }

  /** A worker is idle again. */
  free(hand: Hand): void {
    this.#idle.push(hand);
  }

  /** Ends a worker. @returns whether it was there. */
  drop(hand: Hand): boolean {
    if (!this.#all.delete(hand)) return false;
    hand.worker.terminate();
    remove(this.#idle, hand);
    if (hand === this.#onGpu) this.#onGpu = undefined;
    return true;
  }

  #handFor(url: string): Hand | undefined {
    const free = this.#idle.filter((hand) => hand !== this.#onGpu && mayServe(hand, url));
    const fit = free.findLast(({ loaded }) => loaded.has(url)) ?? free.at(-1);
    if (fit !== undefined) return fit;
    // Those left serve another bundle only: the one that was idle for longest makes room.
    const oldest = this.#idle.find((hand) => hand !== this.#onGpu);
    if (this.#numOthers() >= this.#slots && oldest !== undefined) this.drop(oldest);
    return this.#numOthers() < this.#slots ? this.#start() : undefined;
  }

  #handOnGpu(url: string): Hand | undefined {
    if (this.#onGpu === undefined) return this.#onGpu = this.#start();
    if (!this.#idle.includes(this.#onGpu)) return undefined;
    if (mayServe(this.#onGpu, url)) return this.#onGpu;
    this.drop(this.#onGpu);
    return this.#onGpu = this.#start();
  }

  #numOthers(): number {
    return this.#all.size - (this.#onGpu === undefined ? 0 : 1);
  }

  #start(): Hand {
    const hand = startHand(this.#hear, this.#lose);
    this.#all.add(hand);
    return hand;
  }
}

function mayServe({ bound }: Hand, url: string): boolean {
  return bound === undefined || bound === url;
}

/**
 * Takes something out of a list.
 *
 * @returns whether it was in it.
 *
 * @example
 * ```ts
 * import { remove } from "#lib/executors/hands.ts";
 * import { assertEquals } from "@std/assert";
 * const list = [1, 2];
 * assertEquals([remove(list, 1), remove(list, 1), list], [true, false, [2]]);
 * ```
 */
export function remove<T>(list: T[], item: T): boolean {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}
