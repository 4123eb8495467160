// Options of the commands on a store as a whole, and a line that tells how far they are.

import { isAbsolute, join, relative } from "@std/path";
import { z } from "zod";
import type { Terminal } from "./terminal.ts";

/** Which store is meant. */
export const storeOptions = {
  results: z.string().default("results").meta({
    description: "folder for the store and the runs",
    placeholder: "DIR",
  }),
  store: z.string().optional().meta({
    description: "folder of a shared store (to write into it: `deno task basin:external`)",
    placeholder: "DIR",
  }),
};

/** Absolute paths of what the options mean. */
export function foldersOf(
  { cwd }: Pick<Terminal, "cwd">,
  options: { readonly results: string; readonly store?: string | undefined },
): { readonly results: string; readonly store: string } {
  const results = resolve(cwd, options.results);
  const store = options.store === undefined ? join(results, "store") : resolve(cwd, options.store);
  return { results, store };
}

/** An absolute path. */
export function resolve(cwd: string, path: string): string {
  return isAbsolute(path) ? path : join(cwd, path);
}

/** A path as short as a person at work in a folder would write it. */
export function shortPath(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short === "" || short.startsWith("..") ? path : short;
}

/** A line that is written over itself, on terminals that can; it is gone when disposed. */
export function progressLine(
  terminal: Terminal,
): { show(text: string): void } & Disposable {
  let shown = false;
  let last = -Infinity;
  return {
    show(text) {
      const now = performance.now();
      if (!terminal.live || now - last < 100) return;
      last = now;
      shown = true;
      terminal.err(`\r\x1b[K${text}`);
    },
    [Symbol.dispose]() {
      if (shown) terminal.err("\r\x1b[K");
    },
  };
}
