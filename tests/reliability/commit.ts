// Starts processes that commit results straight through lib/store (committer.ts).

import { fromFileUrl } from "@std/path";

/** What a committer is to do. */
export interface CommitterOptions {
  readonly store: string;
  readonly index: string;
  readonly log: string;
  readonly numbers: readonly number[];
  /** The name of its session, so that all its paths are known. */
  readonly session?: string;
}

/** A committer that is ready and waits. */
export interface Committer {
  readonly pid: number;
  /** Lets it begin. */
  go(): void;
  kill(signal: Deno.Signal): void;
  readonly ended: Promise<{ code: number; signal: string | null; stderr: string }>;
}

const script = fromFileUrl(new URL("./committer.ts", import.meta.url));

/** Starts a committer; resolves once it has loaded everything and touched nothing. */
export async function startCommitter(
  { store, index, log, numbers, session }: CommitterOptions,
): Promise<Committer> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "--no-check", "--cached-only", "--no-prompt"],
      ...["--allow-read", "--allow-write", "--allow-env"],
      script,
      ...[store, index, log, ...numbers.map(String)],
    ],
    ...(session === undefined ? {} : { env: { SESSION: session } }),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const stderr = new Response(child.stderr).text();
  const rest = (async () => {
    while (!(await reader.read()).done);
  })();
  const writer = child.stdin.getWriter();
  return {
    pid: child.pid,
    go: () => void writer.write(new Uint8Array([10])).catch(() => {}),
    kill(signal) {
      try {
        child.kill(signal);
      } catch {
        // It has ended.
      }
    },
    ended: (async () => {
      const { code, signal } = await child.status;
      await rest;
      await writer.close().catch(() => {});
      return { code, signal, stderr: await stderr };
    })(),
  };
}
