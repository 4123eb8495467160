import { assert, assertEquals, assertMatch } from "@std/assert";
import { commandFacts } from "#lib/executors/command_facts.ts";
import { denoWorld } from "#lib/world/deno_world.ts";

interface Place {
  readonly folder: string;
  /** New facts, as a new process has them. */
  readonly facts: () => ReturnType<typeof commandFacts>;
  /** How many programs were started. */
  readonly numStarted: () => number;
}

async function inPlace(test: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  let numStarted = 0;
  const world = denoWorld();
  const counting = {
    ...world,
    spawn: {
      run: (...args: Parameters<typeof world.spawn.run>) => {
        numStarted++;
        return world.spawn.run(...args);
      },
    },
  };
  const env = (name: string) => name === "PATH" ? `${folder}:${Deno.env.get("PATH")}` : undefined;
  const memory = `${folder}/tools.json`;
  try {
    await test({
      folder,
      facts: () => commandFacts({ world: counting, memory, env }),
      numStarted: () => numStarted,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("commandFacts() tells what a version command prints on either stream", () =>
  inPlace(async ({ facts }) => {
    const { tool } = facts();
    assertEquals(await tool("echo ' 1.2 '"), { ok: true, value: "1.2" });
    assertEquals(await tool("echo err >&2"), { ok: true, value: "err" });
    assertEquals(await tool("echo out; echo err >&2"), { ok: true, value: "out\n\nerr" });
  }));

Deno.test("commandFacts() says why a version cannot be told", () =>
  inPlace(async ({ facts }) => {
    const { tool } = facts();
    for (
      const [line, says] of [
        ["no-such-tool-x --version", /'no-such-tool-x --version' ended with code 127: .*not found/],
        ["false", /'false' ended with code 1$/],
        ["true", /printed nothing/],
        ["kill -TERM $$", /ended with SIGTERM/],
        ["head -c 5000 /dev/zero | tr '\\0' x", /printed 5000 characters/],
      ] as const
    ) {
      const told = await tool(line);
      assert(!told.ok);
      assertMatch(told.error, says);
    }
  }));

Deno.test("commandFacts() asks a binary once, until it changes", () =>
  inPlace(async ({ folder, facts, numStarted }) => {
    const line = "env --version";
    const first = await facts().tool(line);
    const again = await facts().tool(line);
    assertEquals(again, first);
    if (!first.ok) return; // a machine whose `env` has no version
    assertEquals(numStarted(), 1);
    // Another binary of that name comes first in PATH.
    await Deno.copyFile(Deno.realPathSync((await which("env"))!), `${folder}/env`);
    await Deno.chmod(`${folder}/env`, 0o755);
    await facts().tool(line);
    assertEquals(numStarted(), 2);
    await Deno.utime(`${folder}/env`, new Date(1e12), new Date(1e12));
    await facts().tool(line);
    assertEquals(numStarted(), 3);
    await facts().tool(line);
    assertEquals(numStarted(), 3);
  }));

Deno.test("commandFacts() asks scripts, packages and damaged memories every time", () =>
  inPlace(async ({ folder, facts, numStarted }) => {
    await Deno.writeTextFile(`${folder}/shim`, `#!/bin/sh\ncat ${folder}/chosen\n`);
    await Deno.chmod(`${folder}/shim`, 0o755);
    for (const chosen of ["1", "2"]) {
      await Deno.writeTextFile(`${folder}/chosen`, chosen);
      assertEquals(await facts().tool("shim --version"), { ok: true, value: chosen });
    }
    const before = numStarted();
    await facts().tool("env printf 1");
    await facts().tool("env printf 1");
    assertEquals(numStarted(), before + 2);
    await Deno.writeTextFile(`${folder}/tools.json`, `{"tools": {"env --version": 3`);
    assertEquals(await facts().tool("echo 1"), { ok: true, value: "1" });
  }));

Deno.test("commandFacts() asks once for many who want to know", () =>
  inPlace(async ({ facts, numStarted }) => {
    const { tool } = facts();
    await Promise.all(Array.from({ length: 5 }, () => tool("echo 1")));
    assertEquals(numStarted(), 1);
  }));

async function which(name: string): Promise<string | undefined> {
  const { stdout } = await new Deno.Command("/bin/sh", { args: ["-c", `command -v ${name}`] })
    .output();
  return new TextDecoder().decode(stdout).trim() || undefined;
}
