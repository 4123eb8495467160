// Reading declarations out of shaders: odd formatting, comments, layouts, constants, and what is refused.

import { assertEquals, assertThrows } from "@std/assert";
import { kernels } from "#gpu/mod.ts";
import { preprocess } from "#gpu/runtime/preprocess.ts";
import { reflect } from "#gpu/runtime/reflect.ts";
import { wgslTokens } from "#gpu/runtime/wgsl_tokens.ts";
import { EngineError } from "#lib/core/engine.ts";
import type { KernelIndex } from "#lib/core/kernel.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const main = "@compute @workgroup_size(1) fn main() {}";

function read(source: string) {
  return reflect(preprocess({ name: "k", source, fragments: {} }));
}

Deno.test("reflect() is not misled by formatting, comments, or the insides of functions", () => {
  const { buffers, uniforms, entryPoint } = read(`
    // @group(0) @binding(9) var<storage> commented: array<f32>;
    /* @group(0) @binding(9) /* nested */ var<storage> commented: array<f32>; */
    fn main_helper(a: array<vec4<f32>, 2>) -> vec4<f32> {
      var group: f32 = 1.0; let binding = 2u; { if (group < 3.0) { return a[0]; } }
      return a[1] + vec4<f32>(f32(1u << 2u));
    }
    @compute
      @workgroup_size( 4 , 2 )
    fn
    entry ( @builtin(global_invocation_id) id : vec3<u32> ) { _ = id; }
    @binding(3)@group(0)var<storage,read_write>y:array<vec4<f32>>;
    @group( 0 ) @binding( 1u )
    var < storage , read > words
      : array< atomic < u32 > /* no length */ > ;
    @group(0) @binding(2) var<uniform> p: Params;
    struct Inner { a: f32, }
    struct Params { dt: f32, num_steps: u32, shift: i32, };
    var<private> state: array<f32, 8>;
    var<workgroup> tile: array<array<f32, 8>, 8>;
    alias Real = f32;
    @group(0) @binding(0) var<storage> plain: array<Real>;
    const_assert 1 < 2;
  `);
  assertEquals(entryPoint, "entry");
  assertEquals(
    buffers.map(({ name, binding, access, scalar, stride }) =>
      [name, binding, access, scalar, stride].join(" ")
    ),
    ["plain 0 read f32 4", "words 1 read u32 4", "y 3 read_write f32 16"],
  );
  assertEquals(uniforms, {
    name: "p",
    binding: 2,
    bytes: 16,
    slots: [
      { name: "dt", scalar: "f32", offset: 0 },
      { name: "num_steps", scalar: "u32", offset: 4 },
      { name: "shift", scalar: "i32", offset: 8 },
    ],
  });
});

Deno.test("reflect() lays uniforms out as WGSL does", () => {
  // Offsets from the example of WGSL, section 14.4.1, and by its rules.
  const { uniforms } = read(`
    const N = 2;
    struct Params {
      a: f32, b: vec2f, c: vec3<f32>, d: f32, e: vec4u, table: array<vec4f, N + 1>,
      @align(32) f: i32, @size(8) g: f32, h: u32, _pad: u32,
    }
    @group(0) @binding(0) var<uniform> p: Params; ${main}`);
  const at = Object.fromEntries(uniforms!.slots.map(({ name, offset }) => [name, offset]));
  assertEquals(at["a"], 0);
  assertEquals([at["b.x"], at["b.y"]], [8, 12]);
  assertEquals([at["c.x"], at["c.z"]], [16, 24]);
  assertEquals(at["d"], 28);
  assertEquals(at["e.w"], 44);
  assertEquals([at["table[0].x"], at["table[2].w"]], [48, 92]);
  assertEquals([at["f"], at["g"], at["h"]], [96, 100, 108]);
  assertEquals("_pad" in at, false);
  assertEquals(uniforms!.bytes, 128);
  assertEquals(
    read(`@group(0) @binding(0) var<uniform> num: u32; ${main}`).uniforms?.slots,
    [{ name: "num", scalar: "u32", offset: 0 }],
  );
});

Deno.test("reflect() measures structs in storage buffers", () => {
  const { buffers } = read(`
    struct Pair { w: f32, v: vec3f }
    struct Mixed { n: u32, x: f32 }
    @group(0) @binding(0) var<storage> pairs: array<Pair>;
    @group(0) @binding(1) var<storage> mixed: array<Mixed, 3>;
    ${main}`);
  assertEquals(buffers.map(({ scalar, stride, minBytes }) => [scalar, stride, minBytes]), [
    ["f32", 32, 32],
    ["mixed", 8, 24],
  ]);
});

Deno.test("reflect() computes workgroup sizes from overrides and constants", () => {
  const { workgroupSize, overrides } = read(`
    const rows = 4u;
    override width: u32 = 2u * rows;
    @id(7) override depth: u32;
    override derived = width + 1u;
    @compute @workgroup_size(width, rows * (depth + 1u), derived % 4) fn main() {}`);
  assertEquals(workgroupSize({ depth: 1 }), [8, 8, 1]);
  assertEquals(workgroupSize({ depth: 0, width: 16 }), [16, 4, 1]);
  assertThrows(() => workgroupSize(), EngineError, "no constant `depth` with a known value");
  assertEquals(overrides, [
    { name: "width", key: "width", required: false },
    { name: "depth", key: "7", required: true },
    { name: "derived", key: "derived", required: false },
  ]);
});

Deno.test("reflect() adds up workgroup memory, with the lengths that overrides give", () => {
  const { workgroupBytes } = read(`
    const cols = 4;
    override rows: u32 = 8u;
    alias Tile = array<vec4<f32>, rows * cols>;
    var<workgroup> tile: Tile;
    var<workgroup> found: bool;
    var<workgroup> counts: array<atomic<u32>, 5>;
    var<private> own: array<f32, 1000>;
    ${main}`);
  assertEquals(workgroupBytes(), 8 * 4 * 16 + 16 + 32);
  assertEquals(workgroupBytes({ rows: 2 }), 2 * 4 * 16 + 16 + 32);
});

Deno.test("reflect() reads the same from every kernel, however it is spaced and commented", () =>
  withSeed(async (draw) => {
    const gaps = [
      " ",
      "\n",
      "\t\r\n ",
      " /* var<storage> */ ",
      "/* /* } */ ; */",
      " // @group(0) {\n",
    ];
    for (const load of Object.values(kernels as KernelIndex)) {
      const shader = preprocess((await load()).default);
      const { workgroupSize, workgroupBytes, ...expected } = reflect(shader);
      // A slash and a comment behind it would be a comment of another kind.
      const spaced = wgslTokens(shader.code).map(({ text }) =>
        `${text}${text === "/" ? " " : ""}${gaps[draw(gaps.length)]}`
      );
      const again = reflect(preprocess({ name: "k", source: spaced.join(""), fragments: {} }));
      const { workgroupSize: size, workgroupBytes: bytes, ...found } = again;
      assertEquals(found, expected, shader.name);
      const { overrides } = expected;
      const values = Object.fromEntries(overrides.map(({ name }) => [name, 1 + draw(8)]));
      assertEquals(size(values), workgroupSize(values));
      assertEquals(bytes(values), workgroupBytes(values));
    }
  }));

Deno.test("reflect() refuses what breaks the rules, with file and line", () => {
  const refuses = (source: string, message: string) =>
    assertThrows(() => read(source), EngineError, message);
  const storage = (i: number) => `@group(0) @binding(${i}) var<storage> b${i}: array<f32>;`;
  const many = (n: number) => Array.from({ length: n }, (_, i) => storage(i)).join("\n");
  read(`${many(8)}\n${main}`);
  refuses(`${many(9)}\n${main}`, "gpu/k.wgsl:9: more than 8 storage buffers");
  refuses(`\nenable f16;\n${main}`, "gpu/k.wgsl:2: `enable f16;`: kernels use no extensions");
  refuses(`enable subgroups;\n${main}`, "`enable subgroups;`");
  refuses(`requires packed_4x8_integer_dot_product; ${main}`, "kernels use no extensions");
  refuses(`@group(1) @binding(0) var<storage> x: array<f32>; ${main}`, "must be in @group(0)");
  refuses(`@group(0) var<storage> x: array<f32>; ${main}`, "no @binding");
  refuses(`${storage(1)}\n${storage(1)} ${main}`, "gpu/k.wgsl:2: @binding(1) is taken twice");
  refuses(
    `@group(0) @binding(0) var<uniform> a: f32;
     @group(0) @binding(1) var<uniform> b: f32; ${main}`,
    "one uniform buffer at most",
  );
  refuses(`@group(0) @binding(0) var t: texture_2d<f32>; ${main}`, "texture_2d<f32>");
  refuses(`@group(0) @binding(0) var<storage> m: array<mat4x4f>; ${main}`, "mat4x4f");
  refuses(`@group(0) @binding(0) var<storage> b: array<bool>; ${main}`, "bool");
  refuses(`@group(0) @binding(0) var<storage> h: array<f16>; ${main}`, "f16");
  refuses("fn main() {}", "gpu/k.wgsl: no function is marked @compute");
  refuses(`${main}\n@compute @workgroup_size(1) fn two() {}`, "gpu/k.wgsl:2: `two` is a second");
  refuses("@compute fn main() {}", "no @workgroup_size");
  refuses(`fn f() {\n${main}`, "gpu/k.wgsl:1: `{` is not closed");
  refuses("nonsense;", "gpu/k.wgsl:1: `nonsense` begins no declaration");
  refuses("const x = 1", "the shader ends too early: `;` is missing");
  refuses(
    `struct A { b: B } struct B { a: A } @group(0) @binding(0) var<storage> a: array<A>; ${main}`,
    "contains itself",
  );
});
