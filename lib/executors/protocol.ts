// What the main thread and a worker say to each other. Types only.

import type { JobResult, StageFailure } from "../core/executor.ts";
import type { ParamIssue } from "../core/resolve.ts";
import type { Result } from "../core/result.ts";
import type { Resolution, TaskDescription } from "./describe_task.ts";
import type { Changed } from "./intrinsics.ts";
import type { JobData } from "./run_job.ts";

/** What a worker is asked to do with a bundle; `url` is a `blob:` URL that every worker can import. */
export type Question =
  | { readonly type: "run"; readonly url: string; readonly job: JobData }
  | { readonly type: "describe"; readonly url: string }
  | { readonly type: "resolve"; readonly url: string; readonly raw: unknown };

/** The answers by question. */
export interface Answers {
  readonly run: JobResult;
  readonly describe: Result<TaskDescription, string>;
  readonly resolve: Result<Resolution, readonly ParamIssue[]>;
}

/** A question with the number that its answer will carry. */
export type Request = Question & { readonly id: number };

/** What a worker says. */
export type Reply =
  | {
    readonly type: "progress";
    readonly id: number;
    readonly fraction: number;
    readonly note?: string;
  }
  | { readonly type: "log"; readonly id: number; readonly bytes: Uint8Array }
  | {
    readonly type: "answer";
    readonly id: number;
    readonly answer: Result<Answers[keyof Answers], StageFailure>;
    /** What became of the built-in objects: if something was replaced the worker must go, else it may stay. */
    readonly changed?: Changed;
  }
  | { readonly type: "crashed"; readonly failure: StageFailure };
