// Real child processes. Leaves out: what they may see (the caller gives the whole environment) and how long they
// may take (the caller's signal says when to stop).

import type { Spawn } from "../core/disk.ts";

/** How long a stopped process may take to end by itself before it is killed, in ms. */
const graceMs = 5000;

/**
 * Starts processes on this machine. An aborted signal asks the process to end (SIGTERM) and, after five
 * seconds, ends it (SIGKILL).
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
  return {
    async run([program, ...args], { cwd, env, signal }) {
      signal.throwIfAborted();
      const child = new Deno.Command(program, {
        args,
        cwd,
        env: { ...env },
        clearEnv: true,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const stop = () => {
        send(child, "SIGTERM");
        timer = setTimeout(() => send(child, "SIGKILL"), graceMs);
      };
      signal.addEventListener("abort", stop, { once: true });
      try {
        const { code, signal: ended, stdout, stderr } = await child.output();
        return { code, signal: ended, stdout, stderr };
      } finally {
        signal.removeEventListener("abort", stop);
        clearTimeout(timer);
      }
    },
  };
}

function send(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}
