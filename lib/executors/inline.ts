// The executor that runs jobs in this very process: for tests and for debugging a task with a debugger.
// Leaves out the sandbox: the task can do what the process can. What it reads is not noted, because this scope cannot be
// kept from looking past the recorder.

import type {
  Bundle,
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
    { signal, progress = () => {} }: ExecuteOptions,
  ): Promise<Result<JobResult, StageFailure>> {
    if (signal.aborted) return err(cancelled(signal));
    const started = performance.now();
    const { promise: aborted, resolve: abort } = Promise.withResolvers<
      Result<never, StageFailure>
    >();
    const stop = () => abort(err(cancelled(signal)));
    signal.addEventListener("abort", stop, { once: true });
    const run = async () => {
      const loaded = await this.#load(bundle);
      const plain = { signal, progress };
      return await this.#engines.use(
        job.engine,
        plain,
        (context) => runJob(loaded, job, context),
      );
    };
    const running = (job.engine === undefined ? run() : this.#engineIsFree.then(run))
      .catch((error) => err(thrown(error)));
    if (job.engine !== undefined) this.#engineIsFree = running;
    this.#running.add(running);
    running.finally(() => this.#running.delete(running));
    const ran = await Promise.race([running, aborted]);
    signal.removeEventListener("abort", stop);
    if (!ran.ok) return err(readable(ran.error, bundle.code));
    const { value: outputs, ...engine } = ran.value;
    return ok({ outputs, seconds: (performance.now() - started) / 1000, ...engine });
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
