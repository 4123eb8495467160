// The command that repeats a run: what decides the results is in it, what does not is left out, and a shell reads it back.

import { assertEquals, assertMatch } from "@std/assert";
import { commandLine } from "#lib/cli/command_line.ts";

const words = (options: Parameters<typeof commandLine>[1], ...args: string[]) => {
  const text = commandLine(["flow.yaml", ...args], options);
  assertMatch(text, /^deno task run(:external)? flow\.yaml/);
  return text.replace(/^deno task run(:external)? flow\.yaml ?/, "");
};

Deno.test("commandLine() says everything that decides what is computed, and where", () => {
  assertEquals(
    words({
      profile: "paper",
      set: ["a=1"],
      results: "elsewhere",
      store: "/mnt/lab store",
      engine: "ref",
      accept: ["wasm-f32", "ref-f64"],
      only: ["fit*", "claims"],
      machine: "cluster",
    }, "seeds=[0, 1]"),
    "'seeds=[0, 1]' --profile paper --set a=1 --results elsewhere --store '/mnt/lab store' " +
      "--engine ref --accept wasm-f32 --accept ref-f64 --only 'fit*' --only claims --machine cluster",
  );
});

Deno.test("commandLine() names the task that may start programs where stages are programs", () => {
  assertEquals(
    commandLine(["flow.yaml"], { hasPrograms: true }),
    "deno task run:external flow.yaml",
  );
});

Deno.test("commandLine() leaves out what is so anyway, and what only changes how a run is shown", () => {
  assertEquals(words({}), "");
  const usual = { results: "results", engine: "auto", only: undefined };
  const shown = { force: ["*"], jobs: 2, json: true, quiet: true, fail_fast: true };
  assertEquals(words({ ...usual, ...shown }), "");
});
