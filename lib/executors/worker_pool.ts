// A pool of warm workers without permissions: started when first needed, kept between jobs, replaced when they are
// stopped, crash or are spoiled. It moves questions and answers and knows nothing of tasks.
// Deno's `worker-options` (unstable) is used in this file alone.
//
// Memory: arrays that cannot be had end in a RangeError, which is the job's failure. A JavaScript heap that is full
// ends the whole process, because Deno cannot limit the heap of a worker with permissions of its own (node workers have
// limits but share permissions); the store stays whole, and the next run goes on from there.

import type { StageFailure } from "../core/executor.ts";
import { err, type Result } from "../core/result.ts";
import type { Answers, Question, Reply, Request } from "./protocol.ts";

/** A question on its way. */
export interface Errand<K extends Question["type"]> {
  /** The bundle that is asked: workers that have loaded it come first. */
  readonly url: string;
  /** Makes the question once a worker is free, so that bytes are copied no earlier. */
  readonly ask: () => {
    readonly question: Extract<Question, { type: K }>;
    /** Buffers that are given away. */
    readonly transfer: readonly Transferable[];
  };
  readonly signal: AbortSignal;
  readonly progress?: (fraction: number, note?: string) => void;
  /** Takes what is printed meanwhile: lines of UTF-8. */
  readonly log?: (bytes: Uint8Array) => void;
}

interface Waiting {
  readonly errand: Errand<Question["type"]>;
  readonly settle: (answer: Result<never, StageFailure>) => void;
}

interface Hand {
  readonly worker: Worker;
  readonly loaded: Set<string>;
  /** The only bundle it may still serve, after that added to built-in objects. */
  bound: string | undefined;
  id: number;
  work: Waiting | undefined;
}

/**
 * At most `slots` workers, each with one question at a time.
 *
 * @example
 * ```ts ignore
 * await using pool = new WorkerPool(4);
 * const ask = () => ({ question: { type: "describe", url } as const, transfer: [] });
 * const answer = await pool.ask<"describe">({ url, ask, signal });
 * ```
 */
export class WorkerPool implements AsyncDisposable {
  readonly slots: number;
  readonly #hands = new Set<Hand>();
  readonly #idle: Hand[] = [];
  readonly #waiting: Waiting[] = [];
  #disposed = false;

  constructor(slots: number) {
    this.slots = slots;
  }

  /** Asks the next free worker. Never rejects: whatever goes wrong is a failure. */
  ask<K extends Question["type"]>(
    errand: Errand<K>,
  ): Promise<Result<Answers[K], StageFailure>> {
    const { signal } = errand;
    return new Promise((resolve) => {
      if (signal.aborted || this.#disposed) return resolve(err(cancelled(signal)));
      const stop = () => this.#stop(work, cancelled(signal));
      const work: Waiting = {
        errand: errand as never,
        settle: (answer) => {
          signal.removeEventListener("abort", stop);
          resolve(answer);
        },
      };
      signal.addEventListener("abort", stop, { once: true });
      this.#waiting.push(work);
      this.#assign();
    });
  }

  /** Ends all workers; questions still open are answered with `cancelled`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const failure: StageFailure = { reason: "cancelled", message: "the workers were closed" };
    for (const { settle } of this.#waiting.splice(0)) settle(err(failure));
    for (const hand of this.#hands) this.#retire(hand, failure);
    return Promise.resolve();
  }

  #assign(): void {
    while (this.#waiting.length > 0 && !this.#disposed) {
      const hand = this.#handFor(this.#waiting[0].errand.url);
      if (hand === undefined) return;
      this.#idle.splice(this.#idle.indexOf(hand), 1);
      this.#give(hand, this.#waiting.shift()!);
    }
  }

  /** The idle worker that fits best: one with the bundle, else any, else a new one. */
  #handFor(url: string): Hand | undefined {
    const free = this.#idle.filter(({ bound }) => bound === undefined || bound === url);
    const fit = free.findLast(({ loaded }) => loaded.has(url)) ?? free.at(-1);
    if (fit !== undefined) return fit;
    // Those left serve another bundle only: the one that was idle for longest makes room.
    if (this.#hands.size >= this.slots && this.#idle.length > 0) this.#drop(this.#idle[0]);
    return this.#hands.size < this.slots ? this.#start() : undefined;
  }

  #give(hand: Hand, work: Waiting): void {
    hand.work = work;
    hand.loaded.add(work.errand.url);
    hand.id++;
    try {
      const { question, transfer } = work.errand.ask();
      const request: Request = { ...question, id: hand.id };
      hand.worker.postMessage(request, transfer as Transferable[]);
    } catch (error) {
      this.#finish(hand, err({ reason: "crashed", message: `the job cannot be sent: ${error}` }));
    }
  }

  #start(): Hand {
    const worker = new Worker(new URL("./worker_entry.ts", import.meta.url), {
      type: "module",
      name: "basin",
      deno: { permissions: "none" },
    });
    const hand: Hand = { worker, loaded: new Set(), bound: undefined, id: 0, work: undefined };
    worker.addEventListener("message", (event) => this.#hear(hand, event.data as Reply));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#retire(hand, { reason: "crashed", message: `the worker crashed: ${event.message}` });
    });
    worker.addEventListener("messageerror", () => {
      this.#retire(hand, { reason: "crashed", message: "the worker's answer could not be read" });
    });
    this.#hands.add(hand);
    this.#idle.push(hand);
    return hand;
  }

  #hear(hand: Hand, reply: Reply): void {
    if (reply.type === "crashed") {
      const message = `in a callback or promise that was not awaited: ${reply.failure.message}`;
      return this.#retire(hand, { ...reply.failure, message });
    }
    if (reply.id !== hand.id || hand.work === undefined) return;
    const { errand, settle } = hand.work;
    if (reply.type === "progress") return errand.progress?.(reply.fraction, reply.note);
    if (reply.type === "log") return errand.log?.(reply.bytes);
    if (reply.changed?.how === "added") hand.bound = errand.url;
    const answer = reply.answer as Result<never, never>;
    if (reply.changed?.how !== "replaced") return this.#finish(hand, answer);
    hand.work = undefined;
    this.#retire(hand);
    settle(answer);
  }

  #finish(hand: Hand, answer: Result<never, StageFailure>): void {
    const { settle } = hand.work!;
    hand.work = undefined;
    this.#idle.push(hand);
    settle(answer);
    this.#assign();
  }

  /** Gives a worker up; another is started when there is work for it. */
  #retire(hand: Hand, failure?: StageFailure): void {
    if (!this.#drop(hand)) return;
    if (failure !== undefined) hand.work?.settle(err(failure));
    hand.work = undefined;
    this.#assign();
  }

  #drop(hand: Hand): boolean {
    if (!this.#hands.delete(hand)) return false;
    hand.worker.terminate();
    const idle = this.#idle.indexOf(hand);
    if (idle >= 0) this.#idle.splice(idle, 1);
    return true;
  }

  #stop(work: Waiting, failure: StageFailure): void {
    const waiting = this.#waiting.indexOf(work);
    if (waiting >= 0) {
      this.#waiting.splice(waiting, 1);
      return work.settle(err(failure));
    }
    for (const hand of this.#hands) {
      // A job does not hear that it should stop while it computes: the worker goes, and with it the job.
      if (hand.work === work) return this.#retire(hand, failure);
    }
  }
}

function cancelled(signal: AbortSignal): StageFailure {
  const { reason } = signal;
  const message = reason instanceof Error ? reason.message : String(reason ?? "closed");
  return { reason: "cancelled", message };
}
