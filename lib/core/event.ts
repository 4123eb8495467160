// Events: what happens in a run, in order. Every view (terminal, report, CI) is a fold over them.

import type { ActionKey } from "./digest.ts";
import type { StageFailure } from "./executor.ts";
import type { Usage } from "./manifest.ts";
import type { StateWork } from "./task.ts";

/** Totals of a run, as in its last event. */
export interface RunTotals {
  readonly stages: number;
  readonly ran: number;
  readonly hit: number;
  readonly failed: number;
  readonly skipped: number;
  readonly fused: number;
  /** Of those that ran: how many went on from saved states; absent if none. */
  readonly continued?: number;
}

/** One event. `at` is milliseconds since the run started; `stage` the id of a member. */
export type RunEvent =
  | {
    readonly type: "run-started";
    readonly at: number;
    readonly workflow: string;
    readonly run: string;
    readonly started_at: string;
    readonly basin: string;
    readonly deno: string;
    readonly jobs: number;
    /** The engine that was chosen, if any stage uses one. */
    readonly engine?: string;
  }
  | {
    readonly type: "planned";
    readonly at: number;
    readonly stages: number;
    readonly hit: number;
    readonly run: number;
    readonly maybe: number;
    /** Said again, since `foreach` has named more stages: the totals as they are now. */
    readonly grown?: true;
  }
  | {
    readonly type: "stage-started";
    readonly at: number;
    readonly stage: string;
    readonly worker: number;
    /** How many members run as one with it, itself included; absent if it runs alone. */
    readonly fused?: number;
  }
  | {
    readonly type: "stage-progress";
    readonly at: number;
    readonly stage: string;
    readonly fraction: number;
    readonly note?: string;
  }
  | {
    readonly type: "stage-finished";
    readonly at: number;
    readonly stage: string;
    readonly how: "ran" | "hit";
    readonly key: ActionKey;
    readonly seconds: number;
    /** Outputs by port: digest, kind, bytes. */
    readonly outputs: Readonly<
      Record<string, { readonly kind: string; readonly digest: string; readonly bytes: number }>
    >;
    readonly usage?: Usage;
    /** The numerics class of the engine that made the result; absent for stages that use none. */
    readonly engine?: string;
    /** Failed members that a gathered input left out. */
    readonly omitted?: readonly string[];
    /** It went on from saved states; with nothing computed it is a hit. */
    readonly continued?: StateWork;
  }
  | {
    /** An attempt failed; another follows after `wait_seconds`. */
    readonly type: "stage-retried";
    readonly at: number;
    readonly stage: string;
    /** The attempt that failed, from 1. */
    readonly attempt: number;
    readonly failure: StageFailure;
    readonly wait_seconds: number;
  }
  | {
    readonly type: "stage-failed";
    readonly at: number;
    readonly stage: string;
    readonly failure: StageFailure;
    readonly seconds: number;
  }
  | {
    readonly type: "stage-skipped";
    readonly at: number;
    readonly stage: string;
    readonly because: string;
  }
  | {
    readonly type: "warning";
    readonly at: number;
    readonly message: string;
    readonly stage?: string;
  }
  | ({
    readonly type: "run-finished";
    readonly at: number;
    readonly ok: boolean;
    readonly seconds: number;
    readonly run: string;
    readonly interrupted?: string;
  } & RunTotals);
