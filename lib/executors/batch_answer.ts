// A batch in a worker: members are sent as they end, with what they looked at and used. Leaves out how a batch runs
// (run_many.ts) and how its failure is told (worker_entry.ts).

import type { StageFailure } from "../core/executor.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { SavedStates } from "../core/task.ts";
import type { CpuMeter } from "./cpu_meter.ts";
import type { EngineKeeper } from "./engine_keeper.ts";
import type { EndedMember } from "./protocol.ts";
import { BatchReads, Recorder } from "./recorded.ts";
import type { BundleExport, JobData } from "./run_job.ts";
import { type Ended, runMany } from "./run_many.ts";

/** What a batch uses of its worker. */
export interface BatchWorker {
  readonly signal: AbortSignal;
  readonly engines: EngineKeeper;
  readonly cpu: CpuMeter;
  readonly now: () => number;
  readonly progress: (member: number, fraction: number, note?: string) => void;
  /** States on the way, by member. */
  readonly states?: readonly (SavedStates | undefined)[];
  /** Whether a built-in object was replaced meanwhile. */
  readonly isSpoiled: () => boolean;
  readonly send: (members: readonly EndedMember[], transfer: Transferable[]) => void;
}

/**
 * Answers for a batch. A task that replaces built-in objects may have changed what companions compute: nothing of the
 * batch is told from then on, and alone each member has a worker of its own.
 *
 * @example
 * ```ts ignore
 * const answer = await answerForBatch(bundle, jobs, worker);
 * ```
 */
export async function answerForBatch(
  bundle: BundleExport,
  jobs: readonly JobData[],
  worker: BatchWorker,
): Promise<Result<{ readonly ended: true }, StageFailure>> {
  const { signal, engines, cpu, now, isSpoiled } = worker;
  const recorders = jobs.map(({ params }, i) => new Recorder(params, i > 0));
  const together = new BatchReads(recorders);
  const plain = { signal, progress: () => {} };
  let isOff = false;
  cpu.start();
  const ran = await engines.use(jobs[0].engine, plain, (context, used) => {
    const ended = (members: readonly Ended[], ms: number) => {
      isOff ||= isSpoiled();
      if (isOff) return;
      const seconds = ms / 1000 / members.length;
      const share = cpu.end(ms / 1000) / members.length;
      cpu.start();
      const usage = { cpu_seconds: Math.round(1e6 * share) / 1e6 };
      const reads = together.now();
      const more = { seconds, usage, ...used(), ...(reads === undefined ? {} : { reads }) };
      worker.send(
        members.map(({ member, result }) => ({
          member,
          result: result.ok ? ok({ outputs: result.value, ...more }) : result,
        })),
        members.flatMap(({ transfer }) => transfer),
      );
    };
    const { progress, states } = worker;
    const report = { now, progress, ended, ...(states === undefined ? {} : { states }) };
    return runMany(bundle, jobs, context, report, recorders);
  });
  if (isOff || isSpoiled()) return err({ reason: "crashed", message: spoiled });
  return ran.ok ? ok({ ended: true }) : ran;
}

const spoiled = "it replaced a built-in object while it ran together with others";
