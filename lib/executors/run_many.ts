// Running several jobs as one: bytes to values for each member, `task.runMany`, values to bytes as members end. A member
// ends once; what becomes of it never depends on its companions. Shared by all executors of TypeScript tasks.

import type { StageFailure } from "../core/executor.ts";
import type { FusedMember, SavedStates } from "../core/task.ts";
import { err, ok, type Result } from "../core/result.ts";
import { Bursts } from "./bursts.ts";
import { jobStates } from "./job_states.ts";
import type { Recorder } from "./recorded.ts";
import {
  badOutput,
  type BundleExport,
  chosenMembers,
  decodeInputs,
  encodeOutputs,
  type JobContext,
  type JobData,
  type JobOutputs,
  taskContext,
  thrown,
} from "./run_job.ts";
import { sendable } from "./sendable.ts";

/** A member that has ended. */
export interface Ended {
  readonly member: number;
  /** Copies, which nobody else has. */
  readonly result: Result<JobOutputs, StageFailure>;
  /** Buffers of the outputs that are worth giving away. */
  readonly transfer: readonly Transferable[];
}

/** What a batch says while it runs. */
export interface BatchReport {
  /** Milliseconds. */
  readonly now: () => number;
  readonly progress: (member: number, fraction: number, note?: string) => void;
  /** States on the way, by member. */
  readonly states?: readonly (SavedStates | undefined)[];
  /** Members that ended, each once, and the milliseconds that they took together. */
  readonly ended: (members: readonly Ended[], ms: number) => void;
}

type Fused = FusedMember<unknown, Record<never, never>, Record<never, never>>;

/**
 * Runs jobs of one bundle as one.
 *
 * @param recorders by member.
 * @returns the batch's failure; members that have not ended by then are nobody's fault.
 *
 * @example
 * ```ts
 * import { runMany } from "#lib/executors/run_many.ts";
 * import { assertEquals } from "@std/assert";
 * const out = { kind: "n", encode: (n: number) => ({ n: Uint8Array.of(n) }) };
 * const task = {
 *   name: "twice", inputs: {}, outputs: { out },
 *   runMany: (_: unknown, all: { params: { n: number }; finish: (of: object) => void }[]) =>
 *     all.forEach(({ params, finish }) => finish({ out: 2 * params.n })),
 * };
 * const jobs = [1, 2].map((n) => ({ params: { n }, members: {}, inputs: {} }));
 * const context = { signal: new AbortController().signal };
 * const found: unknown[] = [];
 * await runMany({ task, members: {} } as never, jobs, context, {
 *   now: () => 0,
 *   progress: () => {},
 *   ended: (all) => all.forEach(({ result }) => found.push(result.ok && result.value.out.files.n[0])),
 * });
 * assertEquals(found, [2, 4]);
 * ```
 */
export async function runMany(
  bundle: BundleExport,
  jobs: readonly JobData[],
  context: Omit<JobContext, "progress">,
  report: BatchReport,
  recorders?: readonly Recorder[],
): Promise<Result<void, StageFailure>> {
  const { task } = bundle;
  if (typeof task.runMany !== "function") {
    return err({ reason: "threw", message: `${task.name} has no runMany` });
  }
  const ended = new Uint8Array(jobs.length);
  const bursts = new Bursts<Ended>(report.now, report.ended);
  const isOver = { now: false };
  const fused: Fused[] = [];
  let modules: ReturnType<typeof chosenMembers> = {};
  const end = (member: number, result: Ended["result"], transfer: Transferable[] = []) => {
    if (isOver.now) return;
    if (ended[member] === 0) {
      ended[member] = 1;
      return bursts.add({ member, result, transfer });
    }
    // Too late to take back what was told; which of two results counts is then not told apart by time.
    const twice = badOutput(`${task.name} ended a member of a batch twice`);
    bursts.change((one) => one.member === member, { member, result: twice, transfer: [] });
  };
  jobs.forEach((job, i) => {
    try {
      const params = recorders?.[i].params ?? job.params;
      modules = chosenMembers(bundle, job.members, params);
      const inputs = decodeInputs(task, { ...job, params }, modules, recorders?.[i]);
      const states = jobStates(task, params, report.states?.[i], recorders?.[i]);
      fused.push({
        params,
        inputs: inputs as never,
        finish(results) {
          const transfer: Transferable[] = [];
          end(i, outputsOf(bundle, params, modules, results, transfer), transfer);
        },
        fail: (error) => end(i, err(thrown(error))),
        progress(fraction, note) {
          if (ended[i] === 0 && !isOver.now) report.progress(i, fraction, note);
        },
        ...(states === undefined ? {} : { states }),
      });
    } catch (error) {
      end(i, err(thrown(error)));
    }
  });
  const all = {
    get engine() {
      return context.engine!;
    },
    signal: context.signal,
    progress(fraction: number, note?: string) {
      for (let i = 0; i < jobs.length; i++) {
        if (ended[i] === 0) report.progress(i, fraction, note);
      }
    },
  };
  try {
    if (fused.length > 0) await task.runMany(taskContext(all, modules), fused as never);
  } catch (error) {
    bursts.flush();
    isOver.now = true;
    return err(thrown(error));
  }
  for (let i = 0; i < jobs.length; i++) {
    if (ended[i] === 1) continue;
    end(i, badOutput(`${task.name} ended a batch without finishing or failing this member`));
  }
  bursts.flush();
  isOver.now = true;
  return ok(undefined);
}

/** What a member gave, copied: the task goes on, and may use the same memory for the next. */
function outputsOf(
  { task }: BundleExport,
  params: JobData["params"],
  modules: Parameters<typeof encodeOutputs>[2],
  results: unknown,
  transfer: Transferable[],
): Ended["result"] {
  try {
    const encoded = encodeOutputs(task, params, modules, results);
    if (!encoded.ok) return encoded;
    const copied = Object.entries(encoded.value).map(([name, { kind, files }]) =>
      [name, { kind, files: sendable(files, transfer) }] as const
    );
    return ok(Object.fromEntries(copied));
  } catch (error) {
    return err(thrown(error));
  }
}
