// The room of one trial: a folder with workflows and results, and the real command line on it, with the flags that
// `deno.json` grants, alone, several at a time, or under a program that makes its life hard.

import { fromFileUrl, join } from "@std/path";
import type { ActionKey } from "#lib/core/digest.ts";
import type { RunEvent } from "#lib/core/event.ts";
import { environmentVariables } from "#lib/cli/terminal.ts";

/** How a command ended, what it said, and how long it took. */
export interface Ended {
  readonly code: number;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** Whole lines of standard output, if `--json` was among the arguments. */
  readonly events: readonly RunEvent[];
}

/** How a command is started. */
export interface StartOptions {
  /** The task of `deno.json` whose flags it gets; `run` by default. */
  readonly task?: string;
  /** A program, with its arguments, that starts it: `["faketime", "+2d"]`. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A command that is running, in a process group of its own. */
export interface Running {
  readonly pid: number;
  /** Sends a signal to the whole group, at once. Does nothing if it has ended. */
  kill(signal: Deno.Signal): void;
  /** What it has said so far. */
  said(): string;
  /** Resolves when standard output holds a text; `false` if it ends before. */
  says(text: string, count?: number): Promise<boolean>;
  readonly ended: Promise<Ended>;
}

const root = fromFileUrl(new URL("../../", import.meta.url));
const config = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));

/** Makes a room in a folder, and the folder if needed. */
export async function makeRoom(
  folder: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Room> {
  await Deno.mkdir(join(folder, "results"), { recursive: true });
  const room = new Room(folder);
  for (const [name, text] of Object.entries(files)) await room.write(name, text);
  return room;
}

/** See {@link makeRoom}. */
export class Room {
  constructor(readonly folder: string) {}

  path(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, text: string | Uint8Array): Promise<void> {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    await Deno.mkdir(join(this.path(name), ".."), { recursive: true });
    await Deno.writeFile(this.path(name), bytes);
  }

  /** Runs a command of Basin to its end: `["run", "x.yaml", "--json"]`. */
  basin(args: readonly string[], options?: StartOptions): Promise<Ended> {
    return this.start(args, options).ended;
  }

  start(
    args: readonly string[],
    { task = "basin", under = [], env = {} }: StartOptions = {},
  ): Running {
    return startProcess([...under, ...commandOf(task), ...args], { cwd: this.folder, env });
  }

  /** Starts several commands in one process group; killing it kills all of them at one instant. */
  async startGroup(commands: readonly (readonly string[])[]): Promise<Group> {
    const logs = await Deno.makeTempDir({ dir: this.folder, prefix: "group-" });
    const lines = commands.map((args, i) =>
      `${
        [...commandOf("basin"), ...args].map(quoted).join(" ")
      } >${logs}/${i}.out 2>${logs}/${i}.err &`
    );
    const running = startProcess(["sh", "-c", `${lines.join("\n")}\nwait`], { cwd: this.folder });
    const ended = running.ended.then(() =>
      Promise.all(commands.map(async (_, i) => ({
        events: eventsOf(await Deno.readTextFile(`${logs}/${i}.out`)),
        stderr: await Deno.readTextFile(`${logs}/${i}.err`),
      })))
    );
    return { kill: running.kill, ended };
  }
}

/** Commands that run side by side. */
export interface Group {
  kill(signal: Deno.Signal): void;
  readonly ended: Promise<
    readonly { readonly events: readonly RunEvent[]; readonly stderr: string }[]
  >;
}

/** Starts a program in a process group of its own. Of the variables that Basin reads, it gets only those given. */
export function startProcess(
  [program, ...args]: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Running {
  const began = performance.now();
  const inherited = Object.entries(Deno.env.toObject())
    .filter(([name]) => !(environmentVariables as readonly string[]).includes(name));
  const child = new Deno.Command(program, {
    args,
    cwd,
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), ...env },
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  let over = false;
  let waiting: (() => void)[] = [];
  const wake = () => {
    for (const go of waiting) go();
    waiting = [];
  };
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const part of child.stdout) {
      text += decoder.decode(part, { stream: true });
      wake();
    }
    over = true;
    wake();
  })();
  const stderr = new Response(child.stderr).text();
  return {
    pid: child.pid,
    kill(signal) {
      try {
        Deno.kill(-child.pid, signal);
      } catch {
        // It has ended.
      }
    },
    said: () => text,
    async says(wanted, count = 1) {
      while (true) {
        if (text.split(wanted).length > count) return true;
        if (over) return false;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    ended: (async () => {
      const { code, signal } = await child.status;
      const seconds = (performance.now() - began) / 1000;
      await reading;
      const events = args.includes("--json") ? eventsOf(text) : [];
      return { code, signal, stdout: text, stderr: await stderr, seconds, events };
    })(),
  };
}

/** Runs a program to its end and returns what it printed. @throws if it fails */
export async function sh(script: string, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-ec", script, "sh", ...args],
    stdin: "null",
  }).output();
  if (!success) throw new Error(`${script}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** The words of a task of `deno.json` that is a single `deno run`, good for any working folder. */
export function commandOf(task: string): readonly string[] {
  const [, run, ...words] = (config.tasks[task].command as string).split(" ");
  const main = words.findIndex((word) => word.endsWith("lib/cli/main.ts"));
  const ours = ["-q", "--config", join(root, "deno.json"), "--cached-only"];
  return [
    Deno.execPath(),
    run,
    ...ours,
    ...words.slice(0, main),
    join(root, words[main]),
    ...words.slice(main + 1),
  ];
}

/** Reads events line by line. A killed program may leave half a line at the end. */
export function eventsOf(text: string): RunEvent[] {
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as RunEvent);
}

/** Stages by what became of them. */
export function stagesOf(events: readonly RunEvent[]) {
  const of = (type: "stage-started" | "stage-failed" | "stage-skipped") =>
    events.flatMap((event) => event.type === type ? [event.stage] : []);
  const finished = (how: "ran" | "hit") =>
    events.flatMap((event) =>
      event.type === "stage-finished" && event.how === how ? [event.stage] : []
    );
  const digests: Record<string, string> = {};
  const keys: Record<string, ActionKey> = {};
  for (const event of events) {
    if (event.type !== "stage-finished") continue;
    keys[event.stage] = event.key;
    for (const [port, { digest }] of Object.entries(event.outputs)) {
      digests[`${event.stage}.${port}`] = digest;
    }
  }
  return {
    started: of("stage-started"),
    failed: of("stage-failed"),
    skipped: of("stage-skipped"),
    ran: finished("ran"),
    hit: finished("hit"),
    digests,
    keys,
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
