// The committed wasm modules are what their sources give, and sources that break the rules are refused.

import { assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { buildWasm, compile } from "#lib/dev/build_wasm.ts";
import { wasmSections } from "#lib/dev/wasm_sections.ts";

const root = fromFileUrl(new URL("../../../", import.meta.url));

Deno.test("buildWasm() gives the committed modules, byte for byte", async () => {
  assertEquals(await buildWasm(root, { write: false }), []);
});

Deno.test("compile() gives the same bytes twice, without names", async () => {
  const texts = new Map([["twice", "export function twice(x: f32): f32 { return x + x; }"]]);
  const bytes = await compile("twice", texts);
  assertEquals(await compile("twice", texts), bytes);
  assertEquals(wasmSections(bytes).filter(({ id }) => id === 0), []);
});

Deno.test("compile() refuses static data in modules on shared memory only", async () => {
  const text = "const t: StaticArray<f32> = [1, 2, 3];\n" +
    "export function at(i: i32): f32 { return unchecked(t[i]); }";
  await compile("own", new Map([["own", text]]));
  await assertRejects(
    () => compile("kernel", new Map([["kernel", `//! shared\n${text}`]])),
    Error,
    "lib/wasm/assembly/kernel.ts has static data",
  );
});

Deno.test("compile() refuses imports and shows the compiler's words", async () => {
  const foreign = '@external("env", "clock") declare function clock(): f64;\n' +
    "export function now(): f64 { return clock(); }";
  await assertRejects(
    () => compile("foreign", new Map([["foreign", foreign]])),
    Error,
    "imports env.clock",
  );
  await assertRejects(
    () => compile("wrong", new Map([["wrong", "export function f(): i32 { return x; }"]])),
    Error,
    "Cannot find name 'x'",
  );
});
