// The run record: the fold of a run's events. Whatever shows a run reads this; the NDJSON file alone rebuilds it.

import type { RunEvent, RunTotals } from "../core/event.ts";
import type { StageFailure } from "../core/executor.ts";
import type { Usage } from "../core/manifest.ts";
import type { StateWork } from "../core/task.ts";

/** What became of one stage member. */
export interface StageRecord {
  readonly stage: string;
  readonly status: "hit" | "ran" | "failed" | "skipped" | "unfinished";
  readonly key?: string;
  readonly seconds?: number;
  readonly started?: number;
  readonly worker?: number;
  /** How many ran as one with it, itself included. */
  readonly fused?: number;
  /** The numerics class of the engine that made its result. */
  readonly engine?: string;
  readonly outputs?: Readonly<Record<string, { kind: string; digest: string; bytes: number }>>;
  readonly failure?: StageFailure;
  readonly because?: string;
  readonly usage?: Usage;
  /** Attempts that failed before. */
  readonly retried?: number;
  /** Failed members that a gathered input left out. */
  readonly omitted?: readonly string[];
  /** How much was found in saved states that it went on from. */
  readonly continued?: StateWork;
}

/** What became of a run. */
export interface RunRecord {
  readonly workflow: string;
  readonly run: string;
  readonly started_at: string;
  readonly basin: string;
  readonly deno: string;
  readonly jobs: number;
  /** The numerics class of its engine, if any stage uses one. */
  readonly engine?: string;
  readonly ok: boolean;
  readonly finished: boolean;
  readonly interrupted?: string;
  readonly seconds: number;
  readonly totals: RunTotals;
  readonly stages: readonly StageRecord[];
  readonly warnings: readonly string[];
}

/**
 * Folds events into a record. Works on a part of a run, too: stages without an end are `unfinished`.
 *
 * @example
 * ```ts
 * import { foldEvents } from "#lib/report/record.ts";
 * import { assertEquals } from "@std/assert";
 * const record = foldEvents([{ type: "stage-started", at: 5, stage: "a", worker: 0 }]);
 * assertEquals(record.stages[0].status, "unfinished");
 * ```
 */
export function foldEvents(events: Iterable<RunEvent>): RunRecord {
  const fold = new EventFold();
  for (const event of events) fold.add(event);
  return fold.record();
}

/**
 * The same for events that come one by one and need not be kept.
 *
 * @example
 * ```ts
 * import { EventFold } from "#lib/report/record.ts";
 * import { assertEquals } from "@std/assert";
 * const fold = new EventFold();
 * fold.add({ type: "stage-skipped", at: 5, stage: "a", because: "b failed" });
 * assertEquals(fold.record().stages.length, 1);
 * ```
 */
export class EventFold {
  readonly #stages = new Map<string, StageRecord>();
  readonly #warnings: string[] = [];
  #run: Omit<RunRecord, "stages" | "warnings"> = {
    workflow: "",
    run: "",
    started_at: "",
    basin: "",
    deno: "",
    jobs: 0,
    ok: false,
    finished: false,
    seconds: 0,
    totals: { stages: 0, ran: 0, hit: 0, failed: 0, skipped: 0, fused: 0 },
  };

  /** The record of all events so far. */
  record(): RunRecord {
    return { ...this.#run, stages: [...this.#stages.values()], warnings: [...this.#warnings] };
  }

  /** Takes in the next event. */
  add(event: RunEvent): void {
    const stages = this.#stages;
    switch (event.type) {
      case "run-started": {
        const { workflow, run, started_at, basin, deno, jobs, engine } = event;
        const own = engine === undefined ? {} : { engine };
        this.#run = { ...this.#run, workflow, run, started_at, basin, deno, jobs, ...own };
        break;
      }
      case "stage-started":
        stages.set(event.stage, {
          stage: event.stage,
          status: "unfinished",
          started: event.at,
          worker: event.worker,
          ...(event.fused === undefined ? {} : { fused: event.fused }),
          ...retriedOf(stages.get(event.stage)),
        });
        break;
      case "stage-finished":
        stages.set(event.stage, finished(event, stages.get(event.stage)));
        break;
      case "stage-retried":
        stages.set(event.stage, {
          ...stages.get(event.stage),
          stage: event.stage,
          status: "unfinished",
          retried: event.attempt,
        });
        break;
      case "stage-failed":
        stages.set(event.stage, {
          ...stages.get(event.stage),
          stage: event.stage,
          status: "failed",
          seconds: event.seconds,
          failure: event.failure,
        });
        break;
      case "stage-skipped":
        stages.set(event.stage, { stage: event.stage, status: "skipped", because: event.because });
        break;
      case "warning":
        this.#warnings.push(
          event.stage === undefined ? event.message : `${event.stage}: ${event.message}`,
        );
        break;
      case "run-finished": {
        const { ok, seconds, stages, ran, hit, failed, skipped, fused, interrupted } = event;
        const continued = event.continued === undefined ? {} : { continued: event.continued };
        this.#run = {
          ...this.#run,
          ok,
          finished: true,
          seconds,
          totals: { stages, ran, hit, failed, skipped, fused, ...continued },
          ...(interrupted === undefined ? {} : { interrupted }),
        };
        break;
      }
      case "planned":
        // Until the run has ended: how many there are to come.
        this.#run = { ...this.#run, totals: { ...this.#run.totals, stages: event.stages } };
        break;
      case "stage-progress":
        break;
      default:
        event satisfies never;
    }
  }
}

function finished(
  { stage, how, key, seconds, outputs, usage, omitted, engine, continued }: Extract<
    RunEvent,
    { type: "stage-finished" }
  >,
  known: StageRecord | undefined,
): StageRecord {
  // Most are hits of which nothing was heard before.
  if (known === undefined && usage === undefined && omitted === undefined) {
    return { stage, status: how, key, seconds, outputs };
  }
  return {
    ...known,
    stage,
    status: how,
    key,
    seconds,
    outputs,
    ...(usage === undefined ? {} : { usage }),
    ...(engine === undefined ? {} : { engine }),
    ...(omitted === undefined ? {} : { omitted }),
    ...(continued === undefined ? {} : { continued }),
  };
}

function retriedOf(known: StageRecord | undefined): { readonly retried?: number } {
  return known?.retried === undefined ? {} : { retried: known.retried };
}
