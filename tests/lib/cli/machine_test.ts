// Settings of this machine: where they come from, and what is said when they are wrong.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { readMachine } from "#lib/cli/machine.ts";
import { testTerminal } from "#tests/support/terminal.ts";

async function withConfig(
  text: string | null,
  env: Readonly<Record<string, string>>,
): Promise<{ machine: ReturnType<typeof readMachine>; err: string }> {
  const root = await Deno.makeTempDir();
  try {
    if (text !== null) {
      await Deno.mkdir(join(root, "config/machine"), { recursive: true });
      await Deno.writeTextFile(join(root, "config/machine/default.yaml"), text);
    }
    const terminal = testTerminal({ root, env });
    return { machine: readMachine(terminal), err: terminal.written.err };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("readMachine() takes BASIN_JOBS before the file, and the file before nothing", async () => {
  const slots = async (text: string | null, env = {}) => (await withConfig(text, env)).machine;
  assertEquals(await slots(null), { slots: undefined });
  assertEquals(await slots(""), { slots: undefined });
  assertEquals(await slots("slots: auto\n"), { slots: undefined });
  assertEquals(await slots("slots: 3 # workers\n"), { slots: 3 });
  assertEquals(await slots("slots: 3\n", { BASIN_JOBS: "7" }), { slots: 7 });
  assertEquals(await slots("slots: 3\n", { BASIN_JOBS: "" }), { slots: 3 });
});

Deno.test("readMachine() says what is wrong, where, and gives nothing", async () => {
  const cases: readonly (readonly [string | null, Readonly<Record<string, string>>, string])[] = [
    [null, { BASIN_JOBS: "many" }, "BASIN_JOBS is 'many'"],
    [null, { BASIN_JOBS: "0" }, "BASIN_JOBS is '0'"],
    [null, { BASIN_JOBS: "-1" }, "BASIN_JOBS is '-1'"],
    ["slots: 0\n", {}, "slots"],
    ["slots: 2.5\n", {}, "slots"],
    ["slotz: 2\n", {}, "slotz"],
    ["slots: [\n", {}, "config/machine/default.yaml"],
    ["- 1\n", {}, "config/machine/default.yaml"],
  ];
  for (const [text, env, part] of cases) {
    const { machine, err } = await withConfig(text, env);
    assertEquals(machine, null, part);
    assert(err.startsWith("error: ") && err.endsWith("\n"), err);
    assertStringIncludes(err, part);
  }
});
