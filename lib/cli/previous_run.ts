// The run before: the one that `latest` names when a run starts. Its params are what the new run's are compared with.
// It may have been removed, or be damaged: then there is nothing to compare with.

import { join } from "@std/path";
import type { Disk } from "../core/disk.ts";
import type { ReportParams } from "../report/content.ts";
import type { Graph } from "../workflow/graph.ts";
import { paramRows } from "./param_rows.ts";
import { fileNameOf } from "../core/file_name.ts";
import { readConfig } from "./read_config.ts";
import { runFiles } from "./run_files.ts";
import { isRunId, startOfRun } from "./run_id.ts";

/** A finished run of the same workflow. */
export interface PreviousRun {
  readonly run: string;
  readonly started_at: string;
  /** The workflow as it was resolved then. */
  readonly resolved: string;
  readonly profile?: string;
}

/** Unchanged params that a page lists at most. */
const maxUnchanged = 3000;

/** The run that `latest` names now; `undefined` without one that can be read. */
export async function previousRun(
  disk: Pick<Disk, "read" | "stat" | "list">,
  results: string,
  { workflow, resolved }: Pick<Graph, "workflow" | "resolved">,
): Promise<PreviousRun | undefined> {
  const home = join(results, "runs", fileNameOf(workflow));
  try {
    const run = new TextDecoder().decode(await disk.read(join(home, "latest"))).trim();
    return await previousRunIn(disk, home, run, resolved);
  } catch {
    return undefined;
  }
}

/** A run by its id, among those of a folder. */
export async function previousRunIn(
  disk: Pick<Disk, "read" | "stat" | "list">,
  home: string,
  run: string,
  now: string,
): Promise<PreviousRun | undefined> {
  if (!isRunId(run)) return undefined;
  const folder = join(home, run);
  try {
    // A link may lead anywhere.
    if (!disk.stat(folder)?.isDirectory) return undefined;
    const files = runFiles(disk, folder);
    const resolved = await files.text("config.resolved.yaml");
    if (resolved === undefined) return undefined;
    // Asked for only where it may explain a difference: the file is long.
    const profile = resolved === now
      ? undefined
      : await files.text("page.json").then(profileOf, () => undefined);
    return {
      run,
      started_at: startOfRun(run),
      resolved,
      ...(profile === undefined ? {} : { profile }),
    };
  } catch {
    return undefined;
  }
}

/** Params of a workflow, compared with those of the run before. */
export function reportParams(
  graph: Pick<Graph, "resolved" | "resolvedValue">,
  previous: PreviousRun | undefined,
): ReportParams {
  const { resolved } = graph;
  const now = graph.resolvedValue?.() ?? readConfig(resolved);
  const rows = paramRows(
    now,
    previous === undefined ? undefined : beforeOf(previous, resolved, now),
  );
  let numUnchanged = 0;
  const shown = rows.filter(({ change }) => change !== undefined || ++numUnchanged <= maxUnchanged);
  return {
    rows: shown,
    ...(shown.length === rows.length ? {} : { num_more: rows.length - shown.length }),
    ...(previous === undefined ? {} : {
      previous: {
        run: previous.run,
        started_at: previous.started_at,
        ...(previous.profile === undefined ? {} : { profile: previous.profile }),
      },
    }),
  };
}

function beforeOf(previous: PreviousRun, resolved: string, now: unknown): unknown {
  return previous.resolved === resolved ? now : readConfig(previous.resolved);
}

function profileOf(page: string | undefined): string | undefined {
  if (page === undefined) return undefined;
  const { profile } = JSON.parse(page);
  return typeof profile === "string" ? profile : undefined;
}
