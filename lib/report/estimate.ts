// Rates and time left, of a stage and of the whole run, from what was seen so far and from how long stages took before.
// Work is counted in seconds of one worker.

import {
  doneOf,
  type RunningMember,
  type RunProgress,
  type StageProgress,
} from "./run_progress.ts";

/** Milliseconds over which rates are averaged. */
const memory = 20_000;
/** Share of a member from which its progress tells how long it takes. */
const leastFraction = 0.05;
/** Seconds of a member below which members are counted rather than their work. */
const quick = 3;

/**
 * How fast a growing number grows, averaged over the last while in which it could.
 *
 * @example
 * ```ts
 * import { Rate } from "#lib/report/estimate.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const rate = new Rate();
 * for (let second = 0; second <= 10; second++) rate.see(1000 * second, 3 * second, true);
 * assertAlmostEquals(rate.perSecond!, 3);
 * ```
 */
export class Rate {
  #at = 0;
  #value = 0;
  #gain = 0;
  #time = 0;
  #isBegun = false;

  /** @param now milliseconds @param value what it is now @param isBusy whether it could have grown. */
  see(now: number, value: number, isBusy: boolean): void {
    const span = now - this.#at;
    if (this.#isBegun && span <= 0) return;
    if (this.#isBegun && (isBusy || value !== this.#value)) {
      const kept = Math.exp(-span / memory);
      this.#gain = this.#gain * kept + value - this.#value;
      this.#time = this.#time * kept + span;
    }
    this.#isBegun = true;
    this.#at = now;
    this.#value = value;
  }

  /** Growth a second; `null` as long as too little was seen. */
  get perSecond(): number | null {
    return this.#time < 500 || this.#gain <= 0 ? null : 1000 * this.#gain / this.#time;
  }
}

/** What is expected of a stage or of a run. */
export interface Left {
  /** Seconds from now. */
  readonly seconds: number;
  /** Members that wait and of which nothing is known count as none: it is the least that it can take. */
  readonly isLeast: boolean;
}

/** Looks up how long a member took before, in seconds; also knows the mean of its stage. */
export type Expected = (id: string) => number | undefined;

/**
 * Estimates of one run, renewed by `see` a few times a second.
 *
 * @example
 * ```ts
 * import { Estimate } from "#lib/report/estimate.ts";
 * import { RunProgress } from "#lib/report/run_progress.ts";
 * import { assertEquals } from "@std/assert";
 * const progress = new RunProgress(() => new Map([["fit", 10]]));
 * progress.add({ type: "planned", at: 0, stages: 10, hit: 0, run: 10, maybe: 0 });
 * progress.add({ type: "stage-started", at: 0, stage: "fit[seed=0]", worker: 0 });
 * const estimate = new Estimate(progress, () => 2);
 * for (let at = 0; at <= 1000; at += 100) estimate.see(at);
 * assertEquals(Math.round(estimate.left(1000)!.seconds), 19);
 * ```
 */
export class Estimate {
  readonly #progress: RunProgress;
  readonly #expected: Expected | undefined;
  readonly #usual = new Map<string, number | undefined>();
  readonly #rates = new Map<string, { readonly members: Rate; readonly work: Rate }>();
  readonly #work = new Rate();

  constructor(progress: RunProgress, expected?: Expected) {
    this.#progress = progress;
    this.#expected = expected;
  }

  /** Looks at the run as it is now. */
  see(now: number): void {
    const { stages, running, tally } = this.#progress;
    const partial = new Map<StageProgress, number>();
    let all = tally.spent;
    for (const member of running.values()) {
      const seconds = workedOn(member, now);
      all += seconds;
      partial.set(member.stage, (partial.get(member.stage) ?? 0) + seconds);
    }
    this.#work.see(now, all, running.size > 0);
    for (const stage of stages.values()) {
      if (stage.started < 0 || (stage.running === 0 && doneOf(stage) >= stage.size)) continue;
      let rates = this.#rates.get(stage.name);
      if (rates === undefined) {
        rates = { members: new Rate(), work: new Rate() };
        this.#rates.set(stage.name, rates);
        rates.members.see(stage.started, 0, true);
        rates.work.see(stage.started, 0, true);
      }
      rates.members.see(now, stage.ran, stage.running > 0);
      rates.work.see(now, stage.spent + (partial.get(stage) ?? 0), stage.running > 0);
    }
  }

  /** Members of a stage that run through a second while it is at work. */
  rate(stage: StageProgress): number | null {
    return stage.ran < 2 ? null : this.#rates.get(stage.name)?.members.perSecond ?? null;
  }

  /** What is left of one stage; `null` if that is not known. */
  stageLeft(stage: StageProgress, now: number): Left | null {
    const rate = this.rate(stage);
    const isQuick = stage.ran >= 10 && stage.spent < quick * stage.ran;
    if (rate !== null && isQuick) {
      return { seconds: (stage.size - doneOf(stage)) / rate, isLeast: false };
    }
    const members = [...this.#progress.running.values()].filter((one) => one.stage === stage);
    const waiting = waitingOf(stage);
    const each = this.#secondsOf(stage);
    const areKnown = waiting === 0 && members.every(({ fraction }) => fraction > leastFraction);
    if (each === undefined && !areKnown) return null;
    const pace = this.#rates.get(stage.name)?.work.perSecond ?? workersOf(members);
    return leftOf(waiting * (each ?? 0), members, () => each, pace, now);
  }

  /** What is left of the run; `null` if nothing is known yet. */
  left(now: number): Left | null {
    const { stages, running, jobs } = this.#progress;
    let work = 0, known = 0, unknown = 0;
    for (const stage of stages.values()) {
      const waiting = waitingOf(stage);
      if (waiting === 0) continue;
      const each = this.#secondsOf(stage);
      if (each === undefined) unknown += waiting;
      else {
        known += waiting;
        work += waiting * each;
      }
    }
    const members = [...running.values()];
    if (known === 0 && members.every(({ stage }) => this.#secondsOf(stage) === undefined)) {
      return null;
    }
    const pace = this.#work.perSecond ?? jobs;
    const each = ({ stage }: RunningMember) => this.#secondsOf(stage);
    const left = leftOf(work, members, each, pace, now);
    return left === null ? null : { ...left, isLeast: unknown > 0 };
  }

  /** Seconds that a member takes: at first as before, more and more as in this run. */
  #secondsOf(stage: StageProgress): number | undefined {
    if (!this.#usual.has(stage.name)) {
      // No member has this id, so it is the mean of the stage.
      this.#usual.set(stage.name, this.#expected?.(`${stage.name}[`));
    }
    const usual = this.#usual.get(stage.name);
    if (usual === undefined) return stage.ran > 0 ? stage.spent / stage.ran : undefined;
    const weight = Math.max(2, Math.min(10, stage.size / 40));
    return (weight * usual + stage.spent) / (weight + stage.ran);
  }
}

function waitingOf(stage: StageProgress): number {
  return Math.max(0, stage.size - doneOf(stage) - stage.running);
}

/** Work that went into a member that is not done yet; those that run as one share it. */
function workedOn({ started, together }: RunningMember, now: number): number {
  return Math.max(0, now - started) / 1000 / together;
}

function workersOf(members: readonly RunningMember[]): number {
  return Math.max(1, new Set(members.map(({ worker }) => worker)).size);
}

/** What waits goes at the pace of all; no run ends before its longest member. */
function leftOf(
  waiting: number,
  members: readonly RunningMember[],
  eachOf: (member: RunningMember) => number | undefined,
  pace: number,
  now: number,
): Left {
  let work = waiting, longest = 0;
  for (const member of members) {
    const worked = workedOn(member, now);
    const { fraction, together } = member;
    const usual = eachOf(member);
    const left = fraction > leastFraction
      ? worked * (1 - fraction) / fraction
      // What took longer than usual takes a while more, who knows how long.
      : Math.max((usual ?? worked) - worked, worked / 4);
    work += left;
    longest = Math.max(longest, left * together);
  }
  return { seconds: Math.max(work / Math.max(pace, 0.01), longest), isLeast: false };
}
