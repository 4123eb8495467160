// Commands as data: name, arguments, options and handler. One adapter (commander.ts) turns them into a program;
// another library's adapter needs nothing that is not here.

import type { z } from "zod";
import type { Terminal } from "./terminal.ts";

/** Exit codes: one per class of outcome. */
export const exitCodes = {
  done: 0,
  stageFailed: 1,
  usage: 2,
  assertionFailed: 3,
  storage: 4,
  interrupted: 130,
  terminated: 143,
} as const;

/** A positional argument. */
export interface ArgumentDescription {
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  /** Takes all that follow; only the last argument may. */
  readonly variadic: boolean;
  /** What shell completion offers. */
  readonly completes?: "workflow";
}

/** A command: everything that help, completion and dispatch need. */
export interface CommandDescription<O extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  readonly arguments: readonly ArgumentDescription[];
  /**
   * Strict object, snake_case; `fail_fast` is shown as `--fail-fast`. Booleans are flags, enums are choices,
   * arrays may be repeated; every field has a description.
   */
  readonly options: O;
  readonly examples: readonly { readonly command: string; readonly summary: string }[];
  /** Returns the exit code. */
  handler(terminal: Terminal, args: readonly string[], options: z.output<O>): Promise<number>;
}

/** An option as plain data, read from the schema. */
export interface OptionDescription {
  readonly key: string;
  /** `--fail-fast` */
  readonly flag: string;
  readonly summary: string;
  readonly kind: "flag" | "string" | "integer" | "choice" | "list";
  readonly choices?: readonly string[];
  readonly placeholder: string;
  /** Whether it must be given: neither optional nor with a default. */
  readonly required: boolean;
  readonly default?: unknown;
}

/**
 * Defines a command; inference only.
 *
 * @example
 * ```ts
 * import { defineCommand } from "#lib/cli/command.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const hello = defineCommand({
 *   name: "hello", summary: "Greets.", arguments: [], examples: [],
 *   options: z.strictObject({ loud: z.boolean().default(false).describe("in capitals") }),
 *   handler: (_terminal, _args, options) => Promise.resolve(options.loud ? 1 : 0),
 * });
 * assertEquals(hello.name, "hello");
 * ```
 */
export function defineCommand<O extends z.ZodObject>(
  command: CommandDescription<O>,
): CommandDescription<O> {
  return command;
}

/**
 * The options of a command as plain data.
 *
 * @throws {TypeError} if a field is of a kind that no command line can show.
 *
 * @example
 * ```ts
 * import { optionsOf } from "#lib/cli/command.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const [option] = optionsOf(z.strictObject({ fail_fast: z.boolean().default(false).describe("stop early") }));
 * assertEquals([option.flag, option.kind], ["--fail-fast", "flag"]);
 * ```
 */
export function optionsOf(schema: z.ZodObject): readonly OptionDescription[] {
  return Object.entries(schema.shape).map(([key, field]) => {
    let inner = field as z.ZodType;
    const required = !inner.safeParse(undefined).success;
    let summary: string | undefined;
    let placeholder: string | undefined;
    let fallback: unknown;
    // What is written about a field may stand before or after its default.
    for (;;) {
      summary ??= inner.description;
      placeholder ??= inner.meta()?.placeholder as string | undefined;
      const def = inner.def as { type: string; innerType?: z.ZodType; defaultValue?: unknown };
      if (def.type === "default") fallback = def.defaultValue;
      if (def.innerType === undefined) break;
      inner = def.innerType;
    }
    const base = {
      key,
      flag: `--${key.replaceAll("_", "-")}`,
      summary: summary ?? "",
      placeholder: placeholder ?? key.toUpperCase(),
      required,
    };
    const more = fallback === undefined ? {} : { default: fallback };
    const def = inner.def as { type: string; entries?: Record<string, string> };
    switch (def.type) {
      case "boolean":
        return { ...base, kind: "flag", ...more };
      case "string":
        return { ...base, kind: "string", ...more };
      case "number":
        return { ...base, kind: "integer", ...more };
      case "array":
        return { ...base, kind: "list", ...more };
      case "enum":
        return { ...base, kind: "choice", choices: Object.values(def.entries ?? {}), ...more };
      default:
        throw new TypeError(
          `option '${key}' is a ${def.type}; a command line shows booleans, strings, integers, enums and lists`,
        );
    }
  });
}
