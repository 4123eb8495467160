// Stack traces of a task's exceptions, for people: frames of the bundle with the task's name instead of a URL, the
// line of code that failed, and nothing of the engine.
// Leaves out source maps: the bundle is the code, and its functions keep their names.

import type { Bundle, StageFailure } from "../core/executor.ts";

const maxFrames = 8;
const maxMessage = 4000;
const maxSource = 120;
const bundleFrame = /\(?(?:blob:|data:)[^\s)]*?:(\d+):(\d+)\)?/;

/**
 * A failure as a person should see it.
 *
 * @param code the bundle in which it happened.
 *
 * @example
 * ```ts
 * import { readable } from "#lib/executors/stack.ts";
 * import { assertEquals } from "@std/assert";
 * const failure = {
 *   reason: "threw",
 *   message: "no",
 *   stack: "Error: no\n    at fit (blob:null/1-2:2:7)\n    at file:///lib/executors/run_job.ts:1:1",
 * } as const;
 * assertEquals(
 *   readable(failure, "// lib/math/fit.ts\n  throw new Error('no')\n"),
 *   {
 *     reason: "threw",
 *     message: "no",
 *     stack: "at fit (lib/math/fit.ts, line 2 of the bundle)\n  > throw new Error('no')",
 *   },
 * );
 * ```
 */
export function readable(failure: StageFailure, code: Bundle["code"]): StageFailure {
  const message = shortened(withoutPermissions(withoutUrls(failure.message, code)));
  if (failure.reason !== "threw" || failure.stack === undefined) return { ...failure, message };
  const frames = failure.stack.split("\n").map((line) => line.trim())
    .filter((line) => line.startsWith("at ") && !line.includes("/lib/executors/"));
  const first = frames.findIndex((frame) => bundleFrame.test(frame));
  const shown = frames.slice(0, Math.max(maxFrames, first + 1)).flatMap((frame, i) => [
    withoutUrls(frame, code),
    ...(i === first ? sourceLine(frame, code) : []),
  ]);
  const { stack: _, ...rest } = failure;
  return { ...rest, message, ...(shown.length === 0 ? {} : { stack: shown.join("\n") }) };
}

/** Replaces URLs of bundles, which are long or random, by places. */
function withoutUrls(text: string, code: string): string {
  return text
    .replace(
      new RegExp(bundleFrame, "g"),
      (_all, line) => `(${moduleAt(code, Number(line))}line ${line} of the bundle)`,
    )
    .replace(/(?:data:|blob:)[^\s"')]{40,}/g, "the bundle");
}

/** The module a line of the bundle came from, where the bundler left its name in a comment. */
function moduleAt(code: string, line: number): string {
  const lines = code.split("\n");
  for (let i = Math.min(line, lines.length) - 1; i >= 0; i--) {
    const found = /^\s*\/\/ ((?:lib|tasks|gpu|\.\.?)\/\S+\.ts)$/.exec(lines[i]);
    if (found) return `${found[1]}, `;
  }
  return "";
}

/** The code at the place; a bundle has few and long lines, of which the part around the place is shown. */
function sourceLine(frame: string, code: string): string[] {
  const [, row, column] = bundleFrame.exec(frame)!;
  const line = code.split("\n")[Number(row) - 1];
  if (line === undefined) return [];
  if (line.length <= maxSource) return [`  > ${line.trim()}`];
  const from = Math.max(0, Number(column) - 1 - maxSource / 4);
  const before = from === 0 ? "" : "…";
  const after = from + maxSource < line.length ? "…" : "";
  return [`  > ${before}${line.slice(from, from + maxSource)}${after}`];
}

/** Deno advises flags that no task can be given. */
function withoutPermissions(message: string): string {
  return message.replace(
    /^NotCapable: Requires (.*), run again with the --allow-\w+ flag$/s,
    "NotCapable: tasks have no permissions, hence no $1; what they need comes in as params, inputs and `files`",
  );
}

function shortened(message: string): string {
  return message.length <= maxMessage ? message : `${message.slice(0, maxMessage)}…`;
}
