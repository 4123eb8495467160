// Running fake graphs: what the tests of the scheduler share.

import type { RunEvent } from "#lib/core/event.ts";
import { schedule, type ScheduleDeps } from "#lib/scheduler/schedule.ts";
import type { Graph } from "#lib/workflow/graph.ts";
import { fakeDeps, realClock } from "./fake_tasks.ts";

/** What a test gives, at least a store and an executor. */
export type RunOptions = Partial<ScheduleDeps> & Pick<ScheduleDeps, "store" | "executor">;

/** All that the scheduler wants, with a real clock. */
export function scheduleDeps(options: RunOptions): ScheduleDeps {
  return { ...fakeDeps(), clock: realClock, run: "run-1", basin: "0.1.0", ...options };
}

/** Runs a graph and gathers its events. */
export async function runGraph(
  graph: Graph,
  options: RunOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of schedule(graph, scheduleDeps(options), signal)) events.push(event);
  return events;
}

/** How each stage ended: `hit`, `ran`, `failed: reason` or `skipped`, by id; the last event counts. */
export function endings(events: readonly RunEvent[]): Readonly<Record<string, string>> {
  const ended: Record<string, string> = {};
  for (const event of events) {
    if (event.type === "stage-finished") ended[event.stage] = event.how;
    else if (event.type === "stage-failed") ended[event.stage] = `failed: ${event.failure.reason}`;
    else if (event.type === "stage-skipped") ended[event.stage] = "skipped";
  }
  return ended;
}

/** The events of one type. */
export function ofType<T extends RunEvent["type"]>(
  events: readonly RunEvent[],
  type: T,
): readonly Extract<RunEvent, { type: T }>[] {
  return events.filter((event) => event.type === type) as never;
}

/** The last event. */
export function finished(events: readonly RunEvent[]) {
  return ofType(events, "run-finished")[0];
}
