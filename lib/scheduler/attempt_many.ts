// One attempt at several members as one: within their time, with what they print, each member's result looked at as it
// ends. Leaves out what follows for members that did not end (flights.ts).

import type { Result } from "../core/result.ts";
import { err, ok } from "../core/result.ts";
import type { JobResult, StageFailure, TaskJob } from "../core/executor.ts";
import type { SavedStates } from "../core/task.ts";
import type { StageMember } from "../workflow/graph.ts";
import { type AttemptDeps, type Attempted, resultProblem, tooLate } from "./attempt.ts";
import { LogBuffer } from "./log_buffer.ts";

/** One member of a batch. */
export interface BatchMember {
  readonly job: TaskJob;
  readonly member: StageMember;
  /** Number of its attempt, from 1. */
  readonly attempt: number;
  readonly states?: SavedStates;
}

/**
 * Runs members as one. The batch may take as long as its members may one after the other. What it prints is each
 * member's that has not ended.
 *
 * @param timeoutSeconds of one member.
 * @param ended is told once of each member that came to an end of its own.
 * @returns the failure of the batch, which is that of the members that did not end.
 *
 * @example
 * ```ts ignore
 * const result = await attemptMany(batch, 60, (i, result) => land(i, result), deps);
 * ```
 */
export async function attemptMany(
  batch: readonly BatchMember[],
  timeoutSeconds: number | undefined,
  ended: (index: number, result: Result<Attempted, StageFailure>) => void,
  { clock, executor, stopper, progress, log }: AttemptDeps,
): Promise<Result<void, StageFailure>> {
  const control = new AbortController();
  const forget = stopper.onStop((reason) => control.abort(reason));
  const printed = new LogBuffer();
  const open = new Set(batch.keys());
  const seconds = timeoutSeconds === undefined ? undefined : timeoutSeconds * batch.length;
  let timedOut = false;
  const cancelTimer = seconds === undefined ? () => {} : clock.after(seconds * 1000, () => {
    timedOut = true;
    control.abort("timed out");
  });
  const finished = (index: number, result: Result<JobResult, StageFailure>) => {
    if (!open.delete(index)) return;
    const { member, job } = batch[index];
    if (!result.ok) return ended(index, result);
    const problem = resultProblem(member, job, result.value);
    if (problem !== undefined) return ended(index, err({ reason: "bad-output", message: problem }));
    const bytes = printed.bytes();
    ended(index, bytes.length === 0 ? result : ok({ ...result.value, log: bytes }));
  };
  try {
    const result = await executor.executeMany!(batch.map(({ job }) => job), {
      signal: control.signal,
      progress(index, fraction, note) {
        if (open.has(index)) progress(batch[index].member, fraction, note);
      },
      log(bytes) {
        printed.add(bytes);
        for (const index of open) log(batch[index].member, batch[index].attempt, bytes);
      },
      ...(batch.some(({ states }) => states !== undefined)
        ? { states: batch.map(({ states }) => states) }
        : {}),
      finished,
    });
    if (!result.ok) return timedOut ? err(tooLate(seconds)) : result;
    for (const index of [...open]) {
      finished(index, err({ reason: "bad-output", message: "it did not come to an end" }));
    }
    return result;
  } catch (error) {
    return err({ reason: "crashed", message: `the executor threw: ${error}` });
  } finally {
    open.clear();
    cancelTimer();
    forget();
  }
}
