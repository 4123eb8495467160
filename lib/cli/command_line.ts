// The command that repeats a run, as a newcomer would type it.

import { mayStartPrograms } from "../executors/local.ts";

/** The command line of a run with these arguments: the workflow and its overrides. */
export function commandLine(
  args: readonly string[],
  { profile, set = [] }: {
    readonly profile?: string | undefined;
    readonly set?: readonly string[] | undefined;
  },
): string {
  const task = mayStartPrograms() ? "run:external" : "run";
  const words = [
    ...args,
    ...(profile === undefined ? [] : ["--profile", profile]),
    ...set.flatMap((override) => ["--set", override]),
  ];
  return `deno task ${task} ${words.map(shellWord).join(" ")}`;
}

/**
 * A word as a shell takes it.
 *
 * @example
 * ```ts
 * import { shellWord } from "#lib/cli/command_line.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["a=1", "a=[1, 2]", "it's"].map(shellWord), ["a=1", "'a=[1, 2]'", `'it'\\''s'`]);
 * ```
 */
export function shellWord(word: string): string {
  return /^[\w./=:,+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
