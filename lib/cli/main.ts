// The program `basin`: every `deno task` of Basin and the installed command are this file.

import { fromFileUrl } from "@std/path";
import type { z } from "zod";
import { type CommandDescription, exitCodes } from "./command.ts";
import { runProgram } from "./commander.ts";
import complete from "./commands/complete.ts";
import describe from "./commands/describe.ts";
import doctor from "./commands/doctor.ts";
import exportCommand from "./commands/export.ts";
import fsck from "./commands/fsck.ts";
import gc from "./commands/gc.ts";
import graph from "./commands/graph.ts";
import plan from "./commands/plan.ts";
import pull from "./commands/pull.ts";
import push from "./commands/push.ts";
import report from "./commands/report.ts";
import run from "./commands/run.ts";
import show from "./commands/show.ts";
import stats from "./commands/stats.ts";
import verify from "./commands/verify.ts";
import why from "./commands/why.ts";
import { storageProblem } from "./storage_problem.ts";
import { realTerminal, type Terminal } from "./terminal.ts";
import { basinVersion } from "./version.ts";

/** All commands, in the order of the help. */
export const commands: readonly CommandDescription<z.ZodObject>[] = [
  run,
  plan,
  why,
  show,
  graph,
  report,
  exportCommand,
  stats,
  gc,
  fsck,
  push,
  pull,
  verify,
  describe,
  doctor,
  complete,
] as unknown as readonly CommandDescription<z.ZodObject>[];

/** Runs one command line against a terminal; returns the exit code. */
export async function basin(argv: readonly string[], terminal: Terminal): Promise<number> {
  const info = {
    name: "basin",
    version: basinVersion,
    summary: "Workflows for the dynamics of neural networks: one YAML file, cached by content.",
  };
  try {
    return await runProgram(info, commands, argv, terminal);
  } catch (error) {
    const problem = storageProblem(error);
    if (problem === undefined) throw error;
    terminal.err(`error: ${problem}\n`);
    return exitCodes.storage;
  }
}

if (import.meta.main) {
  const terminal = realTerminal(fromFileUrl(new URL("../..", import.meta.url)).replace(/\/$/, ""));
  Deno.exit(await basin(Deno.args, terminal));
}
