// How a run ends: its last event where nothing ran, its exit code, and what is refused before it begins.

import { isAssertion } from "../core/assertion.ts";
import { DiskError } from "../core/disk.ts";
import type { RunEvent } from "../core/event.ts";
import { StorageError } from "../core/store.ts";
import type { RunRecord } from "../report/record.ts";
import type { Graph } from "../workflow/graph.ts";
import { exitCodes } from "./command.ts";
import { exitCodeOf, type StopSignal } from "./interruption.ts";
import type { Session } from "./session.ts";

/** The last event of a run that ended before its first stage. */
export function nothingRan(
  { members }: Graph,
  run: string,
): Extract<RunEvent, { type: "run-finished" }> {
  const totals = { ran: 0, hit: 0, failed: 0, skipped: members.length, fused: 0 };
  return {
    type: "run-finished",
    at: 0,
    ok: false,
    stages: members.length,
    ...totals,
    ...sinceStart(),
    run,
  };
}

/** Refuses a store that cannot even be made before the first stage is started in vain. */
export async function requireStore({ world, storeFolder }: Session): Promise<void> {
  try {
    await world.disk.makeDirectory(storeFolder);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    throw new StorageError("create", storeFolder, error.errno);
  }
}

/** Seconds since the process began: what a person has waited. */
export function sinceStart(): { readonly seconds: number } {
  return { seconds: Math.round(performance.now()) / 1000 };
}

/** The exit code of a run that has ended. */
export function exitCodeOfRun(record: RunRecord, interrupted: StopSignal | null): number {
  if (interrupted !== null) return exitCodeOf(interrupted);
  if (record.ok) return exitCodes.done;
  const failed = record.stages.filter(({ status }) => status === "failed");
  const onlyAssertions = failed.length > 0 &&
    failed.every(({ failure }) => isAssertion(failure?.message ?? ""));
  return onlyAssertions ? exitCodes.assertionFailed : exitCodes.stageFailed;
}
