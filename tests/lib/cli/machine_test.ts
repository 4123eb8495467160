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
  const cpus = async (text: string | null, env = {}) => (await withConfig(text, env)).machine!.cpus;
  assertEquals(await cpus(null), undefined);
  assertEquals(await cpus(""), undefined);
  assertEquals(await cpus("cpus: auto\n"), undefined);
  assertEquals(await cpus("cpus: 3 # workers\n"), 3);
  assertEquals(await cpus("cpus: 3\n", { BASIN_JOBS: "7" }), 7);
  assertEquals(await cpus("cpus: 3\n", { BASIN_JOBS: "" }), 3);
});

Deno.test("readMachine() reads memory in bytes and named slots as indexes", async () => {
  const { machine } = await withConfig("memory: 16GB\nslots: { gpu: [1, 3], licence: 2 }\n", {});
  assertEquals(machine?.memory, 16e9);
  assertEquals(machine?.slots, { gpu: [1, 3], licence: [0, 1] });
});

Deno.test("readMachine() says what is wrong, where, and gives nothing", async () => {
  const cases: readonly (readonly [string | null, Readonly<Record<string, string>>, string])[] = [
    [null, { BASIN_JOBS: "many" }, "BASIN_JOBS is 'many'"],
    [null, { BASIN_JOBS: "0" }, "BASIN_JOBS is '0'"],
    [null, { BASIN_JOBS: "-1" }, "BASIN_JOBS is '-1'"],
    ["cpus: 0\n", {}, "cpus"],
    ["cpus: 2.5\n", {}, "cpus"],
    ["slotz: 2\n", {}, "slotz"],
    ["slots: 2\n", {}, "slots"],
    ["slots: { cpu: 2 }\n", {}, "cpus"],
    ["slots: { gpu: [1, 1] }\n", {}, "names an index twice"],
    ["memory: lots\n", {}, "memory is 'lots'"],
    ["memory: 16\n", {}, "memory is '16'"],
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
