// A report from run folders alone: of one run again, or of two side by side. Computes nothing and asks no store.

import { basename, dirname, join, relative } from "@std/path";
import { fileNameOf } from "../core/file_name.ts";
import type { ParamRow } from "../report/content.ts";
import { compareRuns } from "../report/compare_runs.ts";
import { renderDiagnostics } from "../report/diagnostics.ts";
import { printable } from "../report/format.ts";
import { reportHtml } from "../report/html.ts";
import { loadWorkflow } from "../workflow/load.ts";
import { denoWorld } from "../world/deno_world.ts";
import { exitCodes } from "./command.ts";
import { paramRows } from "./param_rows.ts";
import { type PreviousRun, previousRunIn, reportParams } from "./previous_run.ts";
import { type ReadRun, readRun } from "./read_run.ts";
import { readConfig } from "./read_config.ts";
import { isRunId } from "./run_id.ts";
import { RunFileError } from "./run_files.ts";
import type { SessionOptions } from "./session.ts";
import { resolve } from "./store_options.ts";
import type { Terminal } from "./terminal.ts";
import { type RunPlaces, whichRun } from "./which_run.ts";

/** Which runs a report is about. */
export interface ReportRunOptions extends Pick<SessionOptions, "results" | "profile" | "set"> {
  readonly run?: string | undefined;
  readonly diff?: string | undefined;
}

/** Writes the page; returns the exit code. */
export async function reportRun(
  terminal: Terminal,
  args: readonly string[],
  { run = "latest", diff, ...options }: ReportRunOptions,
): Promise<number> {
  const { disk } = denoWorld();
  const refuse = (text: string) => {
    terminal.err(`error: ${text}\n`);
    return exitCodes.usage;
  };
  const workflow = await nameOfWorkflow(terminal, args, options);
  if (workflow === undefined) return exitCodes.usage;
  const { cwd } = terminal;
  const places: RunPlaces = { disk, results: resolve(cwd, options.results), workflow, cwd };
  try {
    const folder = await whichRun(places, run);
    if (!folder.ok) return refuse(folder.error);
    // The page is written there, and a link may lead anywhere.
    if (disk.stat(folder.value)?.isSymlink) {
      return refuse(
        `${printable(basename(folder.value))} is a symbolic link, which is not followed`,
      );
    }
    const now = await readRun(disk, folder.value);
    if (diff === undefined) {
      const page = join(folder.value, "report.html");
      await replaceFile(disk, page, await reportHtml(await withParams(disk, folder.value, now)));
      say(terminal, now.missing);
      terminal.out(`${relative(cwd, page)}\n`);
      return exitCodes.done;
    }
    const other = await whichRun(places, diff, {
      folder: folder.value,
      previous: now.previous,
    });
    if (!other.ok) return refuse(other.error);
    if (other.value === folder.value) {
      return refuse(`${basename(folder.value)} cannot be compared with itself; name another run`);
    }
    const before = await readRun(disk, other.value);
    const params = paramsOf(before, now);
    const comparison = compareRuns(before, now, params);
    const name = basename(other.value);
    const page = join(folder.value, `diff.${isRunId(name) ? name : fileNameOf(name)}.html`);
    const content = await withParams(disk, folder.value, now);
    await replaceFile(disk, page, await reportHtml({ ...content, comparison }));
    say(terminal, [...before.missing, ...now.missing]);
    terminal.out(`${relative(cwd, page)}\n`);
    return exitCodes.done;
  } catch (error) {
    if (error instanceof RunFileError) return refuse(error.message);
    throw error;
  }
}

/** The name under which the runs of a workflow lie; `undefined` if it cannot be read, which has then been said. */
async function nameOfWorkflow(
  terminal: Terminal,
  [file, ...overrides]: readonly string[],
  { profile, set }: Pick<ReportRunOptions, "profile" | "set">,
): Promise<string | undefined> {
  const { disk } = denoWorld();
  const readText = async (path: string) => new TextDecoder().decode(await disk.read(path));
  const workflow = await loadWorkflow(file, readText, {
    overrides,
    ...(set === undefined ? {} : { sets: set }),
    ...(profile === undefined ? {} : { profile }),
  });
  if (workflow.ok) return workflow.value.name;
  terminal.err(renderDiagnostics(workflow.error, { colour: terminal.colour }));
  return undefined;
}

/** Params of both runs; none if those of one cannot be read. */
function paramsOf(before: ReadRun, now: ReadRun): readonly ParamRow[] {
  const [others, own] = [before, now].map(({ content }) => readConfig(content.resolved));
  return others === undefined || own === undefined ? [] : paramRows(own, others);
}

/** The content of a run with its params, compared with those of the run before if that is still there. */
async function withParams(
  disk: RunPlaces["disk"],
  folder: string,
  { content, previous }: ReadRun,
): Promise<ReadRun["content"]> {
  if (content.resolved === "") return content;
  const before: PreviousRun | undefined = previous === undefined
    ? undefined
    : await previousRunIn(disk, dirname(folder), previous, content.resolved);
  return { ...content, params: reportParams(content, before) };
}

function say(terminal: Terminal, missing: readonly string[]): void {
  for (const sentence of missing) terminal.err(`warning: ${printable(sentence)}\n`);
}

async function replaceFile(
  disk: ReturnType<typeof denoWorld>["disk"],
  path: string,
  text: string,
): Promise<void> {
  const part = `${path}.${crypto.randomUUID()}.part`;
  await disk.create(part, new TextEncoder().encode(text));
  await disk.rename(part, path);
}
