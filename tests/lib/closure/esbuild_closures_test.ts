// What changes a closure and what does not, on real files in a temporary project.

import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
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
  ["a comment in a shader", "lib/k.wgsl", (text) => text.replace("\n", "  // Does nothing.\n")],
];

const meaningful: [string, keyof typeof base, (text: string) => string][] = [
  ["a used helper", "lib/b.ts", (text) => text.replace("x + unit", "x - unit")],
  ["a used constant", "lib/b.ts", (text) => text.replace("unit = 2", "unit = 3")],
  ["a shader", "lib/k.wgsl", () => "fn main() { }\n"],
  ["a line more of a shader", "lib/k.wgsl", (text) => `// A word.\n${text}`],
  ["what may not be a comment", "lib/k.wgsl", (text) => `/* // */ ${text} // */`],
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
    ["eval by another way", (text) => text.replace("x + unit", "(0, eval)(String(x))"), "eval"],
    [
      "an import for its effects only",
      (text) => `import "./m.ts"; ${text}`,
      "no side effects",
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

Deno.test("closure() notices between processes what left no byte in the code", async (t) => {
  // A constant is put in where it is used, and a module that only passes on what others export vanishes.
  const files = {
    "lib/c.ts": "export const five = 5;\n",
    "lib/d.ts": "export const one = () => 1;\nexport const two = () => 2;\n",
    "lib/passes_on.ts": "export { one as f } from './d.ts';\n",
  };
  const edits: [string, keyof typeof files, string][] = [
    ["an inlined constant", "lib/c.ts", "export const five = 6;\n"],
    ["a re-export", "lib/passes_on.ts", "export { two as f } from './d.ts';\n"],
  ];
  for (const [what, name, text] of edits) {
    await t.step(what, () =>
      withProject(async ({ root, closures }) => {
        const write = (name: string, text: string) => {
          Deno.writeTextFileSync(join(root, name), text);
          Deno.utimeSync(join(root, name), 1_000_000, text.length);
        };
        for (const [name, text] of Object.entries(files)) write(name, text);
        write(
          "tasks/a.ts",
          `import { five } from "#lib/c.ts";\nimport { f } from "#lib/passes_on.ts";\n` +
            "export default { run: () => five + f() };\n",
        );
        const find = async (memory: string | null) => {
          const made = await closures(memory).closure(join(root, "tasks/a.ts"), {});
          assert(made.ok);
          return { digest: made.value.digest, modules: Object.keys(made.value.modules) };
        };
        const before = await find(join(root, "memory"));
        assert(before.modules.includes(name), `${before.modules} lacks ${name}`);
        write(name, text + " ");
        const after = await find(join(root, "memory"));
        assertEquals(after, await find(null));
        assertNotEquals(after.digest, before.digest);
      }));
  }
});

Deno.test("closure() does not depend on the order of imports, nor on what unused helpers import", async () => {
  const modules = {
    "lib/p.ts":
      `import { z } from "zod";\nconst helper = () => 1;\nexport const p = () => [helper(), z];\n`,
    "lib/q.ts":
      `import { z } from "zod";\nconst helper = () => 2;\nexport const q = () => [helper(), z];\n`,
    "lib/r.ts": "export const r = (text: string) => text;\n",
    "lib/leaf.ts": "export const leaf = (helper: number) => helper + 1;\n",
  };
  const [p, q] = [`import { p } from "#lib/p.ts";\n`, `import { q } from "#lib/q.ts";\n`];
  const rest = `import { r } from "#lib/r.ts";\nexport default { run: () => [p(), q(), r("")] };\n`;
  const variants: [string, Record<string, string>][] = [
    ["as it was", {}],
    ["imports in another order", { "tasks/a.ts": q + p + rest }],
    ["an unused helper that imports", {
      "lib/r.ts": `import { leaf } from "./leaf.ts";\n${modules["lib/r.ts"]}` +
        "export const unused = (name: number) => leaf(name);\n",
    }],
    ["an unused helper that imports what others import first", {
      "tasks/a.ts":
        `import { leaf } from "#lib/leaf.ts";\n${p}${q}${rest}function unused() { leaf(1); }\n`,
    }],
  ];
  const digests = new Map<string, string>();
  for (const [what, files] of variants) {
    await withProject(async ({ root, digest }) => {
      const all = { ...modules, "tasks/a.ts": p + q + rest, ...files };
      for (const [name, text] of Object.entries(all)) {
        await Deno.writeTextFile(join(root, name), text);
      }
      digests.set(what, await digest());
    });
  }
  assertEquals(new Set(digests.values()).size, 1, JSON.stringify([...digests], null, 1));
  assertStringIncludes([...digests.values()][0], "sha256:");
});

Deno.test("closure() gives the same digest alone and together with others", async () => {
  await withProject(async ({ root, closures }) => {
    Deno.writeTextFileSync(
      join(root, "tasks/broken.ts"),
      "import x from 'nowhere';\nexport default x;",
    );
    const wanted: [string, Record<string, string>][] = [
      ["tasks/a.ts", {}],
      ["tasks/a.ts", { "rooms/m": join(root, "lib/m.ts") }],
      ["tasks/broken.ts", {}],
      ["lib/m.ts", {}],
    ];
    const together = closures();
    const all = await Promise.all(
      wanted.map(([task, members]) => together.closure(join(root, task), members)),
    );
    for (const [i, [task, members]] of wanted.entries()) {
      const alone = await closures().closure(join(root, task), members);
      const answer = (made: typeof alone) => made.ok ? made.value.digest : made.error;
      assertEquals(answer(all[i]), answer(alone));
    }
    assertEquals(all.map(({ ok }) => ok), [true, true, false, true]);
  });
});

Deno.test("closure() takes a task outside the project, with files beside it and nothing above", async () => {
  await withProject(async ({ closures }) => {
    const folders = [await Deno.makeTempDir(), await Deno.makeTempDir()];
    try {
      const digests: string[] = [];
      for (const folder of folders) {
        const task = join(folder, "mine.ts");
        await Deno.writeTextFile(
          task,
          `import { f } from "#lib/b.ts";\nimport { g } from "./beside.ts";\n` +
            "export default { run: () => f(g) };\n",
        );
        await Deno.writeTextFile(join(folder, "beside.ts"), "export const g = Math.sqrt(4);\n");
        const made = await closures().closure(task, {});
        assert(made.ok, made.ok ? "" : made.error);
        digests.push(made.value.digest);
        assertEquals(Object.keys(made.value.modules), [
          "lib/b.ts",
          "user/beside.ts",
          "user/mine.ts",
        ]);
        assert(!(await made.value.code()).includes(folder));
      }
      assertEquals(digests[0], digests[1]);
      const task = join(folders[0], "above.ts");
      await Deno.writeTextFile(task, `import x from "../x.ts";\nexport default x;\n`);
      const made = await closures().closure(task, {});
      assert(!made.ok);
      assertStringIncludes(made.error, "outside the folder of the task");
    } finally {
      for (const folder of folders) await Deno.remove(folder, { recursive: true });
    }
  });
});

Deno.test("closure() runs: its bundle holds the task and its members", async () => {
  await withProject(async ({ root, closures, edit }) => {
    edit(
      "tasks/a.ts",
      (text) => text.replace(`import { z } from "zod";`, "").replace("z.object({})", "1"),
    );
    const members = { "rooms/n": join(root, "lib/n.ts"), "rooms/m": join(root, "lib/m.ts") };
    const made = await closures().closure(join(root, "tasks/a.ts"), members);
    assert(made.ok);
    const { default: bundle } = await import(
      `data:text/javascript,${encodeURIComponent(await made.value.code())}`
    );
    assertEquals(bundle.task.run(4), 3 + 6 + base["lib/k.wgsl"].length);
    assertEquals(bundle.members, { "rooms/m": { name: "m" }, "rooms/n": { name: "n" } });
  });
});

Deno.test("closure() writes its memory once, and looks through links every time", async () => {
  await withProject(async ({ root, closures }) => {
    const memory = join(root, "memory");
    const aside = join(root, "aside.ts");
    Deno.renameSync(join(root, "lib/b.ts"), aside);
    Deno.symlinkSync(aside, join(root, "lib/b.ts"));
    for (const name of Object.keys(base)) await Deno.utime(join(root, name), 1_000_000, 1_000_000);
    const tasks = [join(root, "tasks/a.ts"), join(root, "lib/b.ts")];
    const find = async () => {
      const source = closures(memory);
      const made = await Promise.all(tasks.map((task) => source.closure(task, {})));
      return made.map((one) => one.ok && one.value.digest);
    };
    const inodes = () =>
      [...Deno.readDirSync(memory)].map(({ name }) => Deno.statSync(join(memory, name)).ino).sort();
    Deno.writeTextFileSync(aside, base["lib/b.ts"] + "export default { f };\n");
    const first = await find();
    const before = inodes();
    assertEquals(await find(), first);
    assertEquals(inodes(), before);
    const changed = base["lib/b.ts"].replace("unit = 2", "unit = 7") + "export default { f };\n";
    Deno.writeTextFileSync(aside, changed);
    assertNotEquals((await find())[0], first[0]);
  });
});

Deno.test("code() refuses to give other code than was keyed", async () => {
  await withProject(async ({ root, closures, edit }) => {
    const memory = join(root, "memory");
    const task = join(root, "tasks/a.ts");
    await closures(memory).closure(task, {});
    const second = await closures(memory).closure(task, {});
    assert(second.ok);
    for await (const { name } of Deno.readDir(memory)) {
      if (name.endsWith(".js")) await Deno.remove(join(memory, name));
    }
    edit("lib/b.ts", (text) => text.replace("unit = 2", "unit = 3"));
    const { code } = second.value;
    const error = await assertRejects(code, Error);
    assertStringIncludes(error.message, "changed while it was in use");
  });
});

Deno.test("closure() holds the shaders and wasm modules of kernels, its members' too", async () => {
  // wasm: one function `answer` without arguments that gives an i32.
  const wasm = (answer: number) =>
    Uint8Array.of(
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0],
      ...[7, 10, 1, 6, ...new TextEncoder().encode("answer"), 0, 0],
      ...[10, 6, 1, 4, 0, 0x41, answer, 0x0b],
    );
  const files = {
    "gpu/step.wgsl": `#import "shared/x.wgsl"\nfn step() {}\n`,
    "gpu/shared/x.wgsl": "fn x() {}\n",
    "gpu/step.ts": `import source from "./step.wgsl" with { type: "text" };
import x from "./shared/x.wgsl" with { type: "text" };
import module from "#lib/step.wasm" with { type: "bytes" };
export default { source, fragments: { "shared/x.wgsl": x }, module };
`,
    "lib/ring.wgsl": "fn ring() {}\n",
    "lib/ring.ts": `import fragment from "./ring.wgsl" with { type: "text" };
export default { fragment };
`,
    "tasks/a.ts": `import step from "#gpu/step.ts";
const { instance } = { instance: () => new WebAssembly.Instance(new WebAssembly.Module(step.module)) };
export default { run: () => [step.source, step.fragments, instance().exports.answer()] };
`,
  };
  await withProject(async ({ root, closures }) => {
    const imports = { "#lib/": "./lib/", "#gpu/": "./gpu/" };
    Deno.writeTextFileSync(join(root, "deno.json"), JSON.stringify({ imports }));
    Deno.mkdirSync(join(root, "gpu/shared"), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(join(root, name), text);
    }
    Deno.writeFileSync(join(root, "lib/step.wasm"), wasm(42));
    const memory = join(root, "memory");
    const make = async () => {
      const members = { "rooms/ring": join(root, "lib/ring.ts") };
      const made = await closures(memory).closure(join(root, "tasks/a.ts"), members);
      assert(made.ok, made.ok ? "" : made.error);
      return made.value;
    };
    const first = await make();
    assertEquals(Object.keys(first.modules), [
      "gpu/shared/x.wgsl",
      "gpu/step.ts",
      "gpu/step.wgsl",
      "lib/ring.ts",
      "lib/ring.wgsl",
      "lib/step.wasm",
      "tasks/a.ts",
    ]);
    const { default: bundle } = await import(
      `data:text/javascript,${encodeURIComponent(await first.code())}`
    );
    const fragments = { "shared/x.wgsl": files["gpu/shared/x.wgsl"] };
    assertEquals(bundle.task.run(), [files["gpu/step.wgsl"], fragments, 42]);
    assertEquals(bundle.members["rooms/ring"].fragment, files["lib/ring.wgsl"]);
    const digests = [first.digest];
    for (
      const [name, bytes] of [
        ["lib/step.wasm", wasm(43)],
        ["gpu/step.wgsl", new TextEncoder().encode("fn other() {}\n")],
        ["gpu/shared/x.wgsl", new TextEncoder().encode("fn y() {}\n")],
        ["lib/ring.wgsl", new TextEncoder().encode("fn rings() {}\n")],
      ] as const
    ) {
      Deno.writeFileSync(join(root, name), bytes);
      digests.push((await make()).digest);
    }
    assertEquals(new Set(digests).size, 5);
  });
});

Deno.test("the code of no task holds cases of kernels, which are for tests alone", async () => {
  const root = new URL("../../../", import.meta.url).pathname;
  const { disk, clock } = denoWorld();
  const closures = new EsbuildClosures({ disk, clock, root, memory: null });
  const lorenz = join(root, "lib/models/attractors/lorenz.ts");
  const made = await closures.closure(join(root, "tasks/simulate.ts"), {
    "attractors/lorenz": lorenz,
  });
  assert(made.ok, made.ok ? "" : made.error);
  const modules = Object.keys(made.value.modules);
  assert(modules.includes("gpu/ode/kernel.ts"), modules.join(" "));
  assertEquals(modules.filter((path) => path.endsWith("cases.ts")), []);
});
