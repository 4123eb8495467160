// An executor that remembers what it was asked, in order, and checks how many jobs are with it at a time. It runs
// fake tasks in process, and can wait, fail or refuse as a test tells it.

import type {
  ExecuteOptions,
  Executor,
  Job,
  JobResult,
  StageFailure,
  TaskJob,
} from "#lib/core/executor.ts";
import { err, type Result } from "#lib/core/result.ts";
import { InlineExecutor } from "#lib/executors/inline.ts";

/** One job as it was asked for. */
export interface Recorded {
  readonly job: Job;
  readonly at: "start" | "end";
}

/** Records starts and ends. */
export class RecordingExecutor implements Executor {
  readonly name = "recording";
  readonly slots: number;
  readonly records: Recorded[] = [];
  /** The most jobs at a time. */
  highest = 0;
  cancelled = 0;
  #now = 0;
  readonly #inline: InlineExecutor;
  readonly #before: (job: Job, options: ExecuteOptions) => Promise<StageFailure | void> | void;

  /** @param before is awaited before each job; a failure that it gives is the job's. */
  constructor(
    slots: number,
    before: (job: Job, options: ExecuteOptions) => Promise<StageFailure | void> | void = () => {},
  ) {
    this.slots = slots;
    this.#before = before;
    this.#inline = new InlineExecutor({ slots });
  }

  /** Jobs in the order in which they started. */
  get started(): readonly Job[] {
    return this.records.filter(({ at }) => at === "start").map(({ job }) => job);
  }

  async execute(job: Job, options: ExecuteOptions): Promise<Result<JobResult, StageFailure>> {
    this.records.push({ job, at: "start" });
    this.highest = Math.max(this.highest, ++this.#now);
    try {
      const refused = await this.#before(job, options);
      const result = refused === undefined
        ? await this.#inline.execute(job as TaskJob, options)
        : err(refused);
      if (!result.ok && result.error.reason === "cancelled") this.cancelled++;
      return result;
    } finally {
      this.#now--;
      this.records.push({ job, at: "end" });
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#inline[Symbol.asyncDispose]();
  }
}

/** A promise that waits, or ends with the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}
