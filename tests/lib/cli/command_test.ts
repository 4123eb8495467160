// Options read from schemas: what help, completion and adapters are made of.

import { assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { optionsOf } from "#lib/cli/command.ts";
import { commands } from "#lib/cli/main.ts";

Deno.test("optionsOf() reads kind, text, default, choices and need from a schema", () => {
  const options = optionsOf(z.strictObject({
    fail_fast: z.boolean().default(false).describe("stop early"),
    jobs: z.int().min(1).optional().meta({ description: "workers", placeholder: "N" }),
    results: z.string().default("results").describe("folder"),
    engine: z.enum(["auto", "ref"]).default("auto").describe("which"),
    only: z.array(z.string()).optional().describe("globs"),
    token: z.string().describe("must be given"),
    inside: z.string().describe("described before its default").default("x"),
  }));
  assertEquals(options, [
    {
      key: "fail_fast",
      flag: "--fail-fast",
      summary: "stop early",
      placeholder: "FAIL_FAST",
      required: false,
      kind: "flag",
      default: false,
    },
    {
      key: "jobs",
      flag: "--jobs",
      summary: "workers",
      placeholder: "N",
      required: false,
      kind: "integer",
    },
    {
      key: "results",
      flag: "--results",
      summary: "folder",
      placeholder: "RESULTS",
      required: false,
      kind: "string",
      default: "results",
    },
    {
      key: "engine",
      flag: "--engine",
      summary: "which",
      placeholder: "ENGINE",
      required: false,
      kind: "choice",
      choices: ["auto", "ref"],
      default: "auto",
    },
    {
      key: "only",
      flag: "--only",
      summary: "globs",
      placeholder: "ONLY",
      required: false,
      kind: "list",
    },
    {
      key: "token",
      flag: "--token",
      summary: "must be given",
      placeholder: "TOKEN",
      required: true,
      kind: "string",
    },
    {
      key: "inside",
      flag: "--inside",
      summary: "described before its default",
      placeholder: "INSIDE",
      required: false,
      kind: "string",
      default: "x",
    },
  ]);
});

Deno.test("optionsOf() refuses what no command line can show", () => {
  for (const bad of [z.object({}), z.record(z.string(), z.string()), z.date()]) {
    assertThrows(() => optionsOf(z.strictObject({ bad })), TypeError, "option 'bad'");
  }
});

Deno.test("every command describes itself, its arguments and its options", () => {
  for (const { name, summary, arguments: args, options, examples } of commands) {
    assertEquals([/^[a-z]+$/.test(name), /^[A-Z].*\.$/.test(summary)], [true, true], name);
    args.forEach((argument, i) => {
      assertEquals(argument.summary.length > 0, true, `${name} ${argument.name}`);
      if (argument.variadic) assertEquals(i, args.length - 1, "only the last may be variadic");
      if (i > 0 && argument.required) {
        assertEquals(args[i - 1].required, true, "required ones first");
      }
    });
    for (const { key, summary, flag } of optionsOf(options)) {
      assertEquals(summary.length > 0, true, `${name} ${key} has no description`);
      assertEquals(
        /^--[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(flag) && !flag.startsWith("--no-"),
        true,
        flag,
      );
    }
    for (const { command } of examples) {
      assertEquals(/^(deno task|source|eval|basin)/.test(command), true, command);
    }
  }
});
