// An executor that runs batches in process, remembers them, and breaks them as a test tells it.

import type {
  ExecuteManyOptions,
  ExecuteOptions,
  Executor,
  JobResult,
  StageFailure,
  TaskJob,
} from "#lib/core/executor.ts";
import { err, type Result } from "#lib/core/result.ts";
import type { OpenEngine } from "#lib/executors/open_engine.ts";
import { InlineExecutor } from "#lib/executors/inline.ts";

/** What becomes of a batch: a failure after so many of its members have ended. */
export interface Broken {
  readonly failure: StageFailure;
  readonly after?: number;
}

/** Decides on a batch, or on a job of its own, before it runs. */
export type Fate = (
  jobs: readonly TaskJob[],
  signal: AbortSignal,
) => Promise<Broken | void> | Broken | void;

/** Runs batches and single jobs in process. */
export class FusingExecutor implements Executor {
  readonly name = "fusing";
  readonly slots: number;
  /** What was asked for, in order: one list of jobs for each batch, lists of one for single jobs. */
  readonly batches: (readonly TaskJob[])[] = [];
  /** The most batches and jobs at a time. */
  highest = 0;
  #now = 0;
  readonly #inline: InlineExecutor;
  readonly #fate: Fate;

  constructor(slots: number, fate: Fate = () => {}, openEngine?: OpenEngine) {
    this.slots = slots;
    this.#fate = fate;
    this.#inline = new InlineExecutor({
      slots,
      ...(openEngine === undefined ? {} : { openEngine }),
    });
  }

  /** Sizes of all batches, in order. */
  get sizes(): readonly number[] {
    return this.batches.map(({ length }) => length);
  }

  async execute(job: TaskJob, options: ExecuteOptions): Promise<Result<JobResult, StageFailure>> {
    return await this.#during(
      [job],
      options.signal,
      async (broken) =>
        broken === undefined ? await this.#inline.execute(job, options) : err(broken.failure),
    );
  }

  async executeMany(
    jobs: readonly TaskJob[],
    options: ExecuteManyOptions,
  ): Promise<Result<void, StageFailure>> {
    return await this.#during(jobs, options.signal, async (broken) => {
      let left = broken?.after ?? (broken === undefined ? Infinity : 0);
      const result = await this.#inline.executeMany(jobs, {
        ...options,
        finished(member, ended) {
          if (left-- > 0) options.finished(member, ended);
        },
      });
      return broken === undefined || !result.ok ? result : err(broken.failure);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#inline[Symbol.asyncDispose]();
  }

  async #during<T>(
    jobs: readonly TaskJob[],
    signal: AbortSignal,
    run: (broken: Broken | undefined) => Promise<T>,
  ): Promise<T> {
    this.batches.push(jobs);
    this.highest = Math.max(this.highest, ++this.#now);
    try {
      return await run(await this.#fate(jobs, signal) ?? undefined);
    } finally {
      this.#now--;
    }
  }
}
