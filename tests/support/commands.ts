// Commands for tests: an executor in a folder of its own, jobs, and listings of everything below a folder.

import { CommandExecutor, type CommandExecutorOptions } from "#lib/executors/command.ts";
import type {
  CommandJob,
  ExecuteOptions,
  JobInput,
  JobResult,
  StageFailure,
} from "#lib/core/executor.ts";
import type { Result } from "#lib/core/result.ts";
import { denoWorld } from "#lib/world/deno_world.ts";

/** A place to run commands in. */
export interface CommandPlace {
  /** The folder around it: `work` lies in it. */
  readonly folder: string;
  readonly executor: CommandExecutor;
  run(
    line: CommandJob["command"]["line"],
    job?: Partial<Omit<CommandJob, "command">> & Partial<CommandJob["command"]>,
    options?: Partial<ExecuteOptions>,
  ): Promise<Result<JobResult, StageFailure>>;
}

/** Runs `test` in a new folder, and removes that afterwards. */
export async function withCommands(
  test: (place: CommandPlace) => Promise<void>,
  options: Partial<CommandExecutorOptions> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const env = (name: string) => name === "PATH" ? Deno.env.get(name) : undefined;
  const work = `${folder}/work`;
  const executor = new CommandExecutor({ slots: 4, work, world: denoWorld(), env, ...options });
  try {
    await test({
      folder,
      executor,
      run: (line, { outputs = {}, inputPaths = {}, lists = [], ...job } = {}, given = {}) => {
        const command = { line, outputs, inputPaths, lists };
        const grant = { cpu: 1, slots: {} };
        const whole = { command, params: {}, inputs: {}, env: {}, grant, ...job };
        const signal = new AbortController().signal;
        return executor.execute(whole, { signal, graceMs: 200, ...given });
      },
    });
  } finally {
    await executor[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
}

/** One declared output. */
export function output(path: string, kind = "file") {
  return { kind, path, volatile: false };
}

/** An input file. */
export function inputFile(text: string): JobInput {
  return { kind: "file", files: { data: new TextEncoder().encode(text) }, coords: {} };
}

/** The text of one file of an output. */
export function outputText(
  ran: Result<JobResult, StageFailure>,
  name: string,
  file = "data",
): string {
  if (!ran.ok) throw new Error(JSON.stringify(ran.error));
  return new TextDecoder().decode(ran.value.outputs[name].files[file]);
}

/** The failure of a command that must fail. */
export function failure(ran: Result<JobResult, StageFailure>): StageFailure {
  if (ran.ok) throw new Error("the command should have failed");
  return ran.error;
}

/** Every path below a folder, with type, size and contents of files, sorted: equal if nothing was touched. */
export function listing(folder: string, except: readonly string[] = []): string[] {
  const found: string[] = [];
  for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (except.includes(path)) continue;
    if (isDirectory) found.push(`${path}/`, ...listing(path, except));
    else if (isFile) found.push(`${path}: ${Deno.readTextFileSync(path)}`);
    else found.push(`${path}: no file`);
  }
  return found.sort();
}

/** How many processes have a word in their command lines. */
export async function numProcesses(word: string): Promise<number> {
  const script = `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0\\n' ' \\n'`;
  const { stdout } = await new Deno.Command("/bin/sh", { args: ["-c", script] }).output();
  return new TextDecoder().decode(stdout).split(word).length - 1;
}
