// Which run is meant: by its folder, its id or the beginning of it, or the name or the file of its workflow, whose latest
// run that can be read is taken.

import { basename, dirname, join } from "@std/path";
import type { Disk } from "../core/disk.ts";
import { err, ok, type Result } from "../core/result.ts";
import { loadWorkflow } from "../workflow/load.ts";
import { listNames, nearest } from "../workflow/nearest.ts";
import { fileNameOf } from "./run_folder.ts";
import { isRunId } from "./run_id.ts";
import { resolve, shortPath } from "./store_options.ts";

/** A run that was found. */
export interface FoundRun {
  /** Absolute path of its folder. */
  readonly folder: string;
  readonly run: string;
}

/** The part of the disk that is used. */
type Reading = Pick<Disk, "read" | "list" | "stat">;

/** The run that a text means; the error is ready to be shown. */
export async function findRun(
  disk: Reading,
  { cwd, results }: { readonly cwd: string; readonly results: string },
  text: string,
): Promise<Result<FoundRun, string>> {
  const runs = join(results, "runs");
  const workflows = (await disk.list(runs)).filter((name) =>
    disk.stat(join(runs, name))?.isDirectory
  );
  const named = join(runs, fileNameOf(text));
  if (disk.stat(named)?.isDirectory && !text.includes("/")) {
    return await latestOf(disk, named, text);
  }
  if (/^\d{2,8}(T\d{0,6}(-[\da-f]{0,6})?)?$/.test(text)) {
    return await byId(disk, runs, workflows, text);
  }
  const path = resolve(cwd, text);
  const there = disk.stat(path);
  if (there?.isDirectory) return await inFolder(disk, cwd, path);
  if (there?.isFile && /\.ya?ml$/.test(text)) {
    const read = async (file: string) =>
      new TextDecoder().decode(await disk.read(resolve(cwd, file)));
    const loaded = await loadWorkflow(text, read, { overrides: [] });
    if (!loaded.ok) {
      return err(`${text} is no workflow that can be read; \`deno task plan ${text}\` says why`);
    }
    const { name } = loaded.value;
    return await latestOf(disk, join(runs, fileNameOf(name)), name);
  }
  return err(unknown(text, workflows, shortPath(cwd, results)));
}

async function byId(
  disk: Reading,
  runs: string,
  workflows: readonly string[],
  start: string,
): Promise<Result<FoundRun, string>> {
  const found: FoundRun[] = [];
  const all: string[] = [];
  for (const workflow of workflows) {
    for (const run of await disk.list(join(runs, workflow))) {
      if (!isRunId(run)) continue;
      all.push(run);
      if (run.startsWith(start)) found.push({ folder: join(runs, workflow, run), run });
    }
  }
  const exact = found.filter(({ run }) => run === start);
  const chosen = exact.length > 0 ? exact : found;
  if (chosen.length === 1) {
    const [{ folder, run }] = chosen;
    return await isReadable(disk, folder) ? ok({ folder, run }) : err(onlyPage(run));
  }
  if (chosen.length > 1) {
    const names = chosen.map(({ folder, run }) => `${basename(dirname(folder))} ${run}`);
    return err(`${chosen.length} runs begin with '${start}': ${listNames(names)}`);
  }
  const near = nearest(start, all);
  return err(
    `no run begins with '${start}'` + (near === undefined ? "" : `; did you mean \`${near}\`?`) +
      (all.length === 0 ? ": there are no runs yet" : ""),
  );
}

async function inFolder(
  disk: Reading,
  cwd: string,
  path: string,
): Promise<Result<FoundRun, string>> {
  if (await isReadable(disk, path)) return ok({ folder: path, run: basename(path) });
  if ((await disk.list(path)).some(isRunId)) return await latestOf(disk, path, basename(path));
  return err(
    isRunId(basename(path))
      ? onlyPage(basename(path))
      : `${shortPath(cwd, path)} is no folder of a run: it has neither run.json nor events.ndjson`,
  );
}

/** The run that `latest` names, or the youngest that can be read: `report` leaves folders without a record. */
async function latestOf(
  disk: Reading,
  home: string,
  workflow: string,
): Promise<Result<FoundRun, string>> {
  const runs = (await disk.list(home)).filter(isRunId).reverse();
  const latest = await disk.read(join(home, "latest"))
    .then((bytes) => new TextDecoder().decode(bytes).trim(), () => "");
  for (const run of [...(isRunId(latest) ? [latest] : []), ...runs]) {
    const folder = join(home, run);
    if (await isReadable(disk, folder)) return ok({ folder, run });
  }
  return err(
    `there is no run of ${workflow} yet; run it first: \`deno task run WORKFLOW\``,
  );
}

async function isReadable(disk: Reading, folder: string): Promise<boolean> {
  if (disk.stat(join(folder, "run.json"))?.isFile) return true;
  const events = disk.stat(join(folder, "events.ndjson"));
  return await Promise.resolve(events?.isFile === true && events.size > 0);
}

function onlyPage(run: string): string {
  return `${run} is a report without a run: it has no record of results; name a run`;
}

function unknown(text: string, workflows: readonly string[], results: string): string {
  const near = nearest(text.replace(/^.*\//, "").replace(/\.ya?ml$/, ""), workflows);
  const known = near !== undefined
    ? `did you mean \`${near}\`?`
    : workflows.length === 0
    ? `there are no runs in ${results} yet`
    : `there are runs of ${listNames(workflows)}`;
  return `there is no run, workflow or file '${text}': ${known}`;
}
