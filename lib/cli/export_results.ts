// The export command's work: find the run, open the store, write the folder, say what it holds. What becomes which file is
// decided in lib/export.

import { join } from "@std/path";
import type { Store } from "../core/store.ts";
import { exportRun } from "../export/export_run.ts";
import type { ExportedRun, ExportOptions, ExportReport } from "../export/exported_run.ts";
import { memberPlace } from "../export/member_id.ts";
import { refusal } from "../export/refusal.ts";
import { formatBytes, oneLine, plural } from "../report/format.ts";
import { openFsStore } from "../store/fs_store.ts";
import { compileGlob } from "../workflow/glob.ts";
import { suggest } from "../workflow/nearest.ts";
import { denoWorld } from "../world/deno_world.ts";
import { exitCodes } from "./command.ts";
import { shellWord } from "./command_line.ts";
import { createExportFolder } from "./export_folder.ts";
import { exportedRun } from "./export_record.ts";
import { findRun } from "./find_run.ts";
import { RunFileError } from "./run_files.ts";
import { fileNameOf } from "./run_folder.ts";
import { foldersOf, progressLine, resolve, shortPath } from "./store_options.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

/** Options of the command. */
export interface ExportCommandOptions extends ExportOptions {
  readonly results: string;
  readonly store?: string | undefined;
  readonly only?: readonly string[] | undefined;
  readonly to?: string | undefined;
  readonly json: boolean;
}

/** Exports a run; returns the exit code. */
export async function exportResults(
  terminal: Terminal,
  text: string,
  options: ExportCommandOptions,
): Promise<number> {
  const { cwd } = terminal;
  const { npz, hdf5 } = options;
  const world = denoWorld();
  const { disk } = world;
  const { results, store: storeFolder } = foldersOf(terminal, options);
  const refuse = (message: string): number => {
    terminal.err(`error: ${message}\n`);
    return exitCodes.usage;
  };
  const found = await findRun(disk, { cwd, results }, text);
  if (!found.ok) return refuse(found.error);
  let whole: ExportedRun;
  try {
    whole = await exportedRun(disk, found.value, results);
  } catch (error) {
    if (error instanceof RunFileError) return refuse(error.message);
    throw error;
  }
  const chosen = chooseMembers(whole, options.only);
  if (typeof chosen === "string") return refuse(chosen);
  await using store = await openFsStore(world, storeFolder, {
    index: join(results, "index"),
    warn: (message) => terminal.err(`warning: ${message}\n`),
    readOnly: true,
  });
  const recall: Store["recall"] = (key) => store.recall(key);
  const problem = refusal(chosen, options, recall);
  if (problem !== undefined) return refuse(problem);
  const target = options.to === undefined
    ? join(results, "exports", fileNameOf(chosen.workflow), folderNameOf(chosen.run, options.only))
    : resolve(cwd, options.to);
  const random = [...crypto.getRandomValues(new Uint8Array(3))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const folder = await createExportFolder(disk, { cwd, target, random });
  if (!folder.ok) return refuse(folder.error);
  let stopped: keyof typeof signalCodes | undefined;
  using _signals = terminal.onSignal((signal) => stopped = signal);
  let report: ExportReport;
  try {
    using line = progressLine(terminal);
    report = await exportRun(chosen, options, {
      recall,
      read: (artifact) => store.read(artifact),
      write(path, bytes) {
        if (stopped !== undefined) throw new Stopped();
        return folder.value.write(path, bytes);
      },
      progress: (done, of) => line.show(`${done} of ${plural(of, "stage")}`),
    }, (missing) => commandAgain(chosen, missing));
    const { workflow, run } = chosen;
    const { layout, parquet, only } = options;
    const asked = { layout, npz, hdf5, parquet, ...(only === undefined ? {} : { only }) };
    await folder.value.finish({ workflow, run, options: asked });
  } catch (error) {
    await folder.value.discard();
    if (stopped === undefined || !(error instanceof Stopped)) throw error;
    terminal.err("stopped; nothing was exported\n");
    return signalCodes[stopped];
  }
  const gone = report.missing.filter(({ why }) => why === "gone");
  if (options.json) {
    terminal.out(JSON.stringify({ folder: shortPath(cwd, target), ...report }) + "\n");
  } else {
    const columns = Math.min(terminal.columns(), 100);
    terminal.out(exportText(chosen, report, shortPath(cwd, target), columns, npz || hdf5));
  }
  return gone.length > 0 ? exitCodes.storage : exitCodes.done;
}

class Stopped extends Error {}

const signalCodes = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.terminated,
};

/** The run with the members that are asked for; a message if there are none. */
function chooseMembers(
  run: ExportedRun,
  only: readonly string[] | undefined,
): ExportedRun | string {
  if (only === undefined) return run;
  const chosen = new Set<string>();
  for (const glob of only) {
    const matches = compileGlob(glob);
    const found = run.members.filter(({ id }) => matches(id));
    if (found.length === 0) {
      const stages = new Set(run.members.map(({ id }) => memberPlace(id).stage));
      const hint = suggest(glob.replace(/\[.*$/s, ""), stages, "stages");
      return `no stage of this run matches '${glob}': ${hint}`;
    }
    for (const { id } of found) chosen.add(id);
  }
  return { ...run, members: run.members.filter(({ id }) => chosen.has(id)) };
}

/** Some stages of a run lie beside the whole of it, and do not take its place. */
function folderNameOf(run: string, only: readonly string[] | undefined): string {
  return only === undefined ? run : `${run}.${fileNameOf(only.join(","))}`;
}

/** Stages that a command forces by name; more are forced all. */
const maxForced = 8;

/** The command that computes missing bytes again, and keeps them. */
export function commandAgain(run: ExportedRun, missing: ExportReport["missing"]): string {
  const stages = (wanted: readonly { readonly member: string }[]) => [
    ...new Set(wanted.map(({ member }) => memberPlace(member).stage)),
  ];
  const kept = stages(missing.filter(({ why }) => why === "digest"));
  const all = stages(missing);
  const base = run.command ?? `deno task run workflows/${run.workflow}.yaml`;
  const words = [
    ...kept.map((stage) => `stages.${stage}.store=full`)
      .filter((word) => !base.split(" ").includes(word)),
    ...(all.length > maxForced ? ["*"] : all).flatMap((stage) => ["--force", stage]),
  ];
  return [base, ...words.map(shellWord)].join(" ");
}

/** From so many files on, formats with fewer are named. */
const manyFiles = 2000;

/** What was exported. */
export function exportText(
  run: ExportedRun,
  report: ExportReport,
  folder: string,
  columns: number,
  isBundled: boolean,
): string {
  const { members, files, bytes, missing, changed } = report;
  const what = ([["tables", "table"], ["arrays", "array"], ["networks", "network"]] as const)
    .concat([["figures", "figure"] as never])
    .filter(([name]) => report[name] > 0)
    .map(([name, one]) => plural(report[name], one));
  const lines = [
    `${oneLine(run.workflow)} ${run.run}: ${plural(members, "stage")} exported to ${folder}`,
    `${what.join(", ") || "no results"}; ${formatBytes(bytes)} in ${plural(files, "file")}`,
  ];
  if (files > manyFiles && !isBundled) {
    lines.push(
      "fewer files: --hdf5 (arrays of a stage in one), --npz (arrays of an output in one)",
    );
  }
  if (!run.finished) lines.push("the run did not finish: this is what it had stored by then");
  if (changed.length > 0) {
    lines.push(
      `${
        plural(changed.length, "stage")
      } computed again since with another result, which was exported`,
    );
  }
  if (missing.length > 0) {
    const names = missing.slice(0, 5).map(({ member, output }) => `${oneLine(member)} ${output}`);
    const digest = missing.every(({ why }) => why === "digest");
    lines.push(
      `${plural(missing.length, "output")} not there ${
        digest
          ? "because the workflow keeps digests only (store: digest)"
          : "because the bytes were collected or damaged"
      }: ${names.join(", ")}${missing.length > 5 ? ", …" : ""}`,
      `to compute ${missing.length === 1 ? "it" : "them"} again:`,
    );
  }
  const text = lines.flatMap((line) => wrap(line, columns)).map((line) => `${line}\n`).join("");
  const again = missing.length === 0 ? "" : `  ${oneLine(commandAgain(run, missing))}\n`;
  return `${text}${again}begin with ${join(folder, "README.md")}\n`;
}
