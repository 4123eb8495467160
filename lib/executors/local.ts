// The executor of one machine: tasks go to warm workers, commands to child processes.

import type { ExecuteOptions, Executor, Job, JobResult, StageFailure } from "../core/executor.ts";
import { err, type Result } from "../core/result.ts";

/**
 * Dispatches jobs by what they are.
 *
 * @example
 * ```ts
 * import { LocalExecutor } from "#lib/executors/local.ts";
 * import { WorkersExecutor } from "#lib/executors/workers.ts";
 * import { assertEquals } from "@std/assert";
 * await using executor = new LocalExecutor({ tasks: new WorkersExecutor({ slots: 1 }), commands: undefined });
 * const command = { line: "true", outputs: {}, inputPaths: {} };
 * const job = { command, params: {}, inputs: {}, env: {}, grant: { cpu: 1, slots: {} } };
 * const ran = await executor.execute(job, { signal: new AbortController().signal });
 * assertEquals(ran.ok, false);
 * ```
 */
export class LocalExecutor implements Executor {
  readonly name = "local";
  readonly #tasks: Executor;
  readonly #commands: Executor | undefined;
  readonly executeMany?: NonNullable<Executor["executeMany"]>;

  /** @param commands absent where this process may not start programs; see {@link mayStartPrograms}. */
  constructor(
    { tasks, commands }: { readonly tasks: Executor; readonly commands: Executor | undefined },
  ) {
    this.#tasks = tasks;
    this.#commands = commands;
    const executeMany = tasks.executeMany?.bind(tasks);
    if (executeMany !== undefined) this.executeMany = executeMany;
  }

  get slots(): number {
    return this.#tasks.slots;
  }

  execute(job: Job, options: ExecuteOptions): Promise<Result<JobResult, StageFailure>> {
    if (!("command" in job)) return this.#tasks.execute(job, options);
    if (this.#commands !== undefined) return this.#commands.execute(job, options);
    return Promise.resolve(err({ reason: "threw", message: programsNotAllowed }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([
      this.#tasks[Symbol.asyncDispose](),
      this.#commands?.[Symbol.asyncDispose](),
    ]);
  }
}

/** Why a `run:` stage cannot be run, for people. */
export const programsNotAllowed =
  "its `run:` starts a program, which this process may not; use `deno task run:external` instead of `deno task run`, or `deno task basin:external run`";

/**
 * Whether this process may start any program.
 *
 * @example
 * ```ts
 * import { mayStartPrograms } from "#lib/executors/local.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(typeof mayStartPrograms(), "boolean");
 * ```
 */
export function mayStartPrograms(): boolean {
  return Deno.permissions.querySync({ name: "run" }).state === "granted";
}
