// The command that repeats a run, as a newcomer would type it.

import { mayStartPrograms } from "../executors/local.ts";

/** Options of a run that decide what is computed, and where. */
export interface RepeatedOptions {
  readonly profile?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly results?: string | undefined;
  readonly store?: string | undefined;
  readonly engine?: string | undefined;
  readonly accept?: readonly string[] | undefined;
  readonly only?: readonly string[] | undefined;
  readonly machine?: string | undefined;
  /** Whether stages of the workflow are programs, which `run` may not start. */
  readonly hasPrograms?: boolean | undefined;
}

/**
 * The command line of a run with these arguments: the workflow and its overrides, and the options that are not what they
 * are without being named. What changes only how a run is shown or how fast it is, is left out, and so is `--force`.
 *
 * @example
 * ```ts
 * import { commandLine } from "#lib/cli/command_line.ts";
 * import { assertMatch } from "@std/assert";
 * const options = { engine: "auto", results: "results", only: ["fit*"] };
 * assertMatch(commandLine(["flow.yaml"], options), / flow\.yaml --only 'fit\*'$/);
 * ```
 */
export function commandLine(args: readonly string[], options: RepeatedOptions): string {
  const task = options.hasPrograms === true || mayStartPrograms() ? "run:external" : "run";
  const { profile, set, results, store, engine, accept, only, machine } = options;
  const named = (flag: string, values: readonly (string | undefined)[] = [], usual?: string) =>
    values.flatMap((value) => value === undefined || value === usual ? [] : [flag, value]);
  const words = [
    ...args,
    ...named("--profile", [profile]),
    ...named("--set", set),
    ...named("--results", [results], "results"),
    ...named("--store", [store]),
    ...named("--engine", [engine], "auto"),
    ...named("--accept", accept),
    ...named("--only", only),
    ...named("--machine", [machine]),
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
