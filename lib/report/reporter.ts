// A reporter shows a run while it goes on. It receives every event in order and writes text.

import type { RunEvent } from "../core/event.ts";

/** Shows events. */
export interface Reporter {
  event(event: RunEvent): void;
  /** After the last event, however the run ended. */
  close(): void;
}

/** What reporters know of the run besides its events. */
export interface ReporterOptions {
  write(text: string): void;
  columns(): number;
  /** Seconds that a stage took last time, if known. */
  expected?(stage: string): number | undefined;
}
