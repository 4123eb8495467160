// A pool of warm workers without permissions: started when first needed, kept between jobs, replaced when they are
// stopped, crash or are spoiled. It moves questions and answers and knows nothing of tasks.
// Leaves out what a worker is (hand.ts), and which one is asked (hands.ts).
//
// Jobs of a bundle whose jobs were short lately (short_jobs.ts) go to one worker, several in a message, and no other
// worker is woken for them. Nothing of that can be seen from outside: a job that takes long after all keeps its worker to
// itself, and what came with it is given to others; so are the jobs beside one that crashes, is stopped, or replaces
// built-in objects. What is done twice thereby gives the same bytes, and prints what was not told yet. Nobody waits for
// another's job as long as no more jobs are asked for than there are workers.
//
// Memory: arrays that cannot be had end in a RangeError, which is the job's failure. A JavaScript heap that is full
// ends the whole process, because Deno cannot limit the heap of a worker with permissions of its own (node workers have
// limits but share permissions); the store stays whole, and the next run goes on from there.

import { clearImmediate, setImmediate } from "node:timers";
import type { StageFailure } from "../core/executor.ts";
import { err, type Result } from "../core/result.ts";
import { type Errand, type Open, release, settle, tell } from "./errand.ts";
import { type Hand, takeBack } from "./hand.ts";
import { Hands, remove } from "./hands.ts";
import type { Answered, Answers, Message, Question, Reply, Request } from "./protocol.ts";
import { ShortJobs } from "./short_jobs.ts";
import { heed } from "./state_link.ts";

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
  readonly #hands: Hands;
  readonly #waiting: Open[] = [];
  readonly #short = new ShortJobs();
  /** Short jobs asked for in this turn of the event loop; they join those that wait when it ends. */
  readonly #gathered: Open[] = [];
  #turnEnd: ReturnType<typeof setImmediate> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #lastId = 0;
  #disposed = false;

  constructor(slots: number) {
    this.slots = slots;
    this.#hands = new Hands(
      slots,
      (hand, reply) => this.#hear(hand, reply),
      (hand, message) => this.#retire(hand, { reason: "crashed", message }),
    );
  }

  /** Asks the next free worker. Never rejects: whatever goes wrong is a failure. */
  ask<K extends Question["type"]>(
    errand: Errand<K>,
  ): Promise<Result<Answers[K], StageFailure>> {
    const { signal } = errand;
    return new Promise((resolve) => {
      if (signal.aborted || this.#disposed) return resolve(err(cancelled(signal)));
      const stop = () => this.#stop(work, cancelled(signal));
      const work: Open = {
        errand: errand as never,
        settle: (answer) => {
          signal.removeEventListener("abort", stop);
          resolve(answer);
        },
        alone: errand.alone ?? false,
        held: undefined,
        told: 0,
        known: 0,
      };
      signal.addEventListener("abort", stop, { once: true });
      if (!work.alone && this.#short.perMessage(errand.url) > 1) return this.#gather(work);
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
    for (const hand of [...this.#hands]) {
      open.push(...hand.work.values());
      this.#hands.drop(hand);
    }
    const failure: StageFailure = { reason: "cancelled", message: "the workers were closed" };
    for (const { settle } of open) settle(err(failure));
    return Promise.resolve();
  }

  #gather(work: Open): void {
    this.#gathered.push(work);
    this.#turnEnd ??= setImmediate(() => {
      this.#turnEnd = undefined;
      this.#waiting.push(...this.#gathered.splice(0));
      this.#assign();
    });
  }

  #assign(): void {
    // Whether all workers are busy, without and with the GPU.
    const busy = [false, false];
    for (let i = 0; i < this.#waiting.length && !this.#disposed;) {
      const { errand, alone } = this.#waiting[i];
      const lane = errand.onGpu === true ? 1 : 0;
      const num = alone ? 1 : this.#short.perMessage(errand.url);
      const isLater = busy[lane] || num > 1 && this.#hands.isNearlyFree(errand.url) &&
          this.#companions(i, num).length < num;
      const hand = isLater ? undefined : this.#hands.take(errand);
      if (hand === undefined) {
        busy[lane] ||= !isLater;
        if (busy[0] && busy[1]) return;
        i++;
        continue;
      }
      const works = this.#companions(i, num);
      for (const work of works) remove(this.#waiting, work);
      this.#give(hand, works, num > 1);
      i = 0;
    }
  }

  /** The first of those that wait, from one on, that may go in one message. */
  #companions(first: number, num: number): Open[] {
    const { url, onGpu } = this.#waiting[first].errand;
    const found = [this.#waiting[first]];
    for (let i = first + 1; i < this.#waiting.length && found.length < num; i++) {
      const work = this.#waiting[i];
      const { errand } = work;
      if (errand.url === url && errand.onGpu === onGpu && !work.alone) found.push(work);
    }
    return found;
  }

  #give(hand: Hand, works: readonly Open[], isShort: boolean): void {
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

  #hear(hand: Hand, reply: Reply): void {
    if (!this.#hands.has(hand)) return;
    switch (reply.type) {
      case "crashed": {
        const message = `in a callback or promise that was not awaited: ${reply.failure.message}`;
        return this.#retire(hand, { ...reply.failure, message });
      }
      case "progress":
        return hand.work.get(reply.id)?.errand.progress?.(
          reply.fraction,
          reply.note,
          reply.member,
        );
      case "ended": {
        const ended = hand.work.get(reply.id)?.errand.ended;
        return reply.members.forEach((member) => ended?.(member));
      }
      case "log":
        return tell(hand.work.get(reply.id), reply.bytes);
      case "state":
        return heed(
          reply.said,
          hand.work.get(reply.id)?.errand.states?.[reply.member],
          hand.worker,
        );
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
    this.#hands.free(hand);
    this.#assign();
  }

  /** Asks once more, before all others. */
  #again(works: Iterable<Open>, alone: boolean): void {
    const again = [...works];
    for (const work of again) {
      work.alone ||= alone;
      work.held = undefined;
      work.known = work.told;
    }
    this.#waiting.unshift(...again);
  }

  /** Gives a worker up; another is started when there is work for it. */
  #retire(hand: Hand, failure?: StageFailure): void {
    if (!this.#hands.drop(hand)) return;
    const works = [...hand.work.values()];
    hand.work.clear();
    // Of several questions nobody knows which one it was.
    if (failure === undefined || hand.isShared) this.#again(works, true);
    else for (const work of works) settle(work, err(failure));
    this.#assign();
  }

  /** A worker goes on with the question that it is at; the others of its message are asked elsewhere. */
  #takeBack(hand: Hand): void {
    this.#again(takeBack(hand), true);
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

  #stop(work: Open, failure: StageFailure): void {
    const hand = [...this.#hands].find((one) => [...one.work.values()].includes(work));
    if (hand !== undefined && hand.work.size > 1) this.#takeBack(hand);
    if (!remove(this.#waiting, work) && !remove(this.#gathered, work) && hand !== undefined) {
      // A job does not hear that it should stop while it computes: the worker goes, and with it the job.
      this.#hands.drop(hand);
      hand.work.clear();
    }
    settle(work, err(failure));
    this.#assign();
  }
}

function cancelled(signal: AbortSignal): StageFailure {
  const { reason } = signal;
  const message = reason instanceof Error ? reason.message : String(reason ?? "closed");
  return { reason: "cancelled", message };
}
