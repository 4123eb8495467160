// What the main thread and a worker say to each other. Types only.

import type { JobResult, StageFailure } from "../core/executor.ts";
import type { ParamIssue } from "../core/resolve.ts";
import type { Result } from "../core/result.ts";
import type { Resolution, TaskDescription } from "./describe_task.ts";
import type { JobData } from "./run_job.ts";
import type { StateAnswer, StateSaid } from "./state_link.ts";

/** What a worker is asked to do with a bundle; `url` is a `blob:` URL that every worker can import. */
export type Question =
  | {
    readonly type: "run";
    readonly url: string;
    readonly job: JobData;
    /** Of its states; absent if it has nothing to keep any. */
    readonly labels?: readonly string[];
  }
  | {
    readonly type: "run-many";
    readonly url: string;
    readonly jobs: readonly JobData[];
    /** Of states, by member. */
    readonly labels?: readonly (readonly string[] | undefined)[];
  }
  | { readonly type: "describe"; readonly url: string }
  | { readonly type: "resolve"; readonly url: string; readonly raw: unknown };

/** The answers by question. */
export interface Answers {
  readonly run: JobResult;
  /** Members that ended were told before. */
  readonly "run-many": { readonly ended: true };
  readonly describe: Result<TaskDescription, string>;
  readonly resolve: Result<Resolution, readonly ParamIssue[]>;
}

/** A question with the number that its answer will carry. */
export type Request = Question & { readonly id: number };

/** Questions on one bundle, to be answered one after the other. */
export interface Message {
  readonly requests: readonly Request[];
  /** Comes with the first message, and is shared: how many of a message's requests were begun; −1 once the
   * main thread takes back the others. */
  readonly begun?: Int32Array<SharedArrayBuffer>;
}

/** What a worker is sent. */
export type Sent = Message | StateAnswer;

/** One answer. */
export interface Answered {
  readonly id: number;
  readonly answer: Result<Answers[keyof Answers], StageFailure>;
}

/** A member of a batch that has ended. */
export interface EndedMember {
  readonly member: number;
  readonly result: Result<JobResult, StageFailure>;
}

/** What a worker says. */
export type Reply =
  | {
    readonly type: "progress";
    readonly id: number;
    /** Of a batch. */
    readonly member?: number;
    readonly fraction: number;
    readonly note?: string;
  }
  | {
    /** Members of a batch have ended. */
    readonly type: "ended";
    readonly id: number;
    readonly members: readonly EndedMember[];
  }
  | { readonly type: "log"; readonly id: number; readonly bytes: Uint8Array }
  | {
    /** Of the states of a job, or of a member of a batch. */
    readonly type: "state";
    readonly id: number;
    readonly member: number;
    readonly said: StateSaid;
  }
  | {
    readonly type: "answers";
    readonly answers: readonly Answered[];
    /** Whether the worker is done with the message. */
    readonly last: boolean;
  }
  | {
    /** A built-in object was replaced: the worker must go. */
    readonly type: "spoiled";
    /** The answer, if a single request did it; answers of several are not told, for one may have changed another. */
    readonly answers: readonly Answered[];
  }
  /** Something was added to a built-in object: the worker may only serve the bundle it served before. */
  | { readonly type: "unfit" }
  | { readonly type: "crashed"; readonly failure: StageFailure };
