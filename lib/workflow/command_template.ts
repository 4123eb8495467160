// Commands: the line of a `run:` stage, compiled once and rendered for each member. Paths are those of core/command.ts,
// relative to the folder that the command runs in.

import type { Command, CommandOutput } from "../core/command.ts";
import type { Context } from "./context.ts";
import { type Local, memberSlot, type Row, type Scope } from "./expression/compile.ts";
import { splitTemplate } from "./expression/split.ts";
import { compileTemplate, placed, type Template, valueOrProblem } from "./expression/template.ts";
import type { BoundPort, CommandSpec, StageMember } from "./graph.ts";
import { listNames, nearest } from "./nearest.ts";
import { cleanPath } from "./output_paths.ts";
import type { Problems } from "./problems.ts";
import type { RunSpec } from "./run_spec.ts";
import { quoted, shellWord, surroundings } from "./shell_text.ts";
import type { StageSpec } from "./stage_spec.ts";
import { plain, type Tree } from "./tree.ts";

type Params = Readonly<Record<string, unknown>>;
type Inputs = Readonly<Record<string, BoundPort>>;

/** The command of a stage, to be rendered for its members. */
export interface CommandTemplate {
  /** The command of one member; null if an expression has no value, which is reported. */
  render(
    row: Row,
    params: Params,
    inputs: Inputs,
    members: readonly StageMember[],
  ): CommandSpec | null;
}

const memberSlots: ReadonlySet<number> = new Set([memberSlot]);
const none: ReadonlySet<number> = new Set();

/**
 * Compiles the command of a `run:` stage. `scope` is that of the stage; the line knows `with`, `inputs` and `outputs`
 * besides. Null if something is wrong, which is reported.
 *
 * @example
 * ```ts
 * import { compileCommand } from "#lib/workflow/command_template.ts";
 * import { readRun } from "#lib/workflow/run_spec.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "run: echo ${{ with.title }} > ${{ outputs.x }}\noutputs: { x: file }"));
 * assert(tree.ok && tree.value.kind === "map");
 * const spec = { run: readRun(tree.value), with: undefined, inputs: [], files: [] };
 * const scope = { axis: () => undefined, param: () => ({ ok: false, message: "" }), unknown: () => ({ message: "" }) };
 * // deno-lint-ignore no-explicit-any
 * const command = compileCommand({ problems: new Problems() } as any, spec as any, scope as any);
 * assertEquals(command?.render([], { title: "it's" }, {}, [])?.command.line, "echo 'it'\\''s' > out/x");
 * ```
 */
export function compileCommand(
  { problems }: Pick<Context, "problems">,
  spec: StageSpec,
  scope: Scope,
): CommandTemplate | null {
  const run = spec.run!;
  const before = problems.numErrors;
  const member: { params: Params; inputPaths: Readonly<Record<string, string>> } = {
    params: {},
    inputPaths: {},
  };
  const outputs = outputsOf(run);
  const outputPaths = Object.fromEntries(
    Object.entries(outputs).map(([name, { path }]) => [name, path]),
  );
  const locals: Readonly<Record<string, Local>> = {
    with: {
      value: { slots: memberSlots, run: () => member.params },
      ...(spec.with?.value.kind === "map"
        ? { fields: { names: [...spec.with.value.entries.keys()], what: "params" } }
        : {}),
    },
    inputs: {
      value: { slots: memberSlots, run: () => member.inputPaths },
      fields: { names: [...spec.inputs, ...spec.files].map(({ port }) => port), what: "inputs" },
    },
    outputs: {
      value: { slots: none, run: () => outputPaths },
      fields: { names: Object.keys(outputs), what: "outputs" },
    },
  };
  const inLine: Scope = {
    ...scope,
    local: (name) => Object.hasOwn(locals, name) ? locals[name] : undefined,
    unknown: (name) => {
      const { message, hint } = scope.unknown(name);
      const near = nearest(name, Object.keys(locals));
      return {
        message,
        hint: near !== undefined
          ? `did you mean \`${near}\`?`
          : name === "attempt"
          ? "`attempt` is known in `resources`"
          : hint === undefined || hint.startsWith("only")
          ? `known are \`params\`, ${listNames(Object.keys(locals))}`
          : hint,
      };
    },
  };
  const line = compileLine(run.line, inLine, problems);
  const env = run.env.map(({ name, at, value }) => {
    const template = value === undefined
      ? null
      : compileTemplate(value, inLine, problems, (text) => text);
    return { name, at, template, isTaken: value === undefined };
  });
  const tools = toolsOf(run, problems);
  if (line === null || problems.numErrors > before) return null;
  return {
    render(row, params, inputs, members) {
      member.params = params;
      member.inputPaths = inputPathsOf(inputs, members);
      const value = valueOrProblem(line, row, problems);
      if (value === undefined) return null;
      const rendered = Array.isArray(value) ? value.map(String) : String(value).trim();
      if (!checkRendered(rendered, run, problems)) return null;
      const variables: Record<string, string | null> = {};
      for (const { name, at, template, isTaken } of env) {
        const text = isTaken ? null : valueOrProblem(template!, row, problems);
        if (text === undefined) return null;
        variables[name] = isTaken ? null : String(text);
        if (!isTaken && String(text).includes("\0")) {
          problems.error("bad-value", at, `the variable \`${name}\` has a NUL character`);
          return null;
        }
      }
      const lists = Object.keys(inputs).filter((port) => inputs[port].many);
      const command: Command = {
        line: rendered,
        outputs,
        inputPaths: member.inputPaths,
        ...(lists.length === 0 ? {} : { lists }),
      };
      return { command, env: variables, tools };
    },
  };
}

function outputsOf({ outputs }: RunSpec): Readonly<Record<string, CommandOutput>> {
  return Object.fromEntries(outputs.map(({ name, kind, path, volatile }) => {
    const cleaned = cleanPath(path);
    return [name, { kind, path: `out/${cleaned.ok ? cleaned.path : name}`, volatile }];
  }));
}

function toolsOf({ tools }: RunSpec, problems: Problems): Readonly<Record<string, string>> {
  return Object.fromEntries(tools.map(({ name, value }) => {
    const line = String(plain(value));
    if (line.includes("${{")) {
      problems.error("bad-value", value, "the command that prints a version is taken as it is", {
        hint: "it runs once for the whole workflow, so it has no params and no axes",
      });
    }
    return [name, line];
  }));
}

/** A text gets its values quoted; a list has them as they are. */
function compileLine(tree: Tree, scope: Scope, problems: Problems): Template | null {
  if (tree.kind !== "scalar" || typeof tree.value !== "string") {
    return compileTemplate(tree, scope, problems, (text) => text);
  }
  const pieces = splitTemplate(tree.value);
  if (!Array.isArray(pieces)) return compileTemplate(tree, scope, problems);
  const where = surroundings(pieces.map((piece) => typeof piece === "string" ? piece : null));
  // A number right before a redirection would be the number of a stream.
  const beforeRedirection: boolean[] = [];
  let failed = false;
  pieces.forEach((piece, i) => {
    if (typeof piece === "string") return;
    const next = pieces[i + 1];
    const surrounding = where[beforeRedirection.length];
    beforeRedirection.push(typeof next === "string" && /^[<>]/.test(next));
    if (surrounding === "word") return;
    failed = true;
    const text = tree as typeof tree & { readonly value: string };
    const fault = { message: messages[surrounding], start: piece.start, end: piece.end };
    const { at } = placed(text, fault, "");
    problems.error("expression-in-quotes", at, messages[surrounding], { hint: advice });
  });
  if (failed) return null;
  return compileTemplate(
    tree,
    scope,
    problems,
    (text, piece) => beforeRedirection[piece] ? quoted(text) : shellWord(text),
  );
}

const messages = {
  "single quotes": "an expression inside quotes of a command",
  "double quotes": "an expression inside quotes of a command",
  "backquotes": "an expression inside backquotes of a command",
  "a comment": "an expression in a comment of a command",
  "a here-document": "an expression in a here-document of a command",
  "an escape": "an expression right behind a backslash of a command",
  "an expansion": "an expression right behind a `$` of a command",
} as const;

const advice = "values are quoted for the shell as whole words: write the expression on its own, " +
  "or the command as a list, which needs no shell";

function checkRendered(
  line: string | readonly string[],
  { at, line: written }: RunSpec,
  problems: Problems,
): boolean {
  const words = typeof line === "string" ? [line] : line;
  if (words[0] === "") {
    problems.error("bad-value", written, "the command is empty");
    return false;
  }
  if (!words.some((word) => word.includes("\0"))) return true;
  problems.error("bad-value", at, "a command has no NUL characters");
  return false;
}

/** Where the inputs of a member lie, as core/command.ts says. */
function inputPathsOf(
  inputs: Inputs,
  members: readonly StageMember[],
): Readonly<Record<string, string>> {
  const paths: Record<string, string> = {};
  for (const [port, { kind, many, sources }] of Object.entries(inputs)) {
    const [source] = sources;
    let suffix = "";
    if (!many && kind === "file" && source !== undefined) {
      if ("file" in source) suffix = suffixOf(source.file);
      else if (source.part === undefined) {
        const path = members[source.from].command?.command.outputs[source.output]?.path;
        suffix = path === undefined ? "" : suffixOf(path);
      }
    }
    paths[port] = `in/${port}${suffix}`;
  }
  return paths;
}

/** `.py` of `fit.py`, `.tsv.gz` of `data.tsv.gz`; empty if there is none. */
function suffixOf(path: string): string {
  return /[^/\\](\.[A-Za-z0-9]{1,10}(?:\.(?:gz|bz2|xz|zst))?)$/.exec(path)?.[1] ?? "";
}
