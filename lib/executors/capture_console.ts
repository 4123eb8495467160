// What tasks and their packages print: it goes to the stage's log, and its last lines into the message of a failure.
// Standard output belongs to the command line (`--json` writes events there and nothing else).

import { readEverything } from "./recorded.ts";
import { replace } from "./replace.ts";
import { isShownPlainly, plainly } from "./see_through.ts";

/** The lines printed since the last {@link Captured.take}. */
export interface Captured {
  take(): readonly string[];
  /** Prints text that comes by another way than the console. */
  print(text: string): void;
}

const maxLines = 40;
const maxLength = 400;
const printing = ["log", "info", "debug", "warn", "error", "dir", "table", "trace"];

/**
 * Replaces every method of a console; the last lines printed are kept.
 *
 * @param onLine is told of each line.
 *
 * @example
 * ```ts
 * import { captureConsole } from "#lib/executors/capture_console.ts";
 * import { assertEquals } from "@std/assert";
 * const fake = { log: (..._: unknown[]) => {}, time: () => {} };
 * const lines: string[] = [];
 * const { take } = captureConsole(fake, (line) => lines.push(line));
 * fake.log("loss", 0.5);
 * assertEquals([take(), take(), lines], [["loss 0.5"], [], ["loss 0.5"]]);
 * ```
 */
export function captureConsole(
  target: object = globalThis.console,
  onLine: (line: string) => void = () => {},
): Captured {
  let lines: string[] = [];
  const print = (text: string) => {
    for (const line of text.split("\n")) {
      lines.push(line.slice(0, maxLength));
      onLine(line);
    }
    if (lines.length > 2 * maxLines) lines = lines.slice(-maxLines);
  };
  const printAll = (...values: unknown[]) => print(values.map(textOf).join(" "));
  for (const name of Object.keys(target)) {
    if (typeof (target as Record<string, unknown>)[name] !== "function") continue;
    const value = printing.includes(name) ? printAll : () => {};
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
  }
  return {
    print,
    take() {
      const taken = lines.slice(-maxLines);
      lines = [];
      return taken;
    },
  };
}

/**
 * Sends what is written to the standard streams of this scope, which bypass the console, to `print`; there is nothing to
 * read from them.
 *
 * @example
 * ```ts ignore
 * captureStreams(captureConsole().print);
 * ```
 */
export function captureStreams(print: (text: string) => void): void {
  const decoder = new TextDecoder();
  const write = (data: unknown) => {
    const text = typeof data === "string" ? data : decoder.decode(data as Uint8Array);
    print(text.replace(/\n$/, ""));
    return true;
  };
  const length = (data: Uint8Array) => (write(data), data.byteLength);
  const stream = { writeSync: length, write: (data: Uint8Array) => Promise.resolve(length(data)) };
  const outside = { isTerminal: () => false };
  replace(Deno, {
    stdout: { ...stream, ...outside },
    stderr: { ...stream, ...outside },
    stdin: { ...outside, readSync: () => null, read: () => Promise.resolve(null) },
  });
  const node = { write, isTTY: false };
  replace(process, {
    stdout: node,
    stderr: node,
    stdin: { isTTY: false, read: () => null },
    _rawDebug: (...values: unknown[]) => void write(values.map(String).join(" ")),
    emitWarning: (warning: unknown) => void write(`Warning: ${warning}`),
  });
}

// Before tasks get another. What is printed returns to no task, so that only what is in sight counts as read.
const { inspect } = Deno;

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    const plain = plainly(value);
    if (!isShownPlainly(plain)) readEverything();
    return inspect(plain, { depth: 3, breakLength: 120 });
  } catch {
    return "(a value that cannot be shown)";
  }
}
