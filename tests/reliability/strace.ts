// A committer under strace: which system calls it makes on the files of a store, and one of them killed or failed.

import { startCommitter } from "./commit.ts";

/** One system call on one path: the n-th of its kind. */
export interface Call {
  readonly name: string;
  readonly path: string;
  readonly n: number;
}

/** What happens at a call, in strace's words: `signal=KILL`, `error=EIO`. */
export interface Injection extends Call {
  readonly what: string;
  /** At this call only, or from it on. */
  readonly forever: boolean;
}

/** How a committer ended. */
export interface Traced {
  readonly code: number;
  readonly signal: string | null;
  readonly stderr: string;
  /** Whether the injection was reached. */
  readonly hit: boolean;
  /** What the log says was durable. */
  readonly durable: boolean;
  /** Lines of strace. */
  readonly lines: readonly string[];
}

/** The name of the session of every traced committer. */
export const session = "0123456789abcdef";

/** Commits action `number` in `folder/store`, under strace. */
export async function traced(
  folder: string,
  number: number,
  injection?: Injection,
): Promise<Traced> {
  const log = `${folder}/log`;
  const committer = await startCommitter({
    store: `${folder}/store`,
    index: `${folder}/index`,
    log,
    numbers: [number],
    session,
  });
  const output = `${folder}/strace`;
  const when = injection?.forever ? `${injection.n}+` : `${injection?.n}`;
  const words = injection === undefined ? ["-e", "trace=file,desc"] : [
    ...["-P", injection.path, "-e", `trace=${injection.name}`],
    ...["-e", `inject=${injection.name}:${injection.what}:when=${when}`],
  ];
  const strace = new Deno.Command("strace", {
    args: ["-f", "-y", "-s", "0", "-o", output, ...words, "-p", String(committer.pid)],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  await attached(strace.stderr);
  committer.go();
  const { code, signal, stderr } = await committer.ended;
  await strace.status;
  const lines = (await Deno.readTextFile(output)).split("\n");
  return {
    code,
    signal,
    stderr,
    hit: injection !== undefined &&
      (signal !== null || lines.some((line) => line.includes("(INJECTED)"))),
    durable: (await Deno.readTextFile(log)).includes("durable"),
    lines,
  };
}

/** Every call on a path below a folder, in the lines of a calm run. */
export function callsOn(folder: string, lines: readonly string[]): Call[] {
  const counts = new Map<string, number>();
  const calls: Call[] = [];
  for (const line of lines) {
    const match = /^\d+\s+(\w+)\(/.exec(line);
    if (match === null || harmless.has(match[1])) continue;
    // Of two paths the last is the new name.
    const paths = [...line.matchAll(/["<](\/[^">]*)[">]/g)].map(([, path]) => path)
      .filter((path) => path.startsWith(`${folder}/store`) || path.startsWith(`${folder}/index`));
    const path = paths.at(-1);
    if (path === undefined) continue;
    const id = `${match[1]} ${path}`;
    const n = (counts.get(id) ?? 0) + 1;
    counts.set(id, n);
    calls.push({ name: match[1], path, n });
  }
  return calls;
}

/** Calls whose failure no program can do anything about. */
const harmless = new Set(["close", "mmap", "fcntl", "ioctl", "epoll_ctl", "dup", "dup2", "dup3"]);

/** Waits until strace holds the process; reads the rest of what it says, so that it never waits. */
async function attached(stderr: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stderr.getReader();
  const { value } = await reader.read();
  const text = new TextDecoder().decode(value);
  if (!text.includes("attached")) throw new Error(`strace: ${text}`);
  (async () => {
    while (!(await reader.read()).done);
  })();
}

/** Does something for each item, so many at a time. */
export async function inPool<T>(
  items: readonly T[],
  numWorkers: number,
  act: (item: T, worker: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: numWorkers }, async (_, worker) => {
    while (next < items.length) await act(items[next++], worker);
  }));
}
