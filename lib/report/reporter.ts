// A reporter shows a run while it goes on. It receives every event in order and writes text.

import type { RunEvent } from "../core/event.ts";

/** Shows events. */
export interface Reporter {
  event(event: RunEvent): void;
  /** A few times a second, whatever happens; `now` is milliseconds since the run started. */
  tick?(now: number): void;
  /** Text of others that stays where it is written, lines and all. */
  say?(text: string): void;
  /** After the last event, however the run ended. */
  close(): void;
}

/** What reporters know of the run besides its events. */
export interface ReporterOptions {
  write(text: string): void;
  columns(): number;
  /** Height of the terminal in rows; 24 if it is not known. */
  rows?(): number;
  /** Seconds that a stage took last time, if known. */
  expected?(stage: string): number | undefined;
  /** Members of each stage of the file, in its order, as far as they are known now. */
  sizes?(): ReadonlyMap<string, number>;
}
