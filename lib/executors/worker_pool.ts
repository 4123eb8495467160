// A pool of warm workers without permissions: started when first needed, kept between jobs, replaced when they are
// stopped, crash or are spoiled. It moves questions and answers and knows nothing of tasks.
// Deno's `worker-options` (unstable) is used in this file alone.
//
// Jobs of a bundle whose jobs were short lately (short_jobs.ts) go to one worker, several in a message, and no other
// worker is woken for them. Nothing of that can be seen from outside: a job that takes long after all keeps its worker to
// itself, and what came with it is given to others; so are the jobs beside one that crashes, is stopped, or replaces
// built-in objects. What is done twice thereby gives the same bytes, and what it prints is told once.
//
// Memory: arrays that cannot be had end in a RangeError, which is the job's failure. A JavaScript heap that is full
// ends the whole process, because Deno cannot limit the heap of a worker with permissions of its own (node workers have
// limits but share permissions); the store stays whole, and the next run goes on from there.

import { clearImmediate, setImmediate } from "node:timers";
import type { StageFailure } from "../core/executor.ts";
import { err, type Result } from "../core/result.ts";
import type { Answered, Answers, Message, Question, Reply, Request } from "./protocol.ts";
import { ShortJobs } from "./short_jobs.ts";

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
  /** Goes in a message of its own. */
  alone: boolean;
  /** What was printed by a job that may be done once more. */
  held: Uint8Array[] | undefined;
}

interface Hand {
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
  /** Shared with the worker: how many questions of a message were begun, or `revoked`. */
  readonly begun: Int32Array<SharedArrayBuffer>;
  /** When it was given a message of short jobs, which should soon be answered. */
  shortSince: number | undefined;
  /** What is not answered yet, by id, in order. */
  readonly work: Map<number, Waiting>;
}

const revoked = -1;
/** Short jobs that are not done by then are not short, in ms. */
const patience = 10;

/**
 * At most `slots` workers, each at one question at a time.
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
  readonly #short = new ShortJobs();
  /** Short jobs asked for in this turn of the event loop; they join those that wait when it ends. */
  readonly #gathered: Waiting[] = [];
  #turnEnd: ReturnType<typeof setImmediate> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #lastId = 0;
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
        alone: false,
        held: undefined,
      };
      signal.addEventListener("abort", stop, { once: true });
      if (this.#short.perMessage(errand.url) > 1) return this.#gather(work);
      this.#waiting.push(work);
      this.#assign();
    });
  }

  /** Ends all workers; questions still open are answered with `cancelled`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#watch);
    clearImmediate(this.#turnEnd);
    const open = [...this.#waiting.splice(0), ...this.#gathered.splice(0)];
    for (const hand of this.#hands) {
      open.push(...hand.work.values());
      this.#drop(hand);
    }
    const failure: StageFailure = { reason: "cancelled", message: "the workers were closed" };
    for (const { settle } of open) settle(err(failure));
    return Promise.resolve();
  }

  #gather(work: Waiting): void {
    this.#gathered.push(work);
    this.#turnEnd ??= setImmediate(() => {
      this.#turnEnd = undefined;
      this.#waiting.push(...this.#gathered.splice(0));
      this.#assign();
    });
  }

  #assign(): void {
    for (let i = 0; i < this.#waiting.length && !this.#disposed;) {
      const { errand: { url }, alone } = this.#waiting[i];
      const num = alone ? 1 : this.#short.perMessage(url);
      if (num > 1 && this.#isNearlyFree(url) && this.#companions(i, num).length < num) {
        i++;
        continue;
      }
      const hand = this.#handFor(url);
      if (hand === undefined) return;
      const works = this.#companions(i, num);
      for (const work of works) remove(this.#waiting, work);
      remove(this.#idle, hand);
      this.#give(hand, works, num > 1);
      i = 0;
    }
  }

  /** Whether a worker is about to have done short jobs of a bundle. */
  #isNearlyFree(url: string): boolean {
    for (const hand of this.#hands) {
      if (hand.shortSince !== undefined && hand.url === url) return true;
    }
    return false;
  }

  /** The first of those that wait, from one on, that may go in one message. */
  #companions(first: number, num: number): Waiting[] {
    const { url } = this.#waiting[first].errand;
    const found = [this.#waiting[first]];
    for (let i = first + 1; i < this.#waiting.length && found.length < num; i++) {
      const work = this.#waiting[i];
      if (work.errand.url === url && !work.alone) found.push(work);
    }
    return found;
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

  #give(hand: Hand, works: readonly Waiting[], isShort: boolean): void {
    const isFirst = hand.url === undefined;
    const requests: Request[] = [];
    const transfer: Transferable[] = [];
    hand.isShared = works.length > 1;
    hand.firstId = this.#lastId + 1;
    try {
      for (const work of works) {
        const { question, transfer: given } = work.errand.ask();
        const id = ++this.#lastId;
        requests.push({ ...question, id });
        transfer.push(...given);
        if (hand.isShared) work.held = [];
        hand.work.set(id, work);
      }
      Atomics.store(hand.begun, 0, 0);
      const message: Message = { requests, ...(isFirst ? { begun: hand.begun } : {}) };
      hand.worker.postMessage(message, transfer);
    } catch (error) {
      hand.work.clear();
      if (hand.isShared) this.#again(works, true);
      else works[0].settle(err({ reason: "crashed", message: `the job cannot be sent: ${error}` }));
      return this.#free(hand);
    }
    hand.url = works[0].errand.url;
    hand.loaded.add(hand.url);
    if (isShort) this.#expectSoon(hand);
  }

  #start(): Hand {
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
      begun: new Int32Array(new SharedArrayBuffer(4)),
      served: undefined,
      firstId: 0,
      isShared: false,
      shortSince: undefined,
      work: new Map(),
    };
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
    if (!this.#hands.has(hand)) return;
    switch (reply.type) {
      case "crashed": {
        const message = `in a callback or promise that was not awaited: ${reply.failure.message}`;
        return this.#retire(hand, { ...reply.failure, message });
      }
      case "progress":
        return hand.work.get(reply.id)?.errand.progress?.(reply.fraction, reply.note);
      case "log":
        return told(hand.work.get(reply.id), reply.bytes);
      case "unfit":
        hand.bound = hand.served;
        this.#again(hand.work.values(), false);
        hand.work.clear();
        return this.#free(hand);
      case "spoiled":
        this.#settle(hand, reply.answers);
        return this.#retire(hand);
      case "answers":
        hand.served = hand.url;
        this.#settle(hand, reply.answers);
        if (!reply.last) return;
        this.#again(hand.work.values(), true);
        hand.work.clear();
        return this.#free(hand);
    }
  }

  #settle(hand: Hand, answers: readonly Answered[]): void {
    for (const { id, answer } of answers) {
      const work = hand.work.get(id);
      // Taken back, and asked again elsewhere.
      if (work === undefined) continue;
      hand.work.delete(id);
      const { url } = work.errand;
      if (!answer.ok) this.#short.forget(url);
      else if ("seconds" in answer.value) this.#short.note(url, answer.value.seconds);
      settle(work, answer as Result<never, never>);
    }
  }

  #free(hand: Hand): void {
    hand.shortSince = undefined;
    this.#idle.push(hand);
    this.#assign();
  }

  /** Asks once more, before all others. */
  #again(works: Iterable<Waiting>, alone: boolean): void {
    const again = [...works];
    for (const work of again) {
      work.alone ||= alone;
      work.held = undefined;
    }
    this.#waiting.unshift(...again);
  }

  /** Gives a worker up; another is started when there is work for it. */
  #retire(hand: Hand, failure?: StageFailure): void {
    if (!this.#drop(hand)) return;
    const works = [...hand.work.values()];
    hand.work.clear();
    // Of several questions nobody knows which one it was.
    if (failure === undefined || hand.isShared) this.#again(works, true);
    else for (const work of works) settle(work, err(failure));
    this.#assign();
  }

  #drop(hand: Hand): boolean {
    if (!this.#hands.delete(hand)) return false;
    hand.worker.terminate();
    remove(this.#idle, hand);
    return true;
  }

  /** Leaves a worker with nothing but the question that it is at. */
  #takeBack(hand: Hand): void {
    const begun = Atomics.exchange(hand.begun, 0, revoked);
    const others = [...hand.work].filter(([id]) => id !== hand.firstId + begun - 1);
    for (const [id] of others) hand.work.delete(id);
    this.#again(others.map(([, work]) => work), true);
    for (const work of hand.work.values()) release(work);
  }

  /** Short jobs that turn out to be long get their worker for themselves. */
  #expectSoon(hand: Hand): void {
    hand.shortSince = performance.now();
    this.#watch ??= setTimeout(() => this.#checkShort(), patience);
  }

  #checkShort(): void {
    this.#watch = undefined;
    const now = performance.now();
    for (const hand of this.#hands) {
      if (hand.shortSince === undefined) continue;
      if (now - hand.shortSince < patience) {
        this.#watch ??= setTimeout(() => this.#checkShort(), patience);
        continue;
      }
      hand.shortSince = undefined;
      this.#short.forget(hand.url!);
      if (hand.work.size > 1) this.#takeBack(hand);
    }
    this.#assign();
  }

  #stop(work: Waiting, failure: StageFailure): void {
    const hand = [...this.#hands].find((one) => [...one.work.values()].includes(work));
    if (hand !== undefined && hand.work.size > 1) this.#takeBack(hand);
    if (!remove(this.#waiting, work) && !remove(this.#gathered, work) && hand !== undefined) {
      // A job does not hear that it should stop while it computes: the worker goes, and with it the job.
      this.#drop(hand);
      hand.work.clear();
    }
    settle(work, err(failure));
    this.#assign();
  }
}

function told(work: Waiting | undefined, bytes: Uint8Array): void {
  if (work?.held === undefined) work?.errand.log?.(bytes);
  else work.held.push(bytes);
}

/** The job will not be done again. */
function release(work: Waiting): void {
  for (const bytes of work.held ?? []) work.errand.log?.(bytes);
  work.held = undefined;
}

function settle(work: Waiting, answer: Result<never, StageFailure>): void {
  release(work);
  work.settle(answer);
}

function remove<T>(list: T[], item: T): boolean {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

function cancelled(signal: AbortSignal): StageFailure {
  const { reason } = signal;
  const message = reason instanceof Error ? reason.message : String(reason ?? "closed");
  return { reason: "cancelled", message };
}
