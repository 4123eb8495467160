// Which members take longer than they used to: told while they run, and once more at the end.

import type { RunEvent } from "../core/event.ts";
import type { Expected } from "./estimate.ts";
import type { RunningMember } from "./run_progress.ts";

/** Seconds below which nobody waits, and how many times as long as usual is slow. */
const leastSeconds = 10, times = 2.5;
/** Members that are asked about, the oldest first. */
const asked = 64;
/** Members that are kept for the end. */
const kept = 3;

/** A member that took longer than usual. */
export interface SlowMember {
  readonly stage: string;
  readonly seconds: number;
  /** Seconds that it took before. */
  readonly usual: number;
}

/**
 * Whether so many seconds are worth telling.
 *
 * @example
 * ```ts
 * import { isSlow } from "#lib/report/slow_members.ts";
 * import { assert } from "@std/assert";
 * assert(isSlow(30, 10) && !isSlow(3, 1) && !isSlow(20, 10));
 * ```
 */
export function isSlow(seconds: number, usual: number): boolean {
  return seconds > Math.max(leastSeconds, times * usual);
}

/**
 * Running members that take longer than usual, one of those that run as one; else the one that has run longest, if
 * several run and it is long. `usual` is absent for the latter.
 *
 * @example
 * ```ts
 * import { slowAmong } from "#lib/report/slow_members.ts";
 * import { RunProgress } from "#lib/report/run_progress.ts";
 * import { assertEquals } from "@std/assert";
 * const progress = new RunProgress();
 * for (const stage of ["a", "b"]) progress.add({ type: "stage-started", at: 0, stage, worker: 0 });
 * const slow = slowAmong(progress.running.values(), 60_000, (id) => id === "b" ? 5 : 60);
 * assertEquals(slow.map(({ member }) => member.id), ["b"]);
 * ```
 */
export function slowAmong(
  running: Iterable<RunningMember>,
  now: number,
  expected: Expected | undefined,
): { readonly member: RunningMember; readonly usual?: number }[] {
  const slow: { member: RunningMember; usual: number }[] = [];
  const batches = new Set<number>();
  let longest: RunningMember | undefined;
  let count = 0;
  for (const member of running) {
    count++;
    const seconds = (now - member.started) / 1000;
    if (longest === undefined || member.started < longest.started) longest = member;
    if (seconds <= leastSeconds || count > asked) continue;
    if (member.together > 1) {
      if (batches.has(member.worker)) continue;
      batches.add(member.worker);
    }
    const usual = expected?.(member.id);
    if (usual !== undefined && isSlow(seconds / member.together, usual)) {
      slow.push({ member, usual });
    }
  }
  if (slow.length > 0) return slow;
  const isLong = longest !== undefined && now - longest.started > 2000 * leastSeconds;
  return isLong && count > 1 && longest!.stage.size > 1 ? [{ member: longest! }] : [];
}

/**
 * Remembers the slowest of a run, compared with before.
 *
 * @example
 * ```ts
 * import { Slowest } from "#lib/report/slow_members.ts";
 * import { assertEquals } from "@std/assert";
 * const slowest = new Slowest(() => 4);
 * const rest = { type: "stage-finished", at: 0, how: "ran", key: "k" as never, outputs: {} } as const;
 * slowest.add({ ...rest, stage: "a", seconds: 5 });
 * slowest.add({ ...rest, stage: "b", seconds: 50 });
 * assertEquals(slowest.members, [{ stage: "b", seconds: 50, usual: 4 }]);
 * ```
 */
export class Slowest {
  readonly #expected: Expected;
  #members: SlowMember[] = [];

  constructor(expected: Expected) {
    this.#expected = expected;
  }

  /** Takes in the next event. */
  add(event: RunEvent): void {
    if (event.type !== "stage-finished" || event.how !== "ran") return;
    const { stage, seconds } = event;
    if (seconds <= leastSeconds) return;
    const usual = this.#expected(stage);
    if (usual === undefined || !isSlow(seconds, usual)) return;
    this.#members = [...this.#members, { stage, seconds, usual }]
      .sort((a, b) => b.seconds / b.usual - a.seconds / a.usual).slice(0, kept);
  }

  /** Those that took most times as long as usual. */
  get members(): readonly SlowMember[] {
    return this.#members;
  }
}
