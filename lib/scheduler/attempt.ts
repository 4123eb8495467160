// One attempt: a job with an executor, within its time, and what it prints. Executors answer with values; what else
// one does (throw, give what was not declared) becomes a failure here.

import type { Clock } from "../core/disk.ts";
import type { Executor, Job, JobResult, StageFailure } from "../core/executor.ts";
import type { Provenance } from "../core/manifest.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { SavedStates } from "../core/task.ts";
import type { StageMember } from "../workflow/graph.ts";
import { outputProblem } from "./check_outputs.ts";
import { LogBuffer } from "./log_buffer.ts";
import { nameFiles } from "./name_files.ts";
import type { Stopper } from "./stopper.ts";

/** What an attempt uses. */
export interface AttemptDeps {
  readonly executor: Executor;
  readonly clock: Clock;
  readonly stopper: Stopper;
  /** How long an aborted command may take to end by itself, in ms. */
  readonly graceMs?: number;
  readonly progress: (member: StageMember, fraction: number, note?: string) => void;
  /** Takes what the attempt prints, as it comes. */
  readonly log: (member: StageMember, attempt: number, bytes: Uint8Array) => void;
}

/** What a good attempt gave. */
export interface Attempted extends JobResult {
  /** Absent if it printed nothing. */
  readonly log?: Uint8Array;
  /** Of a task that keeps states on the way. */
  readonly states?: Provenance["states"];
}

/**
 * Carries one attempt out.
 *
 * @param attempt its number, from 1.
 *
 * @example
 * ```ts ignore
 * const result = await attemptJob(job, member, { attempt: 1, timeoutSeconds: 60 }, deps);
 * ```
 */
export async function attemptJob(
  job: Job,
  member: StageMember,
  { attempt, timeoutSeconds, states }: {
    readonly attempt: number;
    readonly timeoutSeconds?: number;
    readonly states?: SavedStates;
  },
  { clock, executor, stopper, graceMs, progress, log }: AttemptDeps,
): Promise<Result<Attempted, StageFailure>> {
  const control = new AbortController();
  const forget = stopper.onStop((reason) => control.abort(reason));
  const printed = new LogBuffer();
  let timedOut = false;
  const cancelTimer = timeoutSeconds === undefined ? () => {} : clock.after(
    timeoutSeconds * 1000,
    () => {
      timedOut = true;
      control.abort("timed out");
    },
  );
  try {
    const result = await executor.execute(job, {
      signal: control.signal,
      progress: (fraction, note) => progress(member, fraction, note),
      log: (bytes) => {
        printed.add(bytes);
        log(member, attempt, bytes);
      },
      ...(graceMs === undefined ? {} : { graceMs }),
      ...(states === undefined ? {} : { states }),
    });
    if (!result.ok) {
      return err(timedOut ? tooLate(timeoutSeconds) : nameFiles(result.error, member));
    }
    const problem = resultProblem(member, job, result.value);
    if (problem !== undefined) return err({ reason: "bad-output", message: problem });
    const bytes = printed.bytes();
    return bytes.length === 0 ? result : ok({ ...result.value, log: bytes });
  } catch (error) {
    return err({ reason: "crashed", message: `the executor threw: ${error}` });
  } finally {
    cancelTimer();
    forget();
  }
}

/**
 * What is wrong with a result: its outputs, or that another engine made it than the one that is in its key.
 *
 * @example
 * ```ts
 * import { resultProblem } from "#lib/scheduler/attempt.ts";
 * import { assertEquals } from "@std/assert";
 * const job = { engine: { name: "webgpu", numerics: "webgpu-f32/x", threads: 1 } } as never;
 * const made = { outputs: {}, seconds: 0, engine: "wasm-f32" };
 * assertEquals(
 *   resultProblem({ outputs: {} }, job, made),
 *   "it should run on webgpu-f32/x, but wasm-f32 made it",
 * );
 * ```
 */
export function resultProblem(
  { outputs }: Pick<StageMember, "outputs">,
  job: Job,
  result: JobResult,
): string | undefined {
  const asked = "engine" in job ? job.engine?.numerics : undefined;
  if (result.engine !== undefined && result.engine !== asked) {
    return `it should run on ${asked ?? "no engine"}, but ${result.engine} made it`;
  }
  return outputProblem(outputs, result.outputs);
}

/**
 * The failure of what took too long.
 *
 * @example
 * ```ts
 * import { tooLate } from "#lib/scheduler/attempt.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(tooLate(2).message, "did not finish within its timeout of 2 s");
 * ```
 */
export function tooLate(seconds: number | undefined): StageFailure {
  return { reason: "timed-out", message: `did not finish within its timeout of ${seconds} s` };
}
