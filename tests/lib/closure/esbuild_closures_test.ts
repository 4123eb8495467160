// What changes a closure and what does not, on real files in a temporary project.

import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { EsbuildClosures } from "#lib/closure/esbuild_closures.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import type { Disk } from "#lib/core/disk.ts";

const base = {
  "deno.json": JSON.stringify({ imports: { "#lib/": "./lib/", zod: "npm:zod@4.6.7" } }),
  "deno.lock": JSON.stringify({
    specifiers: { "npm:zod@4.6.7": "4.6.7" },
    npm: { "zod@4.6.7": { integrity: "sha512-one" }, "other@1.0.0": { integrity: "sha512-two" } },
  }),
  "tasks/a.ts": `import { z } from "zod";
import { f } from "#lib/b.ts";
import type { Shape } from "#lib/types.ts";
import shader from "#lib/k.wgsl" with { type: "text" };
function helper(x: number): number { const value = 3; return value + f(x) + shader.length; }
export default { params: z.object({}), run: (x: number, _shape?: Shape) => helper(x) };
`,
  "lib/b.ts": `export const unit = 2;
export function f(x: number): number { if (x < 0) return 0; const text = x + unit; return text; }
export function unused(x: number): number { return x * 10; }
`,
  "lib/types.ts": "export interface Shape { a: number }\n",
  "lib/k.wgsl": "fn main() {}\n",
  "lib/m.ts": "export default { name: 'm' };\n",
  "lib/n.ts": "export default { name: 'n' };\n",
};

async function withProject(
  work: (project: {
    root: string;
    edit: (name: keyof typeof base, change: (text: string) => string) => void;
    digest: (members?: Record<string, string>) => Promise<string>;
    closures: (memory?: string | null, disk?: Disk) => EsbuildClosures;
  }) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  const { disk, clock } = denoWorld();
  try {
    for (const [name, text] of Object.entries(base)) {
      await Deno.mkdir(join(root, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(root, name), text);
    }
    const closures = (memory: string | null = null, over: Disk = disk) =>
      new EsbuildClosures({ disk: over, clock, root, memory });
    await work({
      root,
      closures,
      edit(name, change) {
        const text = change(base[name]);
        assertNotEquals(text, base[name], `the edit of ${name} changes nothing`);
        Deno.writeTextFileSync(join(root, name), text);
      },
      async digest(members = {}) {
        const made = await closures().closure(join(root, "tasks/a.ts"), members);
        return made.ok ? made.value.digest : `not computable: ${made.error}`;
      },
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const harmless: [string, keyof typeof base, (text: string) => string][] = [
  ["a comment", "lib/b.ts", (text) => `// why\n/** doc */ ${text}`],
  ["formatting", "lib/b.ts", (text) => text.replace("x + unit", "(x +\n\n   unit)")],
  [
    "an annotation of a type",
    "lib/b.ts",
    (text) => text.replace("x: number): number { if", "x: number) { if"),
  ],
  [
    "braces, which formatters add and drop",
    "lib/b.ts",
    (text) => text.replace("if (x < 0) return 0;", "if (x < 0) {\n  return 0;\n}"),
  ],
  ["an interface", "lib/types.ts", () => "export interface Shape { b: string; c?: 1 }\n"],
  ["an unused helper", "lib/b.ts", (text) => text.replace("x * 10", "x * 11")],
  [
    "a new unused helper with names used elsewhere",
    "lib/b.ts",
    (text) =>
      `${text}export function helper() { return 1; }\nfunction value() {}\nexport const text = 5;\n`,
  ],
  ["a member that is not chosen", "lib/m.ts", () => "export default { name: 'mm' };\n"],
  [
    "the entry of a package that is not reached",
    "deno.lock",
    (text) => text.replace("sha512-two", "sha512-three"),
  ],
];

const meaningful: [string, keyof typeof base, (text: string) => string][] = [
  ["a used helper", "lib/b.ts", (text) => text.replace("x + unit", "x - unit")],
  ["a used constant", "lib/b.ts", (text) => text.replace("unit = 2", "unit = 3")],
  ["a shader", "lib/k.wgsl", () => "fn main() { }\n"],
  ["the version of a package", "deno.json", (text) => text.replace("zod@4.6.7", "zod@4.6.8")],
  ["the integrity of a package", "deno.lock", (text) => text.replace("sha512-one", "sha512-four")],
];

Deno.test("closure() keeps its digest when nothing that runs changes", async (t) => {
  for (const [what, name, change] of harmless) {
    await t.step(what, () =>
      withProject(async ({ digest, edit }) => {
        const before = await digest();
        edit(name, change);
        assertEquals(await digest(), before);
      }));
  }
});

Deno.test("closure() changes its digest with everything that runs", async (t) => {
  for (const [what, name, change] of meaningful) {
    await t.step(what, () =>
      withProject(async ({ digest, edit }) => {
        const before = await digest();
        assertStringIncludes(before, "sha256:");
        edit(name, change);
        assertNotEquals(await digest(), before);
      }));
  }
});

Deno.test("closure() takes chosen members as roots of their own", async () => {
  await withProject(async ({ root, digest, edit }) => {
    const m = { "rooms/m": join(root, "lib/m.ts") };
    const none = await digest();
    const chosen = await digest(m);
    assertNotEquals(chosen, none);
    edit("lib/n.ts", () => "export default { name: 'changed' };\n");
    assertEquals(await digest(m), chosen);
    edit("lib/m.ts", () => "export default { name: 'changed' };\n");
    assertNotEquals(await digest(m), chosen);
    assertEquals(await digest(), none);
  });
});

Deno.test("closure() gives equal digests in clones at other places", async () => {
  let first = "";
  await withProject(async ({ digest }) => void (first = await digest()));
  await withProject(async ({ root, digest, closures }) => {
    assertEquals(await digest(), first);
    const made = await closures().closure(join(root, "tasks/a.ts"), {});
    assert(made.ok);
    assert(!(await made.value.code()).includes(root));
    assertEquals(Object.keys(made.value.modules), ["lib/b.ts", "lib/k.wgsl", "tasks/a.ts"]);
  });
});

Deno.test("closure() refuses what no digest can cover", async (t) => {
  const refused: [string, (text: string) => string, string][] = [
    ["eval", (text) => text.replace("x + unit", "eval(String(x))"), "eval"],
    [
      "a computed import",
      (text) => text.replace("x + unit", "Number(import(String(x)))"),
      "import",
    ],
    [
      "functions from text",
      (text) => text.replace("x + unit", "new Function('return 1')()"),
      "Function",
    ],
    [
      "an unknown package",
      (text) => `import pad from "left-pad"; ${text.replace("x + unit", "x + pad")}`,
      "left-pad",
    ],
  ];
  for (const [what, change, word] of refused) {
    await t.step(what, () =>
      withProject(async ({ digest, edit }) => {
        edit("lib/b.ts", change);
        const answer = await digest();
        assertStringIncludes(answer, "not computable");
        assertStringIncludes(answer, word);
      }));
  }
});

Deno.test("closure() remembers between processes and reads no source while nothing changed", async () => {
  await withProject(async ({ root, closures }) => {
    const memory = join(root, "memory");
    const task = join(root, "tasks/a.ts");
    for (const name of Object.keys(base)) await Deno.utime(join(root, name), 1_000_000, 1_000_000);
    const first = await closures(memory).closure(task, {});
    assert(first.ok);
    const { disk } = denoWorld();
    const read: string[] = [];
    const watching: Disk = {
      ...disk,
      readSync(path) {
        read.push(path);
        return disk.readSync(path);
      },
    };
    const second = await closures(memory, watching).closure(task, {});
    assert(second.ok);
    assertEquals(second.value.digest, first.value.digest);
    assertEquals(await second.value.code(), await first.value.code());
    assertEquals(read.filter((path) => path.endsWith(".ts")), []);

    await Deno.utime(task, 2_000_000, 2_000_000);
    const touched = await closures(memory, watching).closure(task, {});
    assert(touched.ok);
    assertEquals(touched.value.digest, first.value.digest);
    assertEquals(read.filter((path) => path.endsWith(".ts")), [task]);
  });
});

Deno.test("closure() notices a damaged memory", async () => {
  await withProject(async ({ root, closures }) => {
    const memory = join(root, "memory");
    const task = join(root, "tasks/a.ts");
    const first = await closures(memory).closure(task, {});
    assert(first.ok);
    for await (const { name } of Deno.readDir(memory)) {
      if (name.endsWith(".js")) await Deno.writeTextFile(join(memory, name), "export default 1");
    }
    const second = await closures(memory).closure(task, {});
    assert(second.ok);
    assertEquals(await second.value.code(), await first.value.code());
  });
});
