// Command lines as people type them: values reach the handler checked, mistakes are explained and give 2.

import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { z } from "zod";
import { type CommandDescription, defineCommand } from "#lib/cli/command.ts";
import { runProgram } from "#lib/cli/commander.ts";
import { commands } from "#lib/cli/main.ts";
import { columnsOf } from "#lib/report/format.ts";
import { testTerminal } from "#tests/support/terminal.ts";

const info = { name: "basin", version: "1.2.3", summary: "Workflows." };

/** Runs a command line against one command that records what it receives. */
async function run(...argv: string[]) {
  const received: { args: readonly string[]; options: unknown }[] = [];
  const probe = defineCommand({
    name: "probe",
    summary: "Records.",
    arguments: [
      { name: "workflow", summary: "file", required: true, variadic: false },
      { name: "path=value", summary: "overrides", required: false, variadic: true },
    ],
    options: z.strictObject({
      fail_fast: z.boolean().default(false).describe("stop early"),
      jobs: z.int().min(1).max(256).optional().describe("workers"),
      engine: z.enum(["auto", "ref"]).default("auto").describe("which"),
      only: z.array(z.string()).optional().describe("globs"),
      profile: z.string().optional().describe("profile"),
    }),
    examples: [],
    handler(_terminal, args, options) {
      received.push({ args, options });
      return Promise.resolve(args[0] === "fails.yaml" ? 3 : 0);
    },
  });
  const terminal = testTerminal();
  const list = [probe] as unknown as readonly CommandDescription<z.ZodObject>[];
  const code = await runProgram(info, list, argv, terminal);
  return { code, received, ...terminal.written };
}

Deno.test("runProgram() hands over checked options with defaults, and variadic arguments in order", async () => {
  const plain = await run("probe", "a.yaml");
  assertEquals(plain.received, [{
    args: ["a.yaml"],
    options: { fail_fast: false, engine: "auto" },
  }]);
  const full = await run(
    ..."probe a.yaml seeds=5 sizes=[32] --fail-fast --jobs 8 --only a* --engine ref --only b[x=1]"
      .split(" "),
    "text=two words",
  );
  assertEquals([full.code, full.err], [0, ""]);
  assertEquals(full.received, [{
    args: ["a.yaml", "seeds=5", "sizes=[32]", "text=two words"],
    options: { fail_fast: true, jobs: 8, engine: "ref", only: ["a*", "b[x=1]"] },
  }]);
  const negative = await run("probe", "a.yaml", "--", "x=-1", "--not-an-option");
  assertEquals(negative.received[0].args, ["a.yaml", "x=-1", "--not-an-option"]);
  assertEquals((await run("probe", "fails.yaml")).code, 3);
});

Deno.test("runProgram() explains mistakes on standard error, with the nearest name, and gives 2", async () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["probe a.yaml --fail-fest", ["unknown option '--fail-fest'", "Did you mean --fail-fast?"]],
    ["prob a.yaml", ["unknown command 'prob'", "Did you mean probe?"]],
    ["probe", ["missing required argument 'workflow'"]],
    ["probe a.yaml --jobs", ["option '--jobs <JOBS>' argument missing"]],
    ["probe a.yaml --jobs many", ["--jobs", "many"]],
    ["probe a.yaml --jobs 2.5", ["--jobs", "2.5"]],
    ["probe a.yaml --jobs 0", ["--jobs", "0"]],
    ["probe a.yaml --jobs 1000", ["--jobs", "256"]],
    ["probe a.yaml --engine fast", ["--engine", "auto, ref"]],
  ];
  for (const [line, parts] of cases) {
    const { code, received, out, err } = await run(...line.split(" "));
    assertEquals([code, received, out], [2, [], ""], `${line}: ${err}`);
    for (const part of parts) assertStringIncludes(err, part, line);
    assert(!/\n\s+at /.test(err), `${line}: no stack trace`);
  }
});

Deno.test("runProgram() shows help and version on standard output and gives 0", async () => {
  assertEquals(await run("--version").then(({ code, out, err }) => [code, out, err]), [
    0,
    "1.2.3\n",
    "",
  ]);
  for (const argv of [["--help"], ["help"], ["help", "probe"], ["probe", "--help"]]) {
    const { code, out, err, received } = await run(...argv);
    assertEquals([code, err, received], [0, "", []], argv.join(" "));
    assertStringIncludes(out, "Usage: basin");
  }
  const { code, out, err } = await run();
  assertEquals([code, out], [2, ""], "no command");
  assertStringIncludes(err, "Usage: basin");
});

Deno.test("help of every command fits 80 columns and names all its options", async () => {
  for (const { name, options } of commands) {
    const terminal = testTerminal({ columns: 80 });
    assertEquals(await runProgram(info, commands, [name, "--help"], terminal), 0);
    for (const line of terminal.written.out.split("\n")) {
      assertLessOrEqual(columnsOf(line), 80, `${name}: ${line}`);
    }
    for (const key of Object.keys(options.shape)) {
      assertStringIncludes(terminal.written.out, `--${key.replaceAll("_", "-")}`, name);
    }
  }
  const terminal = testTerminal({ columns: 80 });
  await runProgram(info, commands, ["--help"], terminal);
  for (const line of terminal.written.out.split("\n")) assertLessOrEqual(columnsOf(line), 80, line);
  for (const { name } of commands) assertStringIncludes(terminal.written.out, `  ${name}`);
});
