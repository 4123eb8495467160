// What makes Basin look for a GPU again.

import { assertEquals, assertNotEquals } from "@std/assert";
import { engineProbe, forgetAdapter } from "#lib/cli/engine_probe.ts";
import type { Terminal } from "#lib/cli/terminal.ts";
import { denoWorld } from "#lib/world/deno_world.ts";

const world = denoWorld();

function stampWith(variables: Readonly<Record<string, string>>): string {
  const terminal = { env: (name: string) => variables[name] } as unknown as Terminal;
  return engineProbe(terminal, world, "results").stamp();
}

Deno.test("engineProbe() has another stamp when another driver is named", () => {
  const plain = stampWith({});
  assertEquals(stampWith({}), plain);
  for (const name of ["DENO_WEBGPU_BACKEND", "VK_DRIVER_FILES", "VK_ICD_FILENAMES"]) {
    assertNotEquals(stampWith({ [name]: "/a.json" }), plain, name);
  }
});

Deno.test("forgetAdapter() takes back what was remembered, and does not mind if nothing was", async () => {
  const results = await Deno.makeTempDir();
  try {
    const { memory } = engineProbe({} as Terminal, world, results);
    await forgetAdapter(results);
    await memory.write("{}");
    assertEquals(await memory.read(), "{}");
    await forgetAdapter(results);
    assertEquals(await memory.read(), undefined);
  } finally {
    await Deno.remove(results, { recursive: true });
  }
});
