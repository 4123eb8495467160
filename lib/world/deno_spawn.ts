// Real child processes. Leaves out: what they may see (the caller gives the whole environment) and how long they
// may take (the caller's signal says when to stop).

import { joinBytes } from "../core/join_bytes.ts";
import { type Spawn, SpawnError, type SpawnOptions, type SpawnResult } from "../core/disk.ts";

/** How long a stopped process may take to end by itself before it is killed, in ms, if nothing is said. */
const defaultGraceMs = 5000;

/** How long nothing may come from output that is open after the process and its group have ended, in ms. */
const silenceMs = 100;

/**
 * Starts processes on this machine.
 *
 * @example
 * ```ts
 * import { denoSpawn } from "#lib/world/deno_spawn.ts";
 * import { assertEquals } from "@std/assert";
 * const signal = new AbortController().signal;
 * const { code, stdout } = await denoSpawn().run(["echo", "hello"], { cwd: ".", env: {}, signal });
 * assertEquals([code, new TextDecoder().decode(stdout)], [0, "hello\n"]);
 * ```
 */
export function denoSpawn(): Spawn {
  return { run };
}

async function run(
  command: readonly string[],
  options: SpawnOptions,
): Promise<SpawnResult> {
  const { signal, graceMs = defaultGraceMs, group = false, input, started } = options;
  signal.throwIfAborted();
  const child = start(command, options);
  const send = (name: Deno.Signal) => {
    // A process that has just been started may not have made its group yet.
    if (!group || !sendToGroup(child.pid, name)) sendTo(child, name);
  };
  input?.pipeTo(child.stdin).catch(() => {}); // it need not read to the end
  const stdout = collect(child.stdout, options.output);
  const stderr = collect(child.stderr, options.output);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    send("SIGTERM");
    timer = setTimeout(() => send("SIGKILL"), graceMs);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    started?.({ id: child.pid, kill: () => send("SIGKILL") });
    const status = await child.status;
    if (group) await endGroup(child.pid);
    const held = await isHeld(stdout, stderr);
    return {
      code: status.code,
      signal: status.signal,
      stdout: stdout.bytes(),
      stderr: stderr.bytes(),
      held,
    };
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(timer);
  }
}

function start(command: readonly string[], options: SpawnOptions): Deno.ChildProcess {
  const setsid = options.group ? findSetsid() : undefined;
  const [program, ...args] = setsid === undefined ? command : [setsid, "--", ...command];
  try {
    return new Deno.Command(program, {
      args,
      cwd: options.cwd,
      env: { ...options.env },
      clearEnv: true,
      stdin: options.input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      detached: options.group === true && setsid === undefined,
    }).spawn();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const code = (error as { code?: unknown }).code;
    throw new SpawnError(program, typeof code === "string" ? code : error.name, error.message);
  }
}

let setsidPath: string | null | undefined;

/**
 * The program that starts another one in a group (and session) of its own. `detached` does the same, but has to copy
 * this process for it, which takes milliseconds; without it, Deno can start a program without copying anything.
 */
function findSetsid(): string | undefined {
  if (setsidPath === undefined) {
    setsidPath = ["/usr/bin/setsid", "/bin/setsid"].find((path) => isFile(path)) ?? null;
  }
  return setsidPath ?? undefined;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A stream that is read to its end, or until nobody waits for that any more. */
interface Collected {
  readonly done: Promise<void>;
  readonly giveUp: () => void;
  readonly bytes: () => Uint8Array;
  /** How many came so far. */
  readonly numBytes: () => number;
}

function collect(
  stream: ReadableStream<Uint8Array>,
  output: ((bytes: Uint8Array) => void) | undefined,
): Collected {
  const parts: Uint8Array[] = [];
  const take = output ?? ((bytes) => parts.push(bytes));
  let numBytes = 0;
  const reader = stream.getReader();
  const read = async () => {
    for (let next; !(next = await reader.read()).done;) {
      numBytes += next.value.length;
      take(next.value);
    }
  };
  return {
    done: read().catch(() => {}),
    giveUp: () => void reader.cancel().catch(() => {}),
    bytes: () => joinBytes(parts),
    numBytes: () => numBytes,
  };
}

/**
 * Waits for the end of the output; if it does not come although nothing more arrives, somebody else holds it open, and
 * it is left.
 */
async function isHeld(...streams: readonly Collected[]): Promise<boolean> {
  let ended = false;
  const done = Promise.all(streams.map((stream) => stream.done)).then(() => void (ended = true));
  const numBytes = () => streams.reduce((sum, stream) => sum + stream.numBytes(), 0);
  // Two silent spells, because this very process may have been busy during one.
  for (let silent = 0, before = -1; silent < 2;) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([done, new Promise((resolve) => timer = setTimeout(resolve, silenceMs))]);
    clearTimeout(timer);
    if (ended) return false;
    const now = numBytes();
    silent = now === before ? silent + 1 : 0;
    before = now;
  }
  for (const stream of streams) stream.giveUp();
  return true;
}

/**
 * Kills what is left of a group, and waits until it is gone, since what dies may still write. Gives up after some
 * tenths of a second: in a container whose first process does not collect the dead, they stay in their group.
 */
async function endGroup(id: number): Promise<void> {
  for (let ms = 1; sendToGroup(id, "SIGKILL") && ms < 256; ms *= 2) {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

/** Whether there was anybody in the group. */
function sendToGroup(id: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(-id, signal);
    return true;
  } catch {
    return false;
  }
}

function sendTo(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}
