// What a trial is: one promise, put to the test by something bad. Leaves out how trials are run (main.ts) and what they
// share (room.ts, check_results.ts).

import type { Facility } from "./facilities.ts";

/** One promise and the attempt to break it. */
export interface Trial {
  /** As in the plan of tests: `R1`. */
  readonly id: string;
  readonly title: string;
  /** What the machine must offer; where one is missing the trial is skipped aloud. */
  readonly needs: readonly Facility[];
  /** How many processors it keeps busy. */
  readonly cores: number;
  /** Only run with `--nightly`. */
  readonly nightlyOnly?: true;
  /** Longest time before it counts as hanging, in seconds, by day; ten times as long by night. */
  readonly limitSeconds: number;
  /** @throws if the promise is broken */
  run(at: Attempt): Promise<void>;
}

/** What a trial is given. */
export interface Attempt {
  readonly nightly: boolean;
  /** The number for a run by day, or the one for a run by night. */
  size(day: number, night: number): number;
  readonly seed: number;
  /** A number from 0 up to, not including, `below`; a function of the seed. */
  draw(below: number): number;
  /** An empty folder of its own. */
  readonly folder: string;
  /** Counts what was done: shown at the end, in the order of the first mention. */
  count(what: string, number?: number): void;
  /** Keeps the largest of some measurements, in seconds, and shows it. */
  slowest(what: string, seconds: number, promised?: number): void;
  /** Shows a line at once. */
  say(line: string): void;
}
