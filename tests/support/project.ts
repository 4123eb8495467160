// A copy of the project in a temporary folder, and its command line as a child process with exactly the flags that
// `deno.json` grants it. Leaves out what the tests look at afterwards.

import { assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { cp } from "node:fs/promises";
import type { ActionKey } from "#lib/core/digest.ts";
import type { RunEvent } from "#lib/core/event.ts";
import { environmentVariables } from "#lib/cli/terminal.ts";

/** How a command ended and what it wrote. */
export interface Outcome {
  readonly code: number;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of standard output, if it was asked for `--json`. */
  readonly events: readonly RunEvent[];
}

/** How a command is started. */
export interface StartOptions {
  /** Variables set for the child; of those that Basin reads, it gets no others. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working folder inside the project. */
  readonly cwd?: string;
  /** Standard output is closed after so many lines, as by `head`. */
  readonly readLines?: number;
  /** Flags of Deno besides those of the task, such as `--deny-write=results/store`. */
  readonly deno?: readonly string[];
}

/** A command that is running. */
export interface Running {
  readonly pid: number;
  /** Calls back for every line of standard output, as it comes. */
  readonly lines: AsyncIterable<string>;
  kill(signal: Deno.Signal): void;
  /** Its end; lines that nobody took are in `stdout` all the same. */
  readonly outcome: Promise<Outcome>;
}

/** A copy of the project. Removed when disposed. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
  path(name: string): string;
  read(name: string): Promise<string>;
  /** Writes a file, with the folders above it. */
  write(name: string, text: string): Promise<void>;
  /** Changes a file and returns what puts the old text back. @throws if nothing changes. */
  edit(name: string, change: (text: string) => string): Promise<() => Promise<void>>;
  /** Runs a task of `deno.json` to its end. */
  basin(task: string, args: readonly string[], options?: StartOptions): Promise<Outcome>;
  /** `basin("run", [...args, "--json"])`, which must end with the code given, 0 by default. */
  run(args: readonly string[], options?: StartOptions & { readonly code?: number }): Promise<Ran>;
  start(task: string, args: readonly string[], options?: StartOptions): Running;
}

/** What a run did, by stage. */
export interface Ran extends Outcome {
  readonly ran: readonly string[];
  readonly hit: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
  /** Digests of all outputs: `stage.port` → digest. */
  readonly digests: Readonly<Record<string, string>>;
  /** Keys of all finished stages. */
  readonly keys: Readonly<Record<string, ActionKey>>;
  readonly last: Extract<RunEvent, { type: "run-finished" }>;
}

const root = fromFileUrl(new URL("../../", import.meta.url));
const parts = ["deno.json", "deno.lock", "lib", "tasks", "gpu", "config", "workflows"];

/** Copies the project's code, without tests and results, and adds files to it. */
export async function copyProject(files: Readonly<Record<string, string>> = {}): Promise<Project> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "basin-e2e-" }));
  const project = projectIn(folder);
  await Promise.all(parts.map((part) => copyPart(part, folder)));
  await Deno.mkdir(join(folder, "results"), { recursive: true });
  for (const [name, text] of Object.entries(files)) await project.write(name, text);
  return project;
}

async function copyPart(part: string, folder: string): Promise<void> {
  const from = join(root, part);
  const exists = await Deno.stat(from).then(() => true, () => false);
  if (exists) await cp(from, join(folder, part), { recursive: true });
}

function projectIn(folder: string): Project {
  const path = (name: string) => join(folder, name);
  const start: Project["start"] = (task, args, options = {}) =>
    startIn(folder, commandOf(task, options.env), args, options);
  const basin: Project["basin"] = (task, args, options) => start(task, args, options).outcome;
  return {
    folder,
    path,
    read: (name) => Deno.readTextFile(path(name)),
    async write(name, text) {
      await Deno.mkdir(dirname(path(name)), { recursive: true });
      await Deno.writeTextFile(path(name), text);
    },
    async edit(name, change) {
      const before = await Deno.readTextFile(path(name));
      const after = change(before);
      if (after === before) throw new Error(`the edit leaves ${name} as it is`);
      await Deno.writeTextFile(path(name), after);
      return () => Deno.writeTextFile(path(name), before);
    },
    start,
    basin,
    async run(args, { code = 0, ...options } = {}) {
      const outcome = await basin("run", [...args, "--json"], options);
      assertEquals(outcome.code, code, `${args.join(" ")}\n${outcome.stdout}${outcome.stderr}`);
      return summary(outcome);
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** What the events of a run say, by stage. */
export function summary(outcome: Outcome): Ran {
  const { events } = outcome;
  const finished = (wanted: string) =>
    events.flatMap((event) =>
      event.type === "stage-finished" && event.how === wanted ? [event.stage] : []
    ).sort();
  const of = (type: "stage-failed" | "stage-skipped") =>
    events.flatMap((event) => event.type === type ? [event.stage] : []).sort();
  const digests: Record<string, string> = {};
  const keys: Record<string, ActionKey> = {};
  for (const event of events) {
    if (event.type !== "stage-finished") continue;
    keys[event.stage] = event.key;
    for (const [port, { digest }] of Object.entries(event.outputs)) {
      digests[`${event.stage}.${port}`] = digest;
    }
  }
  const last = events.at(-1);
  if (last?.type !== "run-finished") throw new Error(`the last event is ${last?.type}`);
  return {
    ...outcome,
    ran: finished("ran"),
    hit: finished("hit"),
    failed: of("stage-failed"),
    skipped: of("stage-skipped"),
    digests,
    keys,
    last,
  };
}

const config = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));

/** The words of a task's command after `deno`; variables in it are replaced. */
function commandOf(task: string, env: StartOptions["env"] = {}): readonly string[] {
  const command: string = config.tasks[task]?.command ?? "";
  const [program, ...words] = command.replace(/\$(\w+)/g, (_all, name) => env[name] ?? "").split(
    " ",
  );
  if (program !== "deno" || /["'&|;]/.test(command)) {
    throw new Error(`task ${task} is no single deno command: ${command}`);
  }
  return words;
}

function startIn(
  folder: string,
  words: readonly string[],
  args: readonly string[],
  { env = {}, cwd = ".", readLines, deno = [] }: StartOptions,
): Running {
  const inherited = Object.entries(Deno.env.toObject())
    .filter(([name]) => !(environmentVariables as readonly string[]).includes(name));
  const child = new Deno.Command(Deno.execPath(), {
    args: [words[0], ...deno, ...words.slice(1), ...args],
    cwd: join(folder, cwd),
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [forLines, forText] = child.stdout.tee();
  const stderr = new Response(child.stderr).text();
  const stdout = readLines === undefined ? new Response(forText).text() : head(forText, readLines);
  if (readLines !== undefined) forLines.cancel();
  return {
    pid: child.pid,
    lines: linesOf(forLines),
    kill: (signal) => child.kill(signal),
    outcome: (async () => {
      const { code, signal } = await child.status;
      const text = await stdout;
      const events = args.includes("--json") ? eventsOf(text) : [];
      return { code, signal, stdout: text, stderr: await stderr, events };
    })(),
  };
}

/** A killed program may leave half a line at the end. */
function eventsOf(text: string): RunEvent[] {
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as RunEvent);
}

/** Reads so many lines and closes the stream. */
async function head(stream: ReadableStream<Uint8Array>, count: number): Promise<string> {
  let text = "";
  for await (const line of linesOf(stream)) {
    text += `${line}\n`;
    if (--count === 0) break;
  }
  return text;
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream() as never)) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
