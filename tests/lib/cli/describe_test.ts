// `describe`: every task and member can be described at any width, and a name that is none is answered with the nearest.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import describe from "#lib/cli/commands/describe.ts";
import { rooms } from "#lib/cli/rooms.ts";
import type { Terminal } from "#lib/cli/terminal.ts";
import { columnsOf } from "#lib/report/format.ts";
import { tasks } from "#tasks/mod.ts";

async function say(args: readonly string[], columns = 80) {
  let out = "", err = "";
  const terminal = {
    columns: () => columns,
    out: (text: string) => out += text,
    err: (text: string) => err += text,
  } as unknown as Terminal;
  const code = await describe.handler(terminal, args, {});
  return { code, out: stripAnsiCode(out), err: stripAnsiCode(err) };
}

const names = [tasks, ...Object.values(rooms).map(({ index }) => index)].flatMap(Object.keys);

Deno.test("describe lists every task and member within the terminal's width", async () => {
  const { code, out } = await say([]);
  assertEquals(code, 0);
  for (const name of names) assertStringIncludes(out, `  ${name} `);
  for (const line of out.split("\n")) assert(columnsOf(line) <= 80, line);
});

Deno.test("describe says what each task and member takes, with every param's name", async () => {
  for (const [name, load] of Object.entries(tasks)) {
    const { code, out } = await say([name]);
    assertEquals(code, 0);
    for (const param of Object.keys((await load()).default.params.shape)) {
      assertStringIncludes(out, `  ${param}`);
    }
    assertStringIncludes(out, "outputs");
    assert(!out.includes("undefined") && !out.includes("[object"), out);
  }
  for (const name of names) assertEquals((await say([name])).code, 0, name);
});

Deno.test("describe names the nearest for a name that is none", async () => {
  const { code, err } = await say(["procustes"]);
  assertEquals(code, 2);
  assertStringIncludes(err, "the nearest is 'procrustes'");
});

Deno.test("describe tells what a neurotask shows, asks, and lets be reached, at any width", async () => {
  for (const columns of [60, 80, 120]) {
    const { out } = await say(["pdm_anti_delay"], columns);
    const text = out.replaceAll(/\s+/g, " ");
    for (
      const said of [
        "gives classes fixate, choice_1, choice_2",
        "evaluation fixation 500, stimulus 4000, delay 2000, decision 500 ms",
        "chance 0.5",
        "ideal 0.8996, decidable trials 0.9995",
      ]
    ) assertStringIncludes(text, said);
    for (const line of out.split("\n")) assert(columnsOf(line) <= columns, line);
  }
});
