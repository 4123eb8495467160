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

  constructor({ slots = 1 }: { readonly slots?: number } = {}) {
    this.slots = slots;
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
    const running = this.#load(bundle).then(
      (loaded) => runJob(loaded, job, { signal, progress }),
      (error) => err(thrown(error)),
    );
    this.#running.add(running);
    running.finally(() => this.#running.delete(running));
    const ran = await Promise.race([running, aborted]);
    signal.removeEventListener("abort", stop);
    if (!ran.ok) return err(readable(ran.error, bundle.code));
    return ok({ outputs: ran.value, seconds: (performance.now() - started) / 1000 });
  }

  /** Waits for jobs that were cancelled but have not noticed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#running);
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

function cancelled(signal: AbortSignal): StageFailure {
  const { reason } = signal;
  const message = reason instanceof Error ? reason.message : String(reason ?? "closed");
  return { reason: "cancelled", message };
}
