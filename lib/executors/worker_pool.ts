// A pool of warm workers without permissions: started when first needed, kept between jobs, replaced when they are
// stopped, crash or are spoiled. It moves questions and answers and knows nothing of tasks.
// Deno's `worker-options` (unstable) is used in this file alone.

import type { StageFailure } from "../core/executor.ts";
import { err, type Result } from "../core/result.ts";
import type { Answers, Question, Reply, Request } from "./protocol.ts";

/** Options of one question. */
export interface AskOptions {
  readonly signal: AbortSignal;
  readonly progress?: (fraction: number, note?: string) => void;
}

/** A question waiting for a worker, or being answered by one. */
interface Errand {
  readonly ask: () => { readonly question: Question; readonly transfer: readonly Transferable[] };
  readonly progress: AskOptions["progress"];
  readonly settle: (answer: Result<never, StageFailure>) => void;
}

interface Hand {
  readonly worker: Worker;
  id: number;
  errand: Errand | undefined;
}

/** At most `slots` workers, each with one question at a time. */
export class WorkerPool implements AsyncDisposable {
  readonly slots: number;
  readonly #hands = new Set<Hand>();
  readonly #idle: Hand[] = [];
  readonly #waiting: Errand[] = [];
  #disposed = false;

  constructor(slots: number) {
    this.slots = slots;
  }

  /**
   * Asks the next free worker. `ask` is called once a worker is free, so that bytes are copied no earlier.
   * Never rejects: whatever goes wrong is a failure.
   */
  ask<K extends Question["type"]>(
    ask: () => {
      readonly question: Extract<Question, { type: K }>;
      readonly transfer: readonly Transferable[];
    },
    { signal, progress }: AskOptions,
  ): Promise<Result<Answers[K], StageFailure>> {
    return new Promise((resolve) => {
      if (signal.aborted || this.#disposed) return resolve(err(cancelled(signal)));
      const stop = () => this.#stop(errand, cancelled(signal));
      const errand: Errand = {
        ask,
        progress,
        settle: (answer) => {
          signal.removeEventListener("abort", stop);
          resolve(answer);
        },
      };
      signal.addEventListener("abort", stop, { once: true });
      this.#waiting.push(errand);
      this.#assign();
    });
  }

  /** Ends all workers; questions still open are answered with `cancelled`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const failure: StageFailure = { reason: "cancelled", message: "the workers were closed" };
    for (const errand of this.#waiting.splice(0)) errand.settle(err(failure));
    for (const hand of this.#hands) this.#retire(hand, failure);
    return Promise.resolve();
  }

  #assign(): void {
    while (this.#waiting.length > 0 && !this.#disposed) {
      if (this.#idle.length === 0 && this.#hands.size < this.slots) this.#start();
      // The worker that worked last: its code and caches are the warmest.
      const hand = this.#idle.pop();
      if (hand === undefined) return;
      const errand = this.#waiting.shift()!;
      hand.errand = errand;
      hand.id++;
      try {
        const { question, transfer } = errand.ask();
        const request: Request = { ...question, id: hand.id };
        hand.worker.postMessage(request, transfer as Transferable[]);
      } catch (error) {
        this.#finish(hand, err({ reason: "crashed", message: `the job cannot be sent: ${error}` }));
      }
    }
  }

  #start(): void {
    const worker = new Worker(new URL("./worker_entry.ts", import.meta.url), {
      type: "module",
      name: "basin",
      deno: { permissions: "none" },
    });
    const hand: Hand = { worker, id: 0, errand: undefined };
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
  }

  #hear(hand: Hand, reply: Reply): void {
    if (reply.type === "crashed") {
      const message = `in a callback or promise that was not awaited: ${reply.failure.message}`;
      return this.#retire(hand, { ...reply.failure, message });
    }
    if (reply.id !== hand.id || hand.errand === undefined) return;
    if (reply.type === "progress") hand.errand.progress?.(reply.fraction, reply.note);
    else if (reply.spoiled === undefined) this.#finish(hand, reply.answer as Result<never, never>);
    else {
      const { settle } = hand.errand;
      hand.errand = undefined;
      this.#retire(hand);
      settle(reply.answer as Result<never, never>);
    }
  }

  #finish(hand: Hand, answer: Result<never, StageFailure>): void {
    const { settle } = hand.errand!;
    hand.errand = undefined;
    this.#idle.push(hand);
    settle(answer);
    this.#assign();
  }

  /** Gives a worker up; another is started when there is work for it. */
  #retire(hand: Hand, failure?: StageFailure): void {
    if (!this.#hands.delete(hand)) return;
    hand.worker.terminate();
    const idle = this.#idle.indexOf(hand);
    if (idle >= 0) this.#idle.splice(idle, 1);
    if (failure !== undefined) hand.errand?.settle(err(failure));
    hand.errand = undefined;
    this.#assign();
  }

  #stop(errand: Errand, failure: StageFailure): void {
    const waiting = this.#waiting.indexOf(errand);
    if (waiting >= 0) {
      this.#waiting.splice(waiting, 1);
      return errand.settle(err(failure));
    }
    for (const hand of this.#hands) {
      // A job does not hear that it should stop while it computes: the worker goes, and with it the job.
      if (hand.errand === errand) return this.#retire(hand, failure);
    }
  }
}

function cancelled(signal: AbortSignal): StageFailure {
  const { reason } = signal;
  const message = reason instanceof Error ? reason.message : String(reason ?? "closed");
  return { reason: "cancelled", message };
}
