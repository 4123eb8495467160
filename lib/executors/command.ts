// The executor of `run:` stages: each command is a child process in a folder of its own, with an environment that is
// known to the last variable. No sandbox: what a program of somebody else may do is the system's to decide. But it leaves
// no process behind, and nothing that it left is taken unless it ended well.
// Leaves out the folder (command_folder.ts), the environment (command_environment.ts), what becomes of outputs
// (command_outputs.ts), and figures and limits (command_guard.ts).

import type { Command } from "../core/command.ts";
import {
  DiskError,
  type DiskLock,
  SpawnError,
  type SpawnResult,
  type World,
} from "../core/disk.ts";
import type {
  CommandJob,
  ExecuteOptions,
  Executor,
  Job,
  JobResult,
  StageFailure,
} from "../core/executor.ts";
import { err, ok, type Result } from "../core/result.ts";
import { commandEnvironment } from "./command_environment.ts";
import { commandFailure } from "./command_failure.ts";
import { clearFolder, prepareFolder } from "./command_folder.ts";
import { CommandGuard, type Watch } from "./command_guard.ts";
import { collectOutputs, type OutputLimits, outputPathProblem } from "./command_outputs.ts";

/** What a {@link CommandExecutor} is given. */
export interface CommandExecutorOptions {
  /** How many commands it runs at a time, as far as it is asked; the caller counts. */
  readonly slots: number;
  /** Absolute path of the folder that commands get their folders in; made when first needed. */
  readonly work: string;
  readonly world: World;
  /** Variables of this process: `PATH` and `HOME` are handed on. */
  readonly env: (name: string) => string | undefined;
  readonly limits?: OutputLimits;
}

/** Bytes of the log that a failure is told from. */
const tailLength = 64 * 1024;

/** So many folders may wait for their removal. */
const leftAtMost = 64;

/** The folder of a command that took less, in ms, may serve another one. For others, a new one costs next to nothing. */
const tidyBefore = 100;

/** Commands that lasted so long, in ms, are searched for processes that they left behind under another group. */
const searchedAfter = 1000;

/**
 * Runs commands.
 *
 * @example
 * ```ts
 * import { CommandExecutor } from "#lib/executors/command.ts";
 * import { denoWorld } from "#lib/world/deno_world.ts";
 * import { assertEquals } from "@std/assert";
 * const work = Deno.makeTempDirSync();
 * const executor = new CommandExecutor({ slots: 1, work, world: denoWorld(), env: () => undefined });
 * const outputs = { text: { kind: "file", path: "out/text", volatile: false } };
 * const command = { line: "echo hello > out/text", outputs, inputPaths: {} };
 * const job = { command, params: {}, inputs: {}, env: {}, grant: { cpu: 1, slots: {} } };
 * const ran = await executor.execute(job, { signal: new AbortController().signal });
 * await executor[Symbol.asyncDispose]();
 * Deno.removeSync(work, { recursive: true });
 * assertEquals(ran.ok && new TextDecoder().decode(ran.value.outputs.text.files.data), "hello\n");
 * ```
 */
export class CommandExecutor implements Executor {
  readonly name = "commands";
  readonly slots: number;
  readonly #options: CommandExecutorOptions;
  readonly #guard: CommandGuard;
  readonly #session = crypto.randomUUID().slice(0, 8);
  /** Folders that are still to be removed. */
  #numLeft = 0;
  #removing = Promise.resolve();
  /** Cleared folders, to be used again. */
  readonly #spare: string[] = [];
  #ready: Promise<DiskLock> | undefined;
  #numFolders = 0;

  constructor(options: CommandExecutorOptions) {
    this.slots = options.slots;
    this.#options = options;
    this.#guard = new CommandGuard(options.world);
  }

  async execute(job: Job, options: ExecuteOptions): Promise<Result<JobResult, StageFailure>> {
    if (!("command" in job)) {
      return err({
        reason: "crashed",
        message: "this executor runs commands, but was given a task",
      });
    }
    if (options.signal.aborted) return err(cancelled(options.signal));
    const problem = outputPathProblem(job.command.outputs);
    if (problem !== undefined) return err({ reason: "bad-output", message: problem });
    const { disk, clock } = this.#options.world;
    const began = clock.monotonic();
    let folder: string | undefined;
    let tidy = false;
    try {
      await (this.#ready ??= this.#makeReady().catch((error) => {
        this.#ready = undefined; // the disk may have room again
        throw error;
      }));
      if (this.#numLeft > leftAtMost) await this.#removing;
      // Ends in the session, so that no folder's path begins another one's.
      folder = `${this.#options.work}/${folderName(job)}-${++this.#numFolders}-${this.#session}`;
      await prepareFolder(disk, folder, job, this.#spare.pop());
      const ran = await this.#run(job, folder, options);
      if (!ran.ok) return ran;
      const found = await collectOutputs(disk, folder, job.command.outputs, this.#options.limits);
      if (!found.ok) return found;
      if (options.signal.aborted) return err(cancelled(options.signal));
      const seconds = (clock.monotonic() - began) / 1000;
      const { usage } = ran.value;
      tidy = ran.value.tidy;
      return ok({ outputs: found.value, seconds, ...(usage === undefined ? {} : { usage }) });
    } catch (error) {
      if (!(error instanceof DiskError || error instanceof TypeError)) throw error;
      return err({ reason: "crashed", message: `the command's folder failed: ${error.message}` });
    } finally {
      if (folder !== undefined) this.#remove(folder, tidy);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#guard[Symbol.asyncDispose]();
    await this.#removing;
    for (const folder of this.#spare.splice(0)) this.#remove(folder, false);
    await this.#removing;
    (await this.#ready?.catch(() => undefined))?.release();
  }

  /**
   * What it used, if it ended well, and whether its folder may serve again: it ended so soon that hardly anything can
   * have been left running in there, and nothing was seen that was.
   */
  async #run(
    job: CommandJob,
    folder: string,
    { signal, graceMs, log }: ExecuteOptions,
  ): Promise<Result<{ usage: JobResult["usage"]; tidy: boolean }, StageFailure>> {
    const { spawn, clock } = this.#options.world;
    const { grant } = job;
    const tail = new Tail();
    let watch: Watch | undefined;
    let found = 0;
    const began = clock.monotonic();
    let ended: SpawnResult;
    try {
      ended = await spawn.run(argumentsOf(job.command), {
        cwd: folder,
        env: commandEnvironment(job, folder, this.#options.env),
        signal,
        group: true,
        ...(graceMs === undefined ? {} : { graceMs }),
        output: (bytes) => {
          tail.add(bytes);
          log?.(bytes);
        },
        started: (process) => {
          const tooMuch = (bytes: number) => void (found = bytes);
          watch = this.#guard.watch({ process, memory: grant.memory, tooMuch });
        },
      });
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      return err(notStarted(error));
    } finally {
      watch?.end();
    }
    const lasted = clock.monotonic() - began;
    if (ended.held || watch?.hasEscaped || lasted >= searchedAfter) {
      await this.#guard.killMarked(`TMPDIR=${folder}`).catch(() => 0);
    }
    if (signal.aborted) return err(cancelled(signal));
    if (found > 0) return err(outOfMemory(found, grant.memory!));
    if (ended.code === 0 && ended.signal === null) {
      return ok({ usage: watch?.usage, tidy: !ended.held && lasted < tidyBefore });
    }
    return err(commandFailure({ ...ended, tail: tail.text(), grant }));
  }

  /** Makes the folder of folders, and clears what sessions left there that died. */
  async #makeReady(): Promise<DiskLock> {
    const { work, world: { disk } } = this.#options;
    await disk.makeDirectory(work);
    const lock = await disk.lock(`${work}/${this.#session}.lock`);
    const names = await disk.list(work);
    for (const [, session] of names.map((name) => /^(\w+)\.lock$/.exec(name) ?? [])) {
      if (session === undefined || session === this.#session) continue;
      const dead = await disk.tryLock(`${work}/${session}.lock`).catch(() => undefined);
      if (dead === undefined) continue;
      for (const name of names) {
        if (name.endsWith(`-${session}`)) await disk.removeAll(`${work}/${name}`).catch(() => {});
      }
      dead.release();
    }
    return lock;
  }

  /**
   * In the background, one after the other: the next command need not wait, and removing many at once is slower than
   * one at a time. What cannot be removed is left to a later session.
   */
  #remove(folder: string, tidy: boolean): void {
    const { disk, spawn } = this.#options.world;
    const remove = async () => {
      if (tidy && this.#spare.length < this.slots && await clearFolder(disk, folder)) {
        this.#spare.push(folder);
        return;
      }
      try {
        await disk.removeAll(folder);
      } catch {
        // Programs make folders that nobody may write to. This changes no link, and nothing behind one.
        const signal = new AbortController().signal;
        const env = { PATH: this.#options.env("PATH") ?? "/usr/bin:/bin" };
        await spawn.run(["chmod", "-R", "u+rwX", folder], { cwd: "/", env, signal });
        await disk.removeAll(folder);
      }
    };
    this.#numLeft++;
    this.#removing = this.#removing.then(remove).catch(() => {}).then(() => void this.#numLeft--);
  }
}

function argumentsOf({ line }: Command): readonly string[] {
  return typeof line === "string" ? ["/bin/sh", "-c", line] : line;
}

function folderName({ name }: CommandJob): string {
  return name !== undefined && /^[\w.-]{1,100}$/.test(name) && !name.startsWith(".") ? name : "run";
}

function cancelled(signal: AbortSignal): StageFailure {
  const { reason } = signal;
  const message = reason instanceof Error ? reason.message : String(reason ?? "closed");
  return { reason: "cancelled", message };
}

function notStarted({ program, errno, message }: SpawnError): StageFailure {
  if (errno === "ENOENT") {
    return { reason: "exited", code: 127, message: `there is no program '${program}' in PATH` };
  }
  if (errno === "EACCES") {
    const hint = "inputs are copies that cannot be run, so name their interpreter first";
    return { reason: "exited", code: 126, message: `'${program}' may not be run; ${hint}` };
  }
  return { reason: "crashed", message };
}

function outOfMemory(bytes: number, limit: number): StageFailure {
  const message = `used ${megabytes(bytes)} of memory, more than its limit of ${
    megabytes(limit)
  }; ask for more with \`resources: { memory: … }\``;
  return { reason: "out-of-memory", message };
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

/** The last bytes of a log. */
class Tail {
  #parts: Uint8Array[] = [];
  #length = 0;

  add(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    while (this.#parts.length > 1 && this.#length - this.#parts[0].length >= tailLength) {
      this.#length -= this.#parts.shift()!.length;
    }
  }

  text(): string {
    const decoder = new TextDecoder();
    const text = this.#parts.map((part) => decoder.decode(part, { stream: true })).join("");
    return text.slice(-tailLength);
  }
}
