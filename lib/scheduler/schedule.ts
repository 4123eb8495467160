// Scheduling: carries a graph out and tells what happens as events. This file is the entrance: the stream of events
// with its back-pressure; run.ts holds what happens in between.

import type { RunEvent } from "../core/event.ts";
import type { Graph, StageMember } from "../workflow/graph.ts";
import type { InputFiles } from "../workflow/input_files.ts";
import type { Plan, PlanDeps } from "../workflow/plan.ts";
import type { Clock } from "../core/disk.ts";
import type { Executor } from "../core/executor.ts";
import type { Store } from "../core/store.ts";
import { EventQueue } from "./event_queue.ts";
import type { Budget } from "./pool.ts";
import { Run } from "./run.ts";
import type { RunEngine } from "./run_engine.ts";

/** What happens to the rest when a stage fails: it goes on, is cancelled, or what runs may finish. */
export type OnFailure = "continue" | "stop" | "finish-running";

/** What a run needs of the world. */
export interface ScheduleDeps extends PlanDeps {
  readonly store: Store;
  readonly executor: Executor;
  readonly files: InputFiles;
  readonly clock: Clock;
  /** The plan of this graph, if it was made already with the same `deps`. */
  readonly planned?: Plan;
  /** Id of the run. */
  readonly run: string;
  /** Basin's version. */
  readonly basin: string;
  /** Members worked on at a time; never more than the executor has slots. */
  readonly jobs?: number;
  readonly onFailure?: OnFailure;
  /** What stages whose numerics are `engine` compute on; absent if there are none such. */
  readonly engine?: RunEngine;
  /** What the machine has to give; absent: as many cores as jobs, uncounted memory, no named slots. */
  readonly machine?: Omit<Budget, "places">;
  /** How long a stopped command may take to end by itself, in ms. */
  readonly graceMs?: number;
  /** Takes what stages print, as it comes; attempts count from 1. */
  readonly log?: (stage: string, attempt: number, bytes: Uint8Array) => void;
  /** Told of the graph whenever it has grown. */
  readonly grown?: (graph: Graph) => void;
  /** Flags of members that go before all others, e.g. those of the first figure. */
  readonly first?: Uint8Array;
  /** Seconds that a member took before, for the order of work. */
  readonly expectedSeconds?: (member: StageMember) => number | undefined;
}

/**
 * Runs what is missing of a graph. The last event is `run-finished`, after everything is durable; then the stream
 * ends, or throws what the store threw. A reader that is slow slows the run; one that leaves stops it.
 *
 * @param signal stops the run: running jobs are cancelled, nothing is left half-written. Its reason is told.
 * @throws {StorageError} after `run-finished`, if the store failed.
 *
 * @example
 * ```ts
 * import { schedule } from "#lib/scheduler/schedule.ts";
 * import { fakeDeps, fakeGraph, realClock } from "#tests/support/fake_tasks.ts";
 * import { TinyStore } from "#tests/support/tiny_store.ts";
 * import { InlineExecutor } from "#lib/executors/inline.ts";
 * import { assertEquals } from "@std/assert";
 * const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
 * await using store = new TinyStore();
 * await using executor = new InlineExecutor();
 * const deps = { ...fakeDeps(), store, executor, clock: realClock, run: "r1", basin: "0.1.0" };
 * const types: string[] = [];
 * for await (const event of schedule(graph, deps, new AbortController().signal)) types.push(event.type);
 * assertEquals(types.filter((type) => type === "stage-finished").length, 2);
 * ```
 */
export async function* schedule(
  graph: Graph,
  deps: ScheduleDeps,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, void> {
  for await (const events of scheduleInBatches(graph, deps, signal)) yield* events;
}

/**
 * The same with the events that came at once together: thousands of known results are thousands of events.
 *
 * @throws {StorageError} as {@link schedule}.
 *
 * @example
 * ```ts ignore
 * for await (const events of scheduleInBatches(graph, deps, signal)) events.forEach(show);
 * ```
 */
export async function* scheduleInBatches(
  graph: Graph,
  deps: ScheduleDeps,
  signal: AbortSignal,
): AsyncGenerator<readonly RunEvent[], void, void> {
  const events = new EventQueue<RunEvent>();
  const run = new Run(graph, deps, events);
  const stop = () => run.interrupt(textOf(signal.reason));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const outcome = run.go().then(
    () => undefined,
    (error: unknown) => ({ error }),
  ).finally(() => events.close());
  try {
    for (;;) {
      const batch = await events.next();
      if (batch === undefined) break;
      yield batch;
    }
    const failed = await outcome;
    if (failed !== undefined) throw failed.error;
  } finally {
    signal.removeEventListener("abort", stop);
    run.interrupt("nobody watches any more");
    await outcome;
  }
}

function textOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason ?? "stopped");
}
