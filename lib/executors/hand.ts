// One worker as the pool sees it: what it was asked, and how it is started. Deno's `worker-options` (unstable) is used in
// this file alone. Leaves out what goes where (worker_pool.ts).

import type { Open } from "./errand.ts";
import type { Reply } from "./protocol.ts";

/** A worker without permissions. */
export interface Hand {
  readonly worker: Worker;
  readonly loaded: Set<string>;
  /** The only bundle it may still serve, after that added to built-in objects. */
  bound: string | undefined;
  /** The bundle that it was asked about last. */
  url: string | undefined;
  /** The bundle that it answered for last. */
  served: string | undefined;
  /** Of the first question of its message; the others follow. */
  firstId: number;
  /** Whether its message has several questions. */
  isShared: boolean;
  /** Shared with the worker: how many questions of a message were begun, or −1 once others are taken back. */
  readonly begun: Int32Array<SharedArrayBuffer>;
  /** When it was given a message of short jobs, which should soon be answered. */
  shortSince: number | undefined;
  /** What is not answered yet, by id, in order. */
  readonly work: Map<number, Open>;
}

/**
 * Starts a worker.
 *
 * @param hear takes what it says.
 * @param lose is told why it can be used no longer.
 *
 * @example
 * ```ts ignore
 * const hand = startHand((hand, reply) => console.log(reply), (hand, message) => hand.worker.terminate());
 * ```
 */
export function startHand(
  hear: (hand: Hand, reply: Reply) => void,
  lose: (hand: Hand, message: string) => void,
): Hand {
  const worker = new Worker(new URL("./worker_entry.ts", import.meta.url), {
    type: "module",
    name: "basin",
    deno: { permissions: "none" },
  });
  const hand: Hand = {
    worker,
    loaded: new Set(),
    bound: undefined,
    url: undefined,
    served: undefined,
    firstId: 0,
    isShared: false,
    begun: new Int32Array(new SharedArrayBuffer(4)),
    shortSince: undefined,
    work: new Map(),
  };
  worker.addEventListener("message", (event) => hear(hand, event.data as Reply));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    lose(hand, `the worker crashed: ${event.message}`);
  });
  worker.addEventListener("messageerror", () => {
    lose(hand, "the worker's answer could not be read");
  });
  return hand;
}

/**
 * Leaves a worker with nothing but the question that it is at. To be done once for a message.
 *
 * @returns the other questions.
 *
 * @example
 * ```ts ignore
 * const others = takeBack(hand);
 * ```
 */
export function takeBack(hand: Hand): readonly Open[] {
  const begun = Atomics.exchange(hand.begun, 0, -1);
  const others = [...hand.work].filter(([id]) => id !== hand.firstId + begun - 1);
  for (const [id] of others) hand.work.delete(id);
  return others.map(([, work]) => work);
}
