// Telling what happens: events with their time, in order.

import type { Clock } from "../core/disk.ts";
import type { RunEvent } from "../core/event.ts";
import type { EventQueue } from "./event_queue.ts";

/** What an event says besides its time. */
export type Told = RunEvent extends infer E ? E extends RunEvent ? Omit<E, "at"> : never : never;

/**
 * The voice of one run.
 *
 * @example
 * ```ts
 * import { Teller } from "#lib/scheduler/teller.ts";
 * import { EventQueue } from "#lib/scheduler/event_queue.ts";
 * import { realClock } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const queue = new EventQueue<{ type: string }>();
 * new Teller(queue as never, realClock).warn("a", "it is odd");
 * assertEquals((await queue.next())?.[0].type, "warning");
 * ```
 */
export class Teller {
  readonly #events: EventQueue<RunEvent>;
  readonly #clock: Clock;
  readonly #began: number;

  constructor(events: EventQueue<RunEvent>, clock: Clock) {
    this.#events = events;
    this.#clock = clock;
    this.#began = clock.monotonic();
  }

  /** Seconds since the run began. */
  get seconds(): number {
    return (this.#clock.monotonic() - this.#began) / 1000;
  }

  /** Tells an event, now. It is the teller's from then on. */
  tell(event: Told): void {
    const at = Math.round(this.seconds * 1e5) / 100;
    this.#events.push(Object.assign(event, { at }) as RunEvent);
  }

  /** Warns of something, at a stage or as such. */
  warn(stage: string | undefined, message: string): void {
    this.tell({ type: "warning", message, ...(stage === undefined ? {} : { stage }) });
  }

  /** Stages were skipped. */
  skipped(stages: readonly string[], because: string): void {
    for (const stage of stages) this.tell({ type: "stage-skipped", stage, because });
  }
}
