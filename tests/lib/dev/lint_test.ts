import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import plugin from "#lib/dev/lint.ts";

const root = fromFileUrl(new URL("../../../", import.meta.url));

/** What one rule says about a file of the project with this text. */
function findings(rule: string, path: string, text: string): Deno.lint.Diagnostic[] {
  return Deno.lint.runPlugin(plugin, root + path, text).filter(({ id }) => id === `basin/${rule}`);
}

interface Case {
  readonly path: string;
  readonly text: string;
  /** What the finding must say; none is expected where it is absent. */
  readonly says?: RegExp;
}

function check(rule: string, cases: readonly Case[]): void {
  for (const { path, text, says } of cases) {
    const found = findings(rule, path, text);
    assertEquals(found.length, says === undefined ? 0 : 1, `${path}: ${text}`);
    if (says !== undefined) assertMatch(`${found[0].message}\n${found[0].hint}`, says);
  }
}

const importCases: Case[] = [
  { path: "lib/core/a.ts", text: `import { b } from "./b.ts";` },
  { path: "lib/core/a.ts", text: `import { z } from "zod";` },
  { path: "lib/core/a.ts", text: `import { x } from "@std/path";` },
  { path: "lib/core/a.ts", text: `import { x } from "node:crypto";` },
  { path: "lib/core/a.ts", text: `import "node:fs";`, says: /node:fs'\n.*node:crypto/ },
  {
    path: "lib/core/a.ts",
    text: `import type { Q } from "../math/q.ts";`,
    says: /lib\/core imports lib\/math \(lib\/math\/q\.ts\)\nlib\/core may import no other room/,
  },
  { path: "lib/math/a.ts", text: `import { b } from "#lib/core/b.ts";` },
  { path: "lib/metrics/dsa.ts", text: `import { b } from "../models/b.ts";`, says: /lib\/models/ },
  { path: "lib/store/fs.ts", text: `import { b } from "../executors/b.ts";`, says: /executors/ },
  { path: "lib/scheduler/a.ts", text: `import { b } from "../workflow/graph.ts";` },
  { path: "lib/report/a.ts", text: `export * from "../workflow/graph.ts";`, says: /workflow/ },
  { path: "lib/report/a.ts", text: `export { g } from "../workflow/graph.ts";`, says: /workflow/ },
  { path: "lib/report/a.ts", text: `await import("../workflow/graph.ts");`, says: /workflow/ },
  { path: "lib/report/a.ts", text: `type G = import("../workflow/graph.ts").G;`, says: /workflow/ },
  { path: "tasks/dmd.ts", text: `import { b } from "#lib/metrics/dsa.ts";` },
  { path: "tasks/dmd.ts", text: `import { b } from "#lib/store/fs.ts";`, says: /lib\/store/ },
  { path: "lib/math/a.ts", text: `import { b } from "#tasks/mod.ts";`, says: /imports tasks/ },
  { path: "lib/math/a.ts", text: `import { b } from "basin";`, says: /lib\/mod\.ts/ },
  { path: "lib/cli/main.ts", text: `import { b } from "#tasks/mod.ts";` },
  { path: "lib/cli/main.ts", text: `import { b } from "../dev/rooms.ts";`, says: /lib\/dev/ },
  { path: "lib/cli/main.ts", text: `import { b } from "#tests/support/close.ts";`, says: /tests/ },
  { path: "tests/lib/a_test.ts", text: `import { b } from "#lib/dev/rooms.ts";` },
  {
    path: "lib/report/a.ts",
    text: `import { Command } from "commander";`,
    says: /belongs to lib\/cli/,
  },
  { path: "lib/cli/a.ts", text: `import { Command } from "commander";` },
  { path: "lib/math/a.ts", text: `import { Matrix } from "ml-matrix";`, says: /for tests/ },
  { path: "lib/cli/a.ts", text: `import "vega-lite/build/x.js";`, says: /'vega-lite'/ },
  { path: "lib/core/a.ts", text: `import "jsr:@std/path";`, says: /by address/ },
  { path: "lib/cli/a.ts", text: `import "npm:zod@4";`, says: /by address/ },
  { path: "scratch/a.ts", text: `export {};`, says: /no room/ },
  { path: "tasks/a.ts", text: `import k from "#gpu/gram.ts";` },
  { path: "tasks/a.ts", text: `import { b } from "#gpu/runtime/device.ts";`, says: /gpu\/runtime/ },
  { path: "gpu/a.ts", text: `import b from "../lib/wasm/a.wasm" with { type: "bytes" };` },
  { path: "gpu/a.ts", text: `import t from "./shared/a.wgsl" with { type: "text" };` },
  { path: "gpu/a.ts", text: `import { b } from "./runtime/device.ts";`, says: /gpu\/runtime/ },
  { path: "gpu/runtime/a.ts", text: `import k from "../gram.ts";` },
  { path: "lib/math/a.ts", text: `import b from "../wasm/a.wasm" with { type: "bytes" };` },
  { path: "lib/metrics/a.ts", text: `import { withHeap } from "../wasm/instance.ts";` },
  { path: "lib/store/a.ts", text: `import { withHeap } from "../wasm/instance.ts";`, says: /wasm/ },
  { path: "lib/executors/worker_entry.ts", text: `await import("#gpu/runtime/engines.ts");` },
  {
    path: "lib/executors/workers.ts",
    text: `import { b } from "#gpu/runtime/engines.ts";`,
    says: /gpu\/runtime/,
  },
];

Deno.test("basin/rooms refuses imports that the table does not name", () => {
  check("rooms", importCases);
});

const pureCases: Case[] = [
  "Deno.readTextFile('x')",
  "Date.now()",
  "new Date()",
  "Date()",
  "performance.now()",
  "Math.random()",
  "fetch('x')",
  "console.log(1)",
  "setTimeout(() => {}, 1)",
  "setInterval(() => {}, 1)",
  "globalThis.fetch",
  "crypto.randomUUID()",
  "navigator.gpu",
  "new Worker('x')",
  "eval('1')",
  "new Function('1')",
  "import(name)",
].flatMap((text) => [
  { path: "tasks/a.ts", text, says: /is pure, but this uses/ },
  { path: "lib/core/a.ts", text, says: /is pure/ },
  { path: "lib/models/attractors/a.ts", text, says: /is pure/ },
  { path: "lib/cli/a.ts", text },
]);
pureCases.push(
  { path: "lib/math/a.ts", text: "new Date(0)" },
  { path: "lib/math/a.ts", text: "Math.sqrt(2)" },
  { path: "lib/math/a.ts", text: "const performance = { value: 1 }; performance.value" },
  { path: "lib/math/a.ts", text: "await import('./b.ts')" },
  { path: "lib/math/a.ts", text: "stream.random(); x.fetch()" },
);

Deno.test("basin/pure refuses the world in pure rooms and nothing elsewhere", () => {
  check("pure", pureCases);
});

Deno.test("basin/name compares the declared name with the file's", () => {
  check("name", [
    { path: "tasks/dmd.ts", text: `export default defineTask({ name: "dmd" });` },
    { path: "tasks/dmd.ts", text: `const t = defineTask({ name: "dmd" }); export default t;` },
    { path: "tasks/dmd.ts", text: `export default { name: "dmd" } satisfies Task;` },
    {
      path: "tasks/dmd.ts",
      text: `export default defineTask({ name: "dmt" });`,
      says: /'dmt' is declared in dmd\.ts/,
    },
    { path: "tasks/dmd.ts", text: `export const x = 1;`, says: /shows no name/ },
    { path: "tasks/dmd.ts", text: `export default make(stem);`, says: /shows no name/ },
    { path: "tasks/Dmd.ts", text: `export default define({ name: "Dmd" });`, says: /snake_case/ },
    { path: "tasks/mod.ts", text: `export const tasks = {};` },
    { path: "lib/metrics/_shared.ts", text: `export const x = 1;` },
    { path: "lib/metrics/dsa.ts", text: `export default define({ name: "x" });`, says: /dsa/ },
    { path: "lib/models/attractors/lorenz.ts", text: `export const x = 1;`, says: /no name/ },
    { path: "lib/models/other/lorenz.ts", text: `export const x = 1;` },
  ]);
});

const header = "// What this is for.\n";
const example = "/**\n * Does it.\n * @example\n * ```ts\n * f();\n * ```\n */\n";

Deno.test("basin/documented wants an opening comment, doc comments and examples", () => {
  check("documented", [
    { path: "lib/math/a.ts", text: `${header}${example}export function f() {}` },
    {
      path: "lib/math/a.ts",
      text: `${example}export function f() {}`,
      says: /open with a comment/,
    },
    { path: "lib/math/a.ts", text: `${header}export function f() {}`, says: /'f' has no doc/ },
    {
      path: "lib/math/a.ts",
      text: `${header}/** Does it. */\nexport function f() {}`,
      says: /'f' has no example/,
    },
    {
      path: "lib/math/a.ts",
      text: `${header}/** x */\nexport const f = () => 1;`,
      says: /example/,
    },
    { path: "lib/math/a.ts", text: `${header}/** x */\nexport const f = make();`, says: /example/ },
    { path: "lib/math/a.ts", text: `${header}/** x */\nexport const f = [1, 2];` },
    { path: "lib/math/a.ts", text: `${header}/** x */\nexport const f = z.strictObject({});` },
    { path: "lib/math/a.ts", text: `${header}/** x */\nexport interface F {}` },
    { path: "lib/math/a.ts", text: `${header}export interface F {}`, says: /'F' has no doc/ },
    { path: "lib/math/a.ts", text: `${header}/* x */\nexport type F = 1;`, says: /'F' has no doc/ },
    {
      path: "lib/math/a.ts",
      text: `${header}/** x */\n// deno-lint-ignore no-explicit-any\nexport type F = any;`,
    },
    {
      path: "lib/math/a.ts",
      text: `${header}/** of g */\nfunction g() {}\nexport class F {}`,
      says: /'F' has no doc/,
    },
    {
      path: "lib/math/a.ts",
      text: `${header}${example}export function f(): 1;\nexport function f(x: 1): 1;\n` +
        `export function f() { return 1 as const; }`,
    },
    { path: "lib/math/a.ts", text: `${header}export { f } from "./f.ts";` },
    { path: "lib/math/a.ts", text: `${header}function f() {}` },
    { path: "tests/a_test.ts", text: `export function f() {}` },
    { path: "lib/cli/a.ts", text: `${header}/** x */\nexport function f() {}` },
    { path: "lib/math/_a.ts", text: `${header}/** x */\nexport function f() {}` },
    { path: "lib/math/_a.ts", text: `${header}export function f() {}`, says: /no doc comment/ },
  ]);
});
