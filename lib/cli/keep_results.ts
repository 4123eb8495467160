// After a run: notes in the store which results it gave, so that `gc` keeps them.

import type { ActionKey } from "../core/digest.ts";
import { StorageError } from "../core/store.ts";
import type { RunRecord } from "../report/record.ts";
import { FsStore } from "../store/fs_store.ts";
import { resultsId } from "../store/roots.ts";
import type { Session } from "./session.ts";
import { storageProblem } from "./storage_problem.ts";
import type { Terminal } from "./terminal.ts";

/** Notes the results of a run. That it could not be done is a warning: the results themselves are there. */
export async function keepResults(
  terminal: Terminal,
  { graph, store, world, results }: Pick<Session, "graph" | "store" | "world" | "results">,
  run: string,
  record: RunRecord,
): Promise<void> {
  if (!(store instanceof FsStore)) return;
  const keys = record.stages.flatMap(({ key }) => key === undefined ? [] : [key as ActionKey]);
  if (keys.length === 0) return;
  try {
    const id = await resultsId(world.disk, results);
    await store.keepRun({ workflow: graph.workflow, results: id, run, keys });
  } catch (error) {
    const problem = storageProblem(error);
    if (problem === undefined && !(error instanceof StorageError)) throw error;
    terminal.err(`warning: ${problem}; gc may free the results of this run\n`);
  }
}
