// Which run of a workflow is meant: the latest one, the one before another, or what find_run.ts understands: an id, the
// beginning of one, a folder.

import { basename, dirname, join } from "@std/path";
import { type Disk, DiskError } from "../core/disk.ts";
import { fileNameOf } from "../core/file_name.ts";
import { err, ok, type Result } from "../core/result.ts";
import { printable } from "../report/format.ts";
import { nearest } from "../workflow/nearest.ts";
import { findRun } from "./find_run.ts";
import { isRunId } from "./run_id.ts";

/** Where runs are looked for. */
export interface RunPlaces {
  readonly disk: Pick<Disk, "read" | "stat" | "list">;
  /** Folder of results. */
  readonly results: string;
  readonly workflow: string;
  /** Where relative paths start. */
  readonly cwd: string;
}

/** Runs named in a message. */
const maxNamed = 5;

/**
 * The folder of a run.
 *
 * @param after the run that `previous` comes before, and what it says itself of the one before; else the latest
 * @returns a sentence if there is no such run
 */
export async function whichRun(
  places: RunPlaces,
  name: string,
  after?: { readonly folder: string; readonly previous?: string | undefined },
): Promise<Result<string, string>> {
  const home = after === undefined ? homeOf(places) : dirname(after.folder);
  const runs = await runsIn(places.disk, home);
  if (name === "latest") {
    const latest = await latestIn(places.disk, homeOf(places));
    return latest === undefined
      ? err(`there is no latest run: ${told(runs)}`)
      : ok(join(homeOf(places), latest));
  }
  if (name === "previous") {
    const last = after === undefined ? await latestIn(places.disk, home) : basename(after.folder);
    const said = after?.previous;
    const run = said !== undefined && runs.includes(said)
      ? said
      : runs.filter((run) => last !== undefined && run < last).at(-1);
    return run === undefined
      ? err(`there is no run before ${printable(last ?? "the latest")}: ${told(runs)}`)
      : ok(join(home, run));
  }
  const found = runs.filter((run) => name !== "" && run.startsWith(name));
  if (found.length === 1) return ok(join(home, found[0]));
  if (found.length > 1) {
    return err(`'${printable(name)}' is the beginning of ${found.length} runs: ${named(found)}`);
  }
  const elsewhere = await findRun(places.disk, places, name);
  if (elsewhere.ok) return ok(elsewhere.value.folder);
  const near = nearest(name, runs);
  if (/[/\\]/.test(name)) return err(printable(elsewhere.error));
  return err(
    `there is no run '${printable(name)}': ` +
      (near === undefined ? told(runs) : `did you mean ${near}?`),
  );
}

function homeOf({ results, workflow }: RunPlaces): string {
  return join(results, "runs", fileNameOf(workflow));
}

/** Ids of runs in a folder that left a record, the oldest first. */
async function runsIn(disk: RunPlaces["disk"], home: string): Promise<readonly string[]> {
  return (await disk.list(home)).filter((name) => {
    if (!isRunId(name)) return false;
    if (disk.stat(join(home, name, "run.json"))?.isFile) return true;
    return (disk.stat(join(home, name, "events.ndjson"))?.size ?? 0) > 0;
  });
}

/** The run that `latest` names; if that has no record, the youngest that has one. */
async function latestIn(disk: RunPlaces["disk"], home: string): Promise<string | undefined> {
  const runs = await runsIn(disk, home);
  try {
    const latest = new TextDecoder().decode(await disk.read(join(home, "latest"))).trim();
    return runs.includes(latest) ? latest : runs.at(-1);
  } catch (error) {
    if (error instanceof DiskError) return runs.at(-1);
    throw error;
  }
}

function told(runs: readonly string[]): string {
  return runs.length === 0
    ? "the workflow has no runs"
    : `the runs are ${named(runs.toReversed())}, the latest first`;
}

function named(runs: readonly string[]): string {
  const rest = runs.length - maxNamed;
  return runs.slice(0, maxNamed).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
