import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { generate } from "#lib/dev/gen.ts";
import { generatedLine, indexSource, roomsSource } from "#lib/dev/indexes.ts";

const root = fromFileUrl(new URL("../../../", import.meta.url));

Deno.test("generate() finds the committed files fresh", async () => {
  assertEquals(await generate(root, { write: false }), []);
});

Deno.test("generate() lists members by name and leaves out indexes and shared files", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const room of ["tasks", "lib/cli", "lib/metrics"]) {
      await Deno.mkdir(join(folder, room), { recursive: true });
    }
    for (const file of ["zeta.ts", "alpha.ts", "_shared.ts", "mod.ts", "README.md"]) {
      await Deno.writeTextFile(join(folder, "lib/metrics", file), "");
    }
    const stale = await generate(folder, { write: false });
    assertEquals(stale, ["lib/metrics/mod.ts", "tasks/mod.ts", "lib/cli/rooms.ts"]);
    assertEquals(await generate(folder, { write: true }), stale);
    assertEquals(await generate(folder, { write: false }), []);
    const text = await Deno.readTextFile(join(folder, "lib/metrics/mod.ts"));
    assertEquals(text, indexSource("metrics", "lib/metrics", ["alpha", "zeta"]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("generate() lists as kernels the shaders with a definition beside them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const room of ["tasks", "lib/cli", "gpu/shared"]) {
      await Deno.mkdir(join(folder, room), { recursive: true });
    }
    for (const file of ["gram.ts", "gram.wgsl", "alone.wgsl", "helper.ts", "shared/x.wgsl"]) {
      await Deno.writeTextFile(join(folder, "gpu", file), "");
    }
    assert((await generate(folder, { write: true })).includes("gpu/mod.ts"));
    const text = await Deno.readTextFile(join(folder, "gpu/mod.ts"));
    assertEquals(text.match(/^ {2}.*$/gm), ['  gram: () => import("./gram.ts"),']);
    assertStringIncludes(text, 'import type { KernelIndex } from "../lib/core/kernel.ts";');
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("indexSource() writes literal lazy imports under a first line that says it is generated", () => {
  assertEquals(
    indexSource("attractors", "lib/models/attractors", ["lorenz"]).split("\n"),
    [
      generatedLine,
      "",
      'import type { MemberIndex } from "../../core/member.ts";',
      "",
      "/** Members of the room `attractors` by the name used in YAML, loaded when used. */",
      "export const attractors = {",
      '  lorenz: () => import("./lorenz.ts"),',
      "} satisfies MemberIndex;",
      "",
    ],
  );
});

Deno.test("roomsSource() gives each room its index and folder, sorted", () => {
  const text = roomsSource([
    { name: "metrics", folder: "lib/metrics" },
    { name: "attractors", folder: "lib/models/attractors" },
  ]);
  assertEquals(text.split("\n").filter((line) => /^(import \{| {2})/.test(line)), [
    'import { attractors } from "../models/attractors/mod.ts";',
    'import { metrics } from "../metrics/mod.ts";',
    '  attractors: { index: attractors, folder: "lib/models/attractors" },',
    '  metrics: { index: metrics, folder: "lib/metrics" },',
  ]);
});
