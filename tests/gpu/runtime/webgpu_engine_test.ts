// The engine `webgpu`: order of what it is given, what it keeps, and what it refuses at once.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openWebgpu } from "#gpu/runtime/webgpu_engine.ts";
import { EngineError } from "#lib/core/engine.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { scale, shaderKernel } from "#tests/support/shader_kernel.ts";
import { webgpuEngine } from "#tests/support/webgpu_engine.ts";

const add = shaderKernel(
  `@group(0) @binding(0) var<storage, read> a: array<f32>;
  @group(0) @binding(1) var<storage, read_write> sum: array<f32>;
  @compute @workgroup_size(1) fn main() {
    for (var i = 0u; i < arrayLength(&a); i++) { sum[0] += a[i]; }
  }`,
  { name: "add" },
);

gpuTest("WebgpuEngine names its class and limits after the adapter", async ({ facts, adapter }) => {
  await using engine = await webgpuEngine();
  assertEquals(engine.name, "webgpu");
  assertEquals(engine.numerics, facts.numerics);
  assert(/^webgpu-f32\/[a-z0-9.-]+$/.test(engine.numerics), engine.numerics);
  assert(engine.limits.maxBindingBytes <= adapter.limits.maxStorageBufferBindingSize);
  assert(engine.limits.maxBindingBytes >= 2 ** 27, "what every adapter has");
  assert(engine.limits.maxBufferBytes >= engine.limits.maxBindingBytes);
});

gpuTest("WebgpuEngine does everything in the order it was given", async () => {
  await using engine = await webgpuEngine();
  using x = engine.upload(Float32Array.of(1, 2, 3));
  engine.dispatch(scale, { x }, { num: 3, factor: 2 });
  engine.write(x, Float64Array.of(10), 1);
  engine.dispatch(scale, { x }, { num: 2, factor: 3 });
  const early = engine.download(x);
  engine.dispatch(scale, { x }, { num: 3, factor: 0 });
  const late = engine.download(x, 1, 2);
  assertEquals([...await early], [6, 30, 6]);
  assertEquals([...await late], [0, 0]);
  using words = engine.upload(Uint32Array.of(2 ** 32 - 1, 7));
  assertEquals(await engine.download(words), Uint32Array.of(2 ** 32 - 1, 7));
});

gpuTest("WebgpuEngine submits many dispatches at once, each with its own uniforms", async () => {
  await using engine = await webgpuEngine();
  using x = engine.upload(new Float32Array(150).fill(1));
  for (let num = 1; num <= 150; num++) engine.dispatch(scale, { x }, { num, factor: 2 });
  const values = await engine.download(x);
  assertEquals([...values], Array.from({ length: 150 }, (_, i) => Math.fround(2 ** (150 - i))));
  assertEquals(engine.counts.dispatches, 150);
  assertEquals(engine.counts.submits, 3);
  assertEquals(engine.counts.downloads, 1);
  assertEquals([engine.counts.bytesUp, engine.counts.bytesDown], [600, 600]);
});

gpuTest("WebgpuEngine keeps submits short where a clock tells that work is long", async () => {
  let clock = 0;
  const opened = await openWebgpu(navigator.gpu, { now: () => clock });
  if (!opened.ok) throw new Error(opened.error.message);
  await using engine = opened.value;
  using x = engine.upload(Float32Array.of(1));
  const run = async (num: number, ms: number) => {
    const { submits } = engine.counts;
    for (let i = 0; i < num; i++) engine.dispatch(scale, { x }, { num: 1, factor: -1 });
    const waited = engine.settle();
    clock += ms;
    await waited;
    return engine.counts.submits - submits;
  };
  assertEquals(await run(64, 64 * 25 + 12), 1, "nothing is known yet");
  assertEquals(await run(64, 0), 16, "25 ms each: four make 100 ms");
  assertEquals(await run(64, 10), 1, "it took no time");
  assertEquals([...await engine.download(x)], [1]);
});

gpuTest("WebgpuEngine reads uniforms where the shader has them", async () => {
  await using engine = await webgpuEngine();
  const layout = shaderKernel(
    `struct Params {
      a: f32, b: vec2f, c: vec3<f32>, d: f32, e: vec4u, table: array<vec4f, 3>,
      @align(32) f: i32, @size(8) g: f32, h: u32, _pad: u32,
    }
    @group(0) @binding(0) var<uniform> p: Params;
    @group(0) @binding(1) var<storage, read_write> out: array<f32>;
    @compute @workgroup_size(1) fn main() {
      var all = array<f32, 28>(
        p.a, p.b.x, p.b.y, p.c.x, p.c.y, p.c.z, p.d,
        f32(p.e.x), f32(p.e.y), f32(p.e.z), f32(p.e.w),
        p.table[0].x, p.table[0].y, p.table[0].z, p.table[0].w,
        p.table[1].x, p.table[1].y, p.table[1].z, p.table[1].w,
        p.table[2].x, p.table[2].y, p.table[2].z, p.table[2].w,
        f32(p.f), p.g, f32(p.h), f32(p._pad), 0.0);
      for (var i = 0u; i < 28u; i++) { out[i] = all[i]; }
    }`,
  );
  const xyzw = ["x", "y", "z", "w"];
  const names = ["a", "b.x", "b.y", "c.x", "c.y", "c.z", "d", ...xyzw.map((each) => `e.${each}`)];
  for (let i = 0; i < 3; i++) names.push(...xyzw.map((each) => `table[${i}].${each}`));
  names.push("f", "g", "h");
  const uniforms = Object.fromEntries(names.map((name, i) => [name, name === "f" ? -i : i + 1]));
  using out = engine.allocate(28);
  // Leaves no zeros where padding will be.
  const sevens = Object.fromEntries(
    Array.from({ length: 32 }, (_, i) => [`table[${i >> 2}].${xyzw[i & 3]}`, 7]),
  );
  const dirty = shaderKernel(
    `@group(0) @binding(0) var<uniform> table: array<vec4u, 8>;
    @group(0) @binding(1) var<storage, read_write> out: array<f32>;
    @compute @workgroup_size(1) fn main() { out[27] = f32(table[7].w); }`,
  );
  engine.dispatch(dirty, { out }, sevens);
  await engine.settle();
  engine.dispatch(layout, { out }, uniforms);
  assertEquals([...await engine.download(out)], [...names.map((name) => uniforms[name]), 0, 0]);
});

gpuTest("WebgpuEngine gives zeros, also in buffers that others used", async () => {
  await using engine = await webgpuEngine();
  for (const length of [1, 5, 64, 100]) {
    using dirty = engine.upload(new Float32Array(128).fill(7));
    engine.dispatch(scale, { x: dirty }, { num: 128, factor: 3 });
    dirty[Symbol.dispose]();
    using sum = engine.allocate(1);
    using a = engine.allocate(length);
    engine.dispatch(add, { a, sum }, {});
    assertEquals([...await engine.download(sum)], [0], `${length}`);
  }
});

gpuTest("WebgpuEngine pads with zeros what kernels read as whole vectors", async () => {
  await using engine = await webgpuEngine();
  const total = shaderKernel(
    `@group(0) @binding(0) var<storage> v: array<vec4f>;
    @group(0) @binding(1) var<storage, read_write> sum: array<f32>;
    @compute @workgroup_size(1) fn main() {
      for (var i = 0u; i < arrayLength(&v); i++) { sum[i] = dot(v[i], vec4f(1.0)); }
    }`,
  );
  for (const fresh of [true, false]) {
    for (const length of [0, 1, 4, 6]) {
      using v = engine.upload(new Float32Array(length).fill(1));
      using sum = engine.allocate(2);
      engine.dispatch(total, { v, sum }, {});
      const expected = [Math.min(4, length), Math.max(0, length - 4)];
      assertEquals([...await engine.download(sum)], expected, `${length} ${fresh}`);
    }
    using dirty = engine.upload(new Float32Array(64).fill(9));
    await engine.download(dirty);
  }
});

gpuTest("WebgpuEngine makes pipelines, buffers and bind groups once", async () => {
  await using engine = await webgpuEngine();
  for (let round = 0; round < 20; round++) {
    using x = engine.upload(Float32Array.of(1, 2, 3));
    using y = engine.allocate(40);
    // Defined anew, as a task would that makes variants.
    const again = { ...scale, name: "scale/again" };
    engine.dispatch(again, { x }, { num: 3, factor: 2 });
    engine.dispatch(scale, { x: y }, { num: 3, factor: 2 });
    assertEquals([...await engine.download(x)], [2, 4, 6]);
  }
  const { pipelines, buffers, bindGroups } = engine.made;
  assertEquals({ pipelines, buffers, bindGroups }, { pipelines: 1, buffers: 2, bindGroups: 2 });
  using x = engine.allocate(3);
  engine.dispatch({ ...scale, overrides: () => ({ width: 8 }) }, { x }, { num: 3, factor: 2 });
  await engine.settle();
  assertEquals(engine.made.pipelines, 2, "other constants, other pipeline");
});

gpuTest("WebgpuEngine takes empty buffers and empty grids", async () => {
  await using engine = await webgpuEngine();
  using x = engine.allocate(0);
  using words = engine.upload(new Uint32Array(0));
  engine.dispatch(scale, { x }, { num: 0, factor: 2 });
  engine.dispatch({ ...scale, grid: () => [1, 1, 1] }, { x }, { num: 0, factor: 2 });
  assertEquals(await engine.download(x), new Float32Array(0));
  assertEquals(await engine.download(words), new Uint32Array(0));
  await engine.settle();
});

gpuTest("WebgpuEngine takes numbers from memory that threads share", async () => {
  await using engine = await webgpuEngine();
  const shared = new Float32Array(new SharedArrayBuffer(12));
  shared.set([1, 2, 3]);
  using x = engine.upload(shared);
  assertEquals([...await engine.download(x)], [1, 2, 3]);
});

gpuTest("WebgpuEngine refuses mistakes at once, and goes on", async () => {
  await using engine = await webgpuEngine();
  await using other = await webgpuEngine();
  using x = engine.upload(Float32Array.of(1, 2, 3));
  using words = engine.allocate(3, "u32");
  using foreign = other.allocate(3);
  const good = { num: 3, factor: 2 };
  const refuses = (act: () => void, message: string) =>
    assert(assertThrows(act, Error, message) instanceof Error);
  refuses(() => engine.dispatch(scale, {}, good), "the kernel 'scale': its buffer 'x' is missing");
  refuses(() => engine.dispatch(scale, { x: words }, good), "holds f32 in the shader");
  refuses(() => engine.dispatch(scale, { x: foreign }, good), "'x' is another engine's");
  refuses(() => engine.dispatch(scale, { x }, { num: 3 }), "'factor' is undefined; a number");
  refuses(
    () => engine.dispatch(scale, { x }, { num: -1, factor: 1 }),
    "'num' is -1; u32 is wanted",
  );
  refuses(() => engine.dispatch(scale, { x }, { num: 0.5, factor: 1 }), "0.5; u32 is wanted");
  refuses(
    () => engine.dispatch(add, { a: x, sum: x }, {}),
    "one buffer that is both 'a' and 'sum'",
  );
  refuses(
    () => engine.dispatch({ ...scale, grid: () => [70_000, 1, 1] }, { x }, good),
    "70000 × 1 × 1 workgroups; each dimension takes whole numbers up to 65535",
  );
  refuses(() => engine.dispatch({ ...scale, overrides: () => ({ w: 1 }) }, { x }, good), "`w`");
  refuses(
    () => engine.dispatch({ ...scale, overrides: () => ({ width: 4096 }) }, { x }, good),
    "workgroups of 4096 × 1 × 1 = 4096 threads",
  );
  refuses(() => engine.write(x, Float32Array.of(1), 3), "elements 3 to 4 of a buffer of 3");
  refuses(() => engine.write(x, Uint32Array.of(1)), "u32 data to a buffer of f32");
  refuses(() => engine.allocate(-1), "-1 elements");
  await assertRejects(() => engine.download(x, 2, 2), RangeError, "elements 2 to 4");
  const gone = engine.allocate(1);
  gone[Symbol.dispose]();
  gone[Symbol.dispose]();
  refuses(() => engine.write(gone, Float32Array.of(1)), "disposed");
  engine.dispatch(scale, { x }, good);
  assertEquals([...await engine.download(x)], [2, 4, 6]);
});

gpuTest("WebgpuEngine refuses more workgroup memory than the device has", async () => {
  await using engine = await webgpuEngine();
  using x = engine.allocate(1);
  const kernel = (rows: number) =>
    shaderKernel(
      `override rows: u32;
      var<workgroup> tile: array<f32, rows>;
      @group(0) @binding(0) var<storage, read_write> x: array<f32>;
      @compute @workgroup_size(1) fn main() { tile[0] = 3.0; x[0] = tile[0]; }`,
      { overrides: { rows } },
    );
  assertThrows(
    () => engine.dispatch(kernel(100_000), { x }, {}),
    EngineError,
    "uses 400000 bytes of workgroup memory; this device has",
  );
  engine.dispatch(kernel(16), { x }, {});
  assertEquals([...await engine.download(x)], [3]);
});

gpuTest("WebgpuEngine refuses buffers beyond the device's limits, with the numbers", async () => {
  await using engine = await webgpuEngine();
  const { maxBufferBytes, maxBindingBytes } = engine.limits;
  const length = maxBufferBytes / 4 + 4;
  assertThrows(
    () => engine.allocate(length),
    EngineError,
    `a buffer of ${length} elements has ${
      4 * length
    } bytes; this device takes up to ${maxBufferBytes}`,
  );
  if (maxBindingBytes + 16 > maxBufferBytes) return;
  using x = engine.allocate(maxBindingBytes / 4 + 4);
  assertThrows(
    () => engine.dispatch(scale, { x }, { num: 1, factor: 2 }),
    EngineError,
    `sees up to ${maxBindingBytes}: work in parts`,
  );
});

gpuTest("WebgpuEngine works twice at a time, and not after its end", async () => {
  const first = await webgpuEngine();
  await using second = await webgpuEngine();
  const x = first.upload(Float32Array.of(1));
  using y = second.upload(Float32Array.of(10));
  first.dispatch(scale, { x }, { num: 1, factor: 2 });
  second.dispatch(scale, { x: y }, { num: 1, factor: 2 });
  assertEquals([...await first.download(x), ...await second.download(y)], [2, 20]);
  await first[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  assertThrows(() => first.allocate(1), EngineError, "the engine was disposed");
  x[Symbol.dispose]();
  second.dispatch(scale, { x: y }, { num: 1, factor: 2 });
  assertEquals([...await second.download(y)], [40]);
});

gpuTest("WebgpuEngine lends its device, and takes buffers in", async () => {
  await using engine = await webgpuEngine();
  const { device, bufferOf, adopt, flush, adapterInfo } = engine.shared();
  assert(adapterInfo !== undefined);
  using x = engine.upload(Float32Array.of(1, 2));
  engine.dispatch(scale, { x }, { num: 2, factor: 5 });
  flush();
  const theirs = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(bufferOf(x), 0, theirs, 4, 8);
  device.queue.submit([encoder.finish()]);
  for (let round = 0; round < 2; round++) {
    using mine = adopt(theirs, 4);
    engine.dispatch(scale, { x: mine }, { num: 4, factor: 2 });
    mine[Symbol.dispose]();
  }
  using mine = adopt(theirs, 3);
  assertEquals([...await engine.download(mine)], [0, 20, 40]);
  assertThrows(() => adopt(theirs, 5), RangeError, "Cannot adopt 16 bytes as 5 elements");
  theirs.destroy();
});
