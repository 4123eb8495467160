// What failed when the workflow ran last: for people who ask for a result that is not there. Only a run of the very same
// params tells; a run folder may have been removed, or be damaged, and then nothing is known.

import { bold, dim } from "@std/fmt/colors";
import { join } from "@std/path";
import type { Disk } from "../core/disk.ts";
import { fileNameOf } from "../core/file_name.ts";
import { oneLine, printable } from "../report/format.ts";
import type { Graph } from "../workflow/graph.ts";
import { runFiles } from "./run_files.ts";
import { isRunId } from "./run_id.ts";
import { recordSchema } from "./run_schema.ts";
import { shortPath } from "./store_options.ts";

/** How a member of a stage failed. */
export interface LastFailure {
  readonly run: string;
  readonly message: string;
  /** Where what it printed lies, if it printed anything. */
  readonly log?: string;
}

/** The members that failed in the latest run of a workflow as it is now, by id. */
export async function lastFailures(
  disk: Pick<Disk, "read" | "stat" | "list">,
  results: string,
  { workflow, resolved }: Pick<Graph, "workflow" | "resolved">,
): Promise<ReadonlyMap<string, LastFailure>> {
  const failures = new Map<string, LastFailure>();
  const home = join(results, "runs", fileNameOf(workflow));
  try {
    const run = new TextDecoder().decode(await disk.read(join(home, "latest"))).trim();
    if (!isRunId(run)) return failures;
    const files = runFiles(disk, join(home, run));
    if (await files.text("config.resolved.yaml") !== resolved) return failures;
    const record = await files.json("run.json", recordSchema);
    const logs = new Set(await files.list("logs"));
    for (const { stage, failure } of record?.stages ?? []) {
      if (failure === undefined) continue;
      const log = `${fileNameOf(stage)}.log`;
      failures.set(stage, {
        run,
        message: failure.message,
        ...(logs.has(log) ? { log: join(files.folder, "logs", log) } : {}),
      });
    }
  } catch {
    failures.clear();
  }
  return failures;
}

/**
 * A failure as `show` tells it.
 *
 * @example
 * ```ts
 * import { failureText } from "#lib/cli/last_failure.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const failure = { run: "20261122T054512-3fa9c1", message: "no convergence" };
 * assertStringIncludes(failureText("fit", failure, "/home/me"), "\n  no convergence\n");
 * ```
 */
export function failureText(
  id: string,
  { run, message, log }: LastFailure,
  cwd: string,
): string {
  return `${bold(oneLine(id))} has no result: it failed in the latest run, ${run}\n` +
    message.split("\n").map((line) => `  ${printable(line)}\n`).join("") +
    (log === undefined ? "" : dim(`  what it printed: ${shortPath(cwd, log)}\n`));
}
