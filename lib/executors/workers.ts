// The executor that runs jobs in warm workers without permissions. Leaves out the pool itself (worker_pool.ts) and
// what happens inside a worker (worker_entry.ts).

import type {
  Bundle,
  ExecuteManyOptions,
  ExecuteOptions,
  Executor,
  JobInput,
  JobResult,
  StageFailure,
  TaskJob,
} from "../core/executor.ts";
import type { ParamIssue } from "../core/resolve.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Resolution, TaskDescription } from "./describe_task.ts";
import type { JobData } from "./run_job.ts";
import { sendable } from "./sendable.ts";
import { readable } from "./stack.ts";
import { WorkerPool } from "./worker_pool.ts";

/**
 * Runs jobs in workers, one at a time in each; also asks bundles of foreign tasks what they are.
 *
 * @example
 * ```ts ignore
 * await using executor = new WorkersExecutor({ slots: 4 });
 * const result = await executor.execute(job, { signal: AbortSignal.timeout(60_000) });
 * ```
 */
export class WorkersExecutor implements Executor {
  readonly name = "workers";
  readonly slots: number;
  readonly #pool: WorkerPool;
  /** Bundles as `blob:` URLs, made once and imported by any worker. */
  readonly #urls = new Map<string, string>();

  constructor({ slots }: { readonly slots: number }) {
    this.slots = slots;
    this.#pool = new WorkerPool(slots);
  }

  async execute(
    { bundle, ...job }: TaskJob,
    { states, ...options }: ExecuteOptions,
  ): Promise<Result<JobResult, StageFailure>> {
    const url = this.#url(bundle);
    const labels = states === undefined ? {} : { labels: states.labels };
    const ask = () => {
      const transfer: Transferable[] = [];
      const question = { type: "run", url, job: sent(job, transfer), ...labels } as const;
      return { question, transfer };
    };
    // What keeps states goes alone: what it says of them cannot be taken back.
    const own = states === undefined ? {} : { states: [states], alone: true };
    const errand = { url, ask, onGpu: usesGpu(job), ...options, ...own };
    const answer = await this.#pool.ask<"run">(errand);
    return answer.ok ? answer : err(readable(answer.error, bundle.code));
  }

  async executeMany(
    jobs: readonly TaskJob[],
    { signal, log, progress, states, finished }: ExecuteManyOptions,
  ): Promise<Result<void, StageFailure>> {
    const [{ bundle }] = jobs;
    const url = this.#url(bundle);
    const labels = states === undefined ? {} : { labels: states.map((one) => one?.labels) };
    const ask = () => {
      const transfer: Transferable[] = [];
      const all = jobs.map(({ bundle: _, ...job }) => sent(job, transfer));
      return { question: { type: "run-many", url, jobs: all, ...labels } as const, transfer };
    };
    const answer = await this.#pool.ask<"run-many">({
      url,
      ask,
      signal,
      alone: true,
      onGpu: usesGpu(jobs[0]),
      ...(log === undefined ? {} : { log }),
      ...(states === undefined ? {} : { states }),
      progress: (fraction, note, member) => progress?.(member!, fraction, note),
      ended({ member, result }) {
        finished(member, result.ok ? result : err(readable(result.error, bundle.code)));
      },
    });
    return answer.ok ? ok(undefined) : err(readable(answer.error, bundle.code));
  }

  /** What a bundled task says of itself. */
  async describe(bundle: Bundle): Promise<Result<TaskDescription, string>> {
    const url = this.#url(bundle);
    const ask = () => ({ question: { type: "describe", url } as const, transfer: [] });
    const answer = await inTime((signal) => this.#pool.ask<"describe">({ url, ask, signal }));
    return answer.ok ? answer.value : err(failureText(answer.error, bundle));
  }

  /** Checks raw params in the sandbox and resolves the ports they imply, or names the members needed for that. */
  async resolve(
    bundle: Bundle,
    raw: unknown,
  ): Promise<Result<Resolution, readonly ParamIssue[]>> {
    const url = this.#url(bundle);
    const ask = () => ({ question: { type: "resolve", url, raw } as const, transfer: [] });
    const answer = await inTime((signal) => this.#pool.ask<"resolve">({ url, ask, signal }));
    if (answer.ok) return answer.value;
    return err([{ path: [], code: "threw", message: failureText(answer.error, bundle) }]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
  }

  #url({ digest, code }: Bundle): string {
    let url = this.#urls.get(digest);
    if (url === undefined) {
      url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
      this.#urls.set(digest, url);
    }
    return url;
  }
}

/** A job with copies of its inputs. */
function sent(job: JobData, transfer: Transferable[]): JobData {
  const inputs: Record<string, readonly JobInput[]> = {};
  for (const [port, taken] of Object.entries(job.inputs)) {
    inputs[port] = taken.map(({ kind, coords, files }) => ({
      kind,
      coords,
      files: sendable(files, transfer),
    }));
  }
  return { ...job, inputs };
}

function usesGpu({ engine }: JobData): boolean {
  return engine?.name === "webgpu";
}

/** Loading a task's file and checking params take milliseconds; a file that loops must not hang a plan. */
const maxSeconds = 20;

async function inTime<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const control = new AbortController();
  const timer = setTimeout(
    () => control.abort(`no answer within ${maxSeconds} s`),
    maxSeconds * 1000,
  );
  try {
    return await ask(control.signal);
  } finally {
    clearTimeout(timer);
  }
}

function failureText(failure: StageFailure, { code }: Bundle): string {
  const shown = readable(failure, code);
  const snippet = shown.reason === "threw"
    ? /^ {2}> (.*)$/m.exec(shown.stack ?? "")?.[1]
    : undefined;
  return `the task's code failed: ${shown.message}${snippet === undefined ? "" : ` at ${snippet}`}`;
}
