// What tasks and their packages print: kept for the message of a failure, because standard output belongs to the
// command line (`--json` writes events there and nothing else).

/** The lines printed since the last {@link Captured.take}. */
export interface Captured {
  take(): readonly string[];
}

const maxLines = 40;
const maxLength = 400;
const printing = ["log", "info", "debug", "warn", "error", "dir", "table", "trace"];

/**
 * Replaces every method of a console; the last lines printed are kept.
 *
 * @example
 * ```ts
 * import { captureConsole } from "#lib/executors/capture_console.ts";
 * import { assertEquals } from "@std/assert";
 * const fake = { log: (..._: unknown[]) => {}, time: () => {} };
 * const { take } = captureConsole(fake);
 * fake.log("loss", 0.5);
 * assertEquals(take(), ["loss 0.5"]);
 * assertEquals(take(), []);
 * ```
 */
export function captureConsole(target: object = globalThis.console): Captured {
  let lines: string[] = [];
  const print = (...values: unknown[]) => {
    for (const line of values.map(textOf).join(" ").split("\n")) {
      lines.push(line.slice(0, maxLength));
    }
    if (lines.length > 2 * maxLines) lines = lines.slice(-maxLines);
  };
  for (const name of Object.keys(target)) {
    if (typeof (target as Record<string, unknown>)[name] !== "function") continue;
    const value = printing.includes(name) ? print : () => {};
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
  }
  return {
    take() {
      const taken = lines.slice(-maxLines);
      lines = [];
      return taken;
    },
  };
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return Deno.inspect(value, { depth: 3, breakLength: 120 });
  } catch {
    return "(a value that cannot be shown)";
  }
}
