// The commander adapter: command descriptions -> a program with help, suggestions and exit codes.

import { Command, CommanderError, Option, type OutputConfiguration } from "commander";
import type { z } from "zod";
import { type CommandDescription, exitCodes, optionsOf } from "./command.ts";
import type { Terminal } from "./terminal.ts";

/** What the program is called and which version it is. */
export interface ProgramInfo {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
}

/**
 * Runs one command line and returns the exit code. Usage errors are explained on standard error and give 2.
 *
 * @example
 * ```ts
 * import { runProgram } from "#lib/cli/commander.ts";
 * import { assertEquals } from "@std/assert";
 * const lines: string[] = [];
 * const terminal = { out: (t: string) => lines.push(t), err: () => {}, colour: false, columns: () => 80 };
 * // deno-lint-ignore no-explicit-any
 * const code = await runProgram({ name: "basin", version: "1", summary: "" }, [], ["--version"], terminal as any);
 * assertEquals([code, lines.join("")], [0, "1\n"]);
 * ```
 */
export async function runProgram(
  info: ProgramInfo,
  commands: readonly CommandDescription<z.ZodObject>[],
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> {
  let code: number = exitCodes.done;
  const program = buildProgram(info, commands, terminal, (value) => code = value);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
}

/**
 * The commander program of the descriptions; `finish` receives each handler's exit code.
 *
 * @example
 * ```ts
 * import { buildProgram } from "#lib/cli/commander.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * const terminal = { out: () => {}, err: () => {}, colour: false, columns: () => 80 } as any;
 * assertEquals(buildProgram({ name: "basin", version: "1", summary: "" }, [], terminal, () => {}).name(), "basin");
 * ```
 */
export function buildProgram(
  info: ProgramInfo,
  commands: readonly CommandDescription<z.ZodObject>[],
  terminal: Terminal,
  finish: (code: number) => void,
): Command {
  const program = new Command(info.name)
    .description(info.summary)
    .version(info.version, "-V, --version", "print the version")
    .showHelpAfterError(`(${info.name} --help shows all commands)`)
    .configureOutput(outputOf(terminal))
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .exitOverride();
  for (const description of commands) {
    program.addCommand(toCommand(description, terminal, finish));
  }
  return program;
}

/** The adapter writes through the terminal and asks nothing of the environment, which it may not read. */
function outputOf(terminal: Terminal): OutputConfiguration {
  return {
    writeOut: (text) => terminal.out(text),
    writeErr: (text) => terminal.err(text),
    getOutHelpWidth: () => Math.min(terminal.columns(), 100),
    getErrHelpWidth: () => Math.min(terminal.columns(), 100),
    getOutHasColors: () => terminal.colour,
    getErrHasColors: () => terminal.colour,
  };
}

function toCommand(
  description: CommandDescription<z.ZodObject>,
  terminal: Terminal,
  finish: (code: number) => void,
): Command {
  const command = new Command(description.name).description(description.summary)
    .configureOutput(outputOf(terminal))
    .showHelpAfterError(`(deno task ${description.name} --help shows all options)`)
    .exitOverride();
  for (const argument of description.arguments) {
    const dots = argument.variadic ? "..." : "";
    command.argument(
      argument.required ? `<${argument.name}${dots}>` : `[${argument.name}${dots}]`,
      argument.summary,
    );
  }
  for (const option of optionsOf(description.options)) {
    const flags = option.kind === "flag" ? option.flag : `${option.flag} <${option.placeholder}>`;
    const made = new Option(flags, option.summary);
    made.makeOptionMandatory(option.required);
    if (option.choices !== undefined) made.choices([...option.choices]);
    if (option.kind === "list") {
      made.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    }
    const shown = option.default;
    if (shown !== undefined && shown !== false && !(Array.isArray(shown) && shown.length === 0)) {
      made.default(undefined, String(shown));
      made.description = `${option.summary} (default: ${shown})`;
    }
    command.addOption(made);
  }
  if (description.examples.length > 0) {
    const lines = description.examples.map(({ command, summary }) =>
      `  ${command}\n      ${summary}`
    );
    command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
  }
  command.action(async (...received: unknown[]) => {
    const values = received.slice(0, description.arguments.length);
    const args = values.flat().filter((value): value is string => typeof value === "string");
    finish(await dispatch(description, terminal, args, command.opts()));
  });
  return command;
}

/** Numbers arrive as text; the schema has the last word on every value. */
async function dispatch(
  description: CommandDescription<z.ZodObject>,
  terminal: Terminal,
  args: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const raw: Record<string, unknown> = {};
  for (const option of optionsOf(description.options)) {
    const camel = option.key.replace(/_([a-z])/g, (_match, letter) => letter.toUpperCase());
    const value = given[camel];
    if (value === undefined) continue;
    raw[option.key] = option.kind === "integer" && /^-?\d+$/.test(String(value))
      ? Number(value)
      : value;
  }
  const parsed = description.options.safeParse(raw);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const key = String(issue.path[0] ?? "");
      const option = optionsOf(description.options).find((each) => each.key === key);
      const wanted = option?.kind === "integer" ? wantedNumber(issue) : issue.message;
      terminal.err(`error: ${option?.flag ?? key} ${wanted}, not '${raw[key]}'\n`);
    }
    return exitCodes.usage;
  }
  return await description.handler(terminal, args, parsed.data);
}

function wantedNumber(issue: z.core.$ZodIssue): string {
  if (issue.code === "too_small") return `must be at least ${issue.minimum}`;
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  return "must be a whole number";
}
