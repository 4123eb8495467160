// The promise behind commands as data: an adapter for another library needs nothing that a description lacks.
// Cliffy is on JSR only, so its public builder is written down here as far as an adapter uses it; `toCliffy` type-checks
// against that, and a recorder stands in for the library at run time.

import { assert, assertEquals } from "@std/assert";
import type { z } from "zod";
import { type CommandDescription, optionsOf } from "#lib/cli/command.ts";
import { commands } from "#lib/cli/main.ts";
import type { Terminal } from "#lib/cli/terminal.ts";
import { testTerminal } from "#tests/support/terminal.ts";

/** The builder of @cliffy/command 1.x, the part that an adapter needs. */
interface CliffyCommand {
  name(name: string): this;
  description(text: string): this;
  /** `<file:string> [rest...:string]` */
  arguments(definition: string): this;
  type(name: string, type: { readonly values: readonly string[] }): this;
  /** `--jobs <N:integer>` */
  option(flags: string, description: string, settings?: CliffyOptionSettings): this;
  example(name: string, command: string): this;
  action(handler: (options: Record<string, unknown>, ...args: string[]) => Promise<void>): this;
}

interface CliffyOptionSettings {
  readonly default?: unknown;
  readonly required?: boolean;
  readonly collect?: boolean;
}

/** A cliffy command of a description; `finish` receives the handler's exit code. */
function toCliffy<C extends CliffyCommand>(
  command: C,
  description: CommandDescription<z.ZodObject>,
  terminal: Terminal,
  finish: (code: number) => void,
): C {
  const options = optionsOf(description.options);
  command.name(description.name).description(description.summary).arguments(
    description.arguments.map(({ name, required, variadic }) => {
      const inner = `${name}${variadic ? "..." : ""}:string`;
      return required ? `<${inner}>` : `[${inner}]`;
    }).join(" "),
  );
  for (const option of options) {
    const { key, kind, flag, summary, placeholder, required } = option;
    if (option.choices !== undefined) command.type(key, { values: option.choices });
    const type = { flag: "", string: "string", integer: "integer", choice: key, list: "string" };
    command.option(kind === "flag" ? flag : `${flag} <${placeholder}:${type[kind]}>`, summary, {
      required,
      collect: kind === "list",
      ...(option.default === undefined ? {} : { default: option.default }),
    });
  }
  for (const { command: line, summary } of description.examples) command.example(summary, line);
  return command.action(async (given, ...args) => {
    const raw = Object.fromEntries(
      options.map(({ key }) => [
        key,
        given[key.replace(/_([a-z])/g, (_all, letter) => letter.toUpperCase())],
      ]).filter(([, value]) => value !== undefined),
    );
    finish(await description.handler(terminal, args, description.options.parse(raw)));
  });
}

/** Remembers every call. */
class Recorder implements CliffyCommand {
  readonly calls: (readonly unknown[])[] = [];
  run: (options: Record<string, unknown>, ...args: string[]) => Promise<void> = () =>
    Promise.reject(new Error("no action"));
  name = (name: string) => this.#add("name", name);
  description = (text: string) => this.#add("description", text);
  arguments = (definition: string) => this.#add("arguments", definition);
  type = (name: string, type: { readonly values: readonly string[] }) =>
    this.#add("type", name, type.values);
  option = (flags: string, description: string, settings?: CliffyOptionSettings) =>
    this.#add("option", flags, description, settings);
  example = (name: string, command: string) => this.#add("example", name, command);
  action = (handler: Recorder["run"]) => {
    this.run = handler;
    return this;
  };
  #add(...call: unknown[]): this {
    this.calls.push(call);
    return this;
  }
}

Deno.test("a description holds all that a cliffy adapter needs", () => {
  for (const description of commands) {
    const recorder = toCliffy(new Recorder(), description, testTerminal(), () => {});
    const of = (what: string) => recorder.calls.filter(([name]) => name === what);
    assertEquals(of("name"), [["name", description.name]]);
    assertEquals(of("description"), [["description", description.summary]]);
    const [[, definition]] = of("arguments");
    assert(
      /^$|^(<[^<>]+:string>|\[[^[\]]+:string\])( [<[][^<>[\]]+:string[>\]])*$/.test(
        String(definition),
      ),
    );
    assertEquals(of("option").length, Object.keys(description.options.shape).length);
    for (const [, flags, summary] of of("option")) {
      assert(/^--[a-z][a-z0-9-]*( <[A-Z=/_]+:[a-z_]+>)?$/.test(String(flags)), String(flags));
      assert(String(summary).length > 3);
    }
    assertEquals(of("example").length, description.examples.length);
  }
});

Deno.test("a cliffy adapter writes the run command as cliffy has it", () => {
  const run = commands.find(({ name }) => name === "run")!;
  const { calls } = toCliffy(new Recorder(), run, testTerminal(), () => {});
  const settings = (flag: string) =>
    calls.find(([name, flags]) => name === "option" && String(flags).startsWith(flag))?.slice(1);
  assertEquals(calls[2], ["arguments", "<workflow:string> [path=value...:string]"]);
  assertEquals(settings("--jobs"), [
    "--jobs <N:integer>",
    "workers at a time; default: one per processor",
    { required: false, collect: false },
  ]);
  assertEquals(settings("--only")?.[2], { required: false, collect: true });
  assertEquals(settings("--results")?.[2], { required: false, collect: false, default: "results" });
  assertEquals(settings("--fail-fast")?.[0], "--fail-fast");
  assertEquals(calls.filter(([name]) => name === "type").map(([, name]) => name), [
    "engine",
    "executor",
  ]);
});

Deno.test("a cliffy adapter's action reaches the handler with checked options", async () => {
  const run = commands.find(({ name }) => name === "run")!;
  const received: unknown[] = [];
  const probe: CommandDescription<z.ZodObject> = {
    ...run,
    handler(_terminal, args, options) {
      received.push(args, options.jobs, options.fail_fast, options.results, options.only);
      return Promise.resolve(3);
    },
  };
  let code = -1;
  const recorder = toCliffy(new Recorder(), probe, testTerminal(), (value) => code = value);
  await recorder.run({ jobs: 4, failFast: true, only: ["a*"] }, "x.yaml", "seeds=5");
  assertEquals([code, ...received], [3, ["x.yaml", "seeds=5"], 4, true, "results", ["a*"]]);
});
