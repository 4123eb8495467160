// The executor that runs jobs in this very process: for tests and for debugging a task with a debugger.
// Leaves out the sandbox: the task can do what the process can. What it reads is not noted, because this scope cannot be
// kept from looking past the recorder.

import type {
  Bundle,
  ExecuteManyOptions,
  ExecuteOptions,
  Executor,
  JobResult,
  StageFailure,
  TaskJob,
} from "../core/executor.ts";
import { err, ok, type Result } from "../core/result.ts";
import { EngineKeeper } from "./engine_keeper.ts";
import type { OpenEngine } from "./open_engine.ts";
import { type BundleExport, runJob, thrown } from "./run_job.ts";
import { runMany } from "./run_many.ts";
import { readable } from "./stack.ts";

/**
 * Runs jobs in process. A job that is cancelled is no longer waited for; it ends when it looks at its signal.
 *
 * @example
 * ```ts
 * import { InlineExecutor } from "#lib/executors/inline.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * await using executor = new InlineExecutor({ slots: 1 });
 * const code = "export default { task: { inputs: {}, outputs: {}, run: () => ({}) }, members: {} }";
 * const job = { bundle: { digest: digestOf(code), code }, params: {}, members: {}, inputs: {} };
 * const result = await executor.execute(job, { signal: new AbortController().signal });
 * assertEquals(result.ok && result.value.outputs, {});
 * ```
 */
export class InlineExecutor implements Executor {
  readonly name = "inline";
  readonly slots: number;
  readonly #urls = new Map<string, string>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #engines: EngineKeeper;
  /** Jobs with an engine run one after the other. */
  #engineIsFree: Promise<unknown> = Promise.resolve();

  /** @param openEngine for jobs that use an engine; without it they fail. */
  constructor(
    { slots = 1, openEngine = noEngines }: {
      readonly slots?: number;
      readonly openEngine?: OpenEngine;
    } = {},
  ) {
    this.slots = slots;
    this.#engines = new EngineKeeper(openEngine);
  }

  async execute(
    { bundle, ...job }: TaskJob,
    { signal, progress = () => {}, states }: ExecuteOptions,
  ): Promise<Result<JobResult, StageFailure>> {
    const started = performance.now();
    const ran = await this.#run(bundle, job, signal, (loaded) => {
      const plain = { signal, progress, ...(states === undefined ? {} : { states }) };
      return this.#engines.use(job.engine, plain, (context) => runJob(loaded, job, context));
    });
    if (!ran.ok) return ran;
    const { value: outputs, ...engine } = ran.value;
    return ok({ outputs, seconds: (performance.now() - started) / 1000, ...engine });
  }

  async executeMany(
    jobs: readonly TaskJob[],
    { signal, progress = () => {}, states, finished }: ExecuteManyOptions,
  ): Promise<Result<void, StageFailure>> {
    const [{ bundle, engine }] = jobs;
    const plain = { signal, progress: () => {} };
    const ran = await this.#run(
      bundle,
      jobs[0],
      signal,
      (loaded) =>
        this.#engines.use(engine, plain, (context, used) =>
          runMany(loaded, jobs, context, {
            now: () => performance.now(),
            progress,
            ...(states === undefined ? {} : { states }),
            ended(members, ms) {
              if (signal.aborted) return;
              const seconds = ms / 1000 / members.length;
              for (const { member, result } of members) {
                finished(
                  member,
                  result.ok
                    ? ok({ outputs: result.value, seconds, ...used() })
                    : err(readable(result.error, bundle.code)),
                );
              }
            },
          })),
    );
    return ran.ok ? ok(undefined) : ran;
  }

  /** Loads and runs; does not wait any more once the signal is aborted. */
  async #run<T>(
    bundle: Bundle,
    { engine }: Pick<TaskJob, "engine">,
    signal: AbortSignal,
    work: (loaded: BundleExport) => Promise<Result<T, StageFailure>>,
  ): Promise<Result<T, StageFailure>> {
    if (signal.aborted) return err(cancelled(signal));
    const { promise: aborted, resolve: abort } = Promise.withResolvers<
      Result<never, StageFailure>
    >();
    const stop = () => abort(err(cancelled(signal)));
    signal.addEventListener("abort", stop, { once: true });
    const run = () => this.#load(bundle).then(work);
    const running = (engine === undefined ? run() : this.#engineIsFree.then(run))
      .catch((error): Result<T, StageFailure> => err(thrown(error)));
    if (engine !== undefined) this.#engineIsFree = running;
    this.#running.add(running);
    running.finally(() => this.#running.delete(running));
    const ran = await Promise.race([running, aborted]);
    signal.removeEventListener("abort", stop);
    return ran.ok ? ran : err(readable(ran.error, bundle.code));
  }

  /** Waits for jobs that were cancelled but have not noticed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#engines.drop();
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
  }

  async #load({ digest, code }: Bundle): Promise<BundleExport> {
    let url = this.#urls.get(digest);
    if (url === undefined) {
      url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
      this.#urls.set(digest, url);
    }
    return (await import(url)).default;
  }
}

function noEngines(): never {
  throw new TypeError("this executor was given no engines");
}

function cancelled(signal: AbortSignal): StageFailure {
  const { reason } = signal;
  const message = reason instanceof Error ? reason.message : String(reason ?? "closed");
  return { reason: "cancelled", message };
}
