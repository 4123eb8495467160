// Time left as a person wants to read it: few coarse steps that go down, and go up only when they clearly must.

/** Steps in seconds; the first stands for all that is shorter. */
const steps: readonly number[] = [
  5,
  ...[10, 15, 20, 30, 45, 60, 90],
  ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50].map((minutes) => minutes * 60),
  ...[1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 18].map((hours) => hours * 3600),
  ...[1, 1.5, 2, 3, 4, 5, 6, 7, 10, 14, 21, 30, 60, 90].map((days) => days * 86_400),
];

/** Milliseconds over which estimates are averaged at least, and the share of what is left over which they are. */
const memory = 4000, memoryShare = 0.05;

/** What is said of the shortest times. */
export const leastTime = "a few s";

/**
 * A duration as a coarse step: "a few s", "20 s", "3 min", "1.5 h", "2 d".
 *
 * @example
 * ```ts
 * import { coarseTime } from "#lib/report/calm_time.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([2, 22, 170, 5400].map(coarseTime), ["a few s", "20 s", "3 min", "1.5 h"]);
 * ```
 */
export function coarseTime(seconds: number): string {
  return textOf(nearest(seconds));
}

/**
 * Follows an estimate that trembles.
 *
 * @example
 * ```ts
 * import { CalmTime } from "#lib/report/calm_time.ts";
 * import { assertEquals } from "@std/assert";
 * const left = new CalmTime();
 * assertEquals(left.text(0, 100), "1.5 min");
 * assertEquals(left.text(1000, 112), "1.5 min");
 * assertEquals(left.text(60_000, 31), "30 s");
 * ```
 */
export class CalmTime {
  #end = 0;
  #at = 0;
  #step = -1;

  /** @param now milliseconds @param left seconds, estimated now @returns what to show. */
  text(now: number, left: number): string {
    const end = now + 1000 * left;
    if (this.#step < 0) {
      this.#end = end;
      this.#step = nearest(left);
    } else {
      const span = Math.max(memory, memoryShare * (this.#end - now));
      const share = 1 - Math.exp(-Math.max(0, now - this.#at) / span);
      this.#end += share * (end - this.#end);
      const smooth = (this.#end - now) / 1000;
      const found = nearest(smooth);
      // Down as soon as another step is nearer; up only once it is reached.
      if (found < this.#step) this.#step = found;
      else while (this.#step + 1 < steps.length && smooth >= steps[this.#step + 1]) this.#step++;
    }
    this.#at = now;
    return textOf(this.#step);
  }
}

function nearest(seconds: number): number {
  let step = 0;
  while (step + 1 < steps.length && seconds > (steps[step] + steps[step + 1]) / 2) step++;
  return step;
}

function textOf(step: number): string {
  const seconds = steps[step];
  if (step === 0) return leastTime;
  if (seconds < 90) return seconds === 60 ? "1 min" : `${seconds} s`;
  if (seconds < 3600) return `${seconds / 60} min`;
  return seconds < 86_400 ? `${seconds / 3600} h` : `${seconds / 86_400} d`;
}
