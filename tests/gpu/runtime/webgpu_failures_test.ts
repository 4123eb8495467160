// What goes wrong on a device: shaders that do not compile, errors that nobody asked for, a device that goes away.
// Never a wrong result: the next `download` or `settle` says so.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DeviceLostError, EngineError, EngineMemoryError } from "#lib/core/engine.ts";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import type { Kernel } from "#lib/core/kernel.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { scale, shaderKernel } from "#tests/support/shader_kernel.ts";
import { webgpuEngine } from "#tests/support/webgpu_engine.ts";

const broken = shaderKernel(
  `#import "half"
  @group(0) @binding(0) var<storage, read_write> x: array<f32>;
  @compute @workgroup_size(1) fn main() { x[0] = half(x[0]); }`,
  {
    name: "broken/variant",
    fragments: { half: "\n/* one line more */\nfn half(x: f32) -> f32 {\n  return x / 2u;\n}" },
  },
);

gpuTest("WebgpuEngine says file, line and column of a fragment that does not compile", async () => {
  await using engine = await webgpuEngine();
  using x = engine.upload(Float32Array.of(1));
  engine.dispatch(broken, { x }, {});
  engine.dispatch(scale, { x }, { num: 1, factor: 2 });
  const { message } = await assertRejects(() => engine.download(x), EngineError);
  const [where, line, mark] = message.split("\n");
  assert(where.startsWith("gpu/half.wgsl:4:10: "), message);
  assertEquals(line, "    return x / 2u;");
  assertEquals(mark, "           ^^^^^^");
  assert(!message.includes("ShaderModule"), `what follows from it is noise: ${message}`);
  assertThrows(() => engine.dispatch(broken, { x }, {}), EngineError, "gpu/half.wgsl:4");
  using y = engine.upload(Float32Array.of(3));
  engine.dispatch(scale, { x: y }, { num: 1, factor: 2 });
  assertEquals([...await engine.download(y)], [6], "what is not touched by it goes on");
});

gpuTest("WebgpuEngine shows of a long line what is around the place", async () => {
  await using engine = await webgpuEngine();
  using x = engine.upload(Float32Array.of(1));
  const long = shaderKernel(
    "@group(0) @binding(0) var<storage, read_write> x: array<f32>;\n" +
      "@compute @workgroup_size(1) fn main() { x[0] = 1.0; x[0] = 2.0; x[0] = 3.0; x[0] = 4.0; " +
      "x[0] = unknown(x[0]); x[0] = 6.0; x[0] = 7.0; x[0] = 8.0; }",
    { name: "long" },
  );
  engine.dispatch(long, { x }, {});
  const { message } = await assertRejects(() => engine.download(x), EngineError);
  const [, line, mark] = message.split("\n");
  assert(line.length <= 80 && line.startsWith("  …") && line.endsWith("…"), message);
  assertEquals(line.slice(mark.indexOf("^"), mark.lastIndexOf("^") + 1), "unknown");
});

gpuTest("WebgpuEngine refuses a dispatch in the words of the other engines", async () => {
  await using engine = await webgpuEngine();
  await using ref = new RefEngine();
  const kernel = { ...scale, wasm: { ...scale.wasm, buffers: ["x"], uniforms: ["num", "factor"] } };
  for (
    const [names, uniforms, message] of [
      [["x"], { num: 1 }, "Cannot dispatch the kernel 'scale': its uniform 'factor' is undefined"],
      [["x"], { num: NaN, factor: 1 }, "its uniform 'num' is NaN; a number is wanted"],
      [
        ["x", "y"],
        { num: 1, factor: 1 },
        "Cannot dispatch the kernel 'scale': it has no buffer 'y'",
      ],
    ] as const
  ) {
    for (const each of [engine, ref]) {
      const buffers = Object.fromEntries(names.map((name) => [name, each.allocate(4)]));
      assertThrows(
        () => each.dispatch(kernel as Kernel, buffers, uniforms as never),
        TypeError,
        message,
      );
    }
  }
});

gpuTest("WebgpuEngine tells of a refused shader in settle, too, once", async () => {
  await using engine = await webgpuEngine();
  using x = engine.upload(Float32Array.of(1));
  const type = shaderKernel(
    `@group(0) @binding(0) var<storage, read_write> x: array<f32>;
    fn f() -> u32 {
      return 1.5f;
    }
    @compute @workgroup_size(1) fn main() { x[0] = f32(f()); }`,
    { name: "types" },
  );
  engine.dispatch(type, { x }, {});
  const both = await Promise.allSettled([engine.settle(), engine.download(x)]);
  for (const each of both) {
    assert(each.status === "rejected" && String(each.reason).includes("gpu/types.wgsl:"));
  }
  await engine.settle();
});

gpuTest(
  "WebgpuEngine fails with errors that nobody asked for, even of others on its device",
  async () => {
    await using engine = await webgpuEngine();
    using x = engine.upload(Float32Array.of(1));
    const { device } = engine.shared();
    device.createShaderModule({ code: "this is no shader" });
    const error = await assertRejects(() => engine.download(x), EngineError);
    assert(error.message.includes("ValidationError"), error.message);
    assertEquals([...await engine.download(x)], [1], "told once");
  },
);

gpuTest("WebgpuEngine tells memory that does not suffice from other failures", async () => {
  await using engine = await webgpuEngine();
  const { device } = engine.shared();
  const error = new GPUOutOfMemoryError("Not enough memory left.");
  device.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error }));
  const told = await assertRejects(() => engine.settle(), EngineMemoryError, "no memory left");
  const { thrown } = await import("#lib/executors/run_job.ts");
  assertEquals(thrown(told).reason, "out-of-memory");
  await engine.settle();
});

gpuTest("WebgpuEngine fails a job for its own errors alone", async () => {
  await using engine = await webgpuEngine();
  using x = engine.upload(Float32Array.of(1));
  engine.dispatch(broken, { x }, {});
  await assertRejects(() => engine.settle(), EngineError);
  const { device } = engine.shared();
  device.createShaderModule({ code: "this is no shader" });
  await device.queue.onSubmittedWorkDone();
  engine.beginJob();
  using y = engine.upload(Float32Array.of(2));
  assertEquals([...await engine.download(y)], [2]);
  assertThrows(() => engine.write(x, Float32Array.of(1)), TypeError, "was disposed of");
});

gpuTest("WebgpuEngine tells a loss, renews once, and then computes what is right", async () => {
  await using engine = await webgpuEngine();
  assertEquals(await engine.renew(), false, "nothing is lost yet");
  const x = engine.upload(Float32Array.of(1, 2));
  engine.dispatch(scale, { x }, { num: 2, factor: 2 });
  engine.shared().device.destroy();
  await assertRejects(() => engine.download(x), DeviceLostError, "went away");
  assertThrows(() => engine.allocate(1), DeviceLostError);
  assertThrows(() => engine.dispatch(scale, { x }, { num: 2, factor: 2 }), DeviceLostError);
  await assertRejects(() => engine.settle(), DeviceLostError);
  assertEquals(await engine.renew(), true);
  assertThrows(() => engine.dispatch(scale, { x }, { num: 2, factor: 2 }), DeviceLostError);
  await assertRejects(() => engine.download(x), DeviceLostError);
  x[Symbol.dispose]();
  using y = engine.upload(Float32Array.of(1, 2));
  engine.dispatch(scale, { x: y }, { num: 2, factor: 2 });
  assertEquals([...await engine.download(y)], [2, 4]);
  engine.shared().device.destroy();
  await assertRejects(() => engine.settle(), DeviceLostError);
  assertEquals(await engine.renew(), false, "once per job");
  await assertRejects(() => engine.settle(), DeviceLostError);
  engine.beginJob();
  assertEquals(await engine.renew(), true, "the next job may again");
});

gpuTest(
  "WebgpuEngine gives the right result or a clear failure, whenever the device goes",
  async () => {
    for (let when = 0; when < 8; when++) {
      await using engine = await webgpuEngine();
      const { device } = engine.shared();
      const x = engine.upload(new Float32Array(1000).fill(1));
      let downloaded: Promise<ArrayLike<number>> | undefined;
      const steps = [
        () => engine.dispatch(scale, { x }, { num: 1000, factor: 2 }),
        () => engine.shared().flush(),
        () => engine.dispatch(scale, { x }, { num: 1000, factor: 4 }),
        () => engine.write(x, Float32Array.of(5)),
        () => {
          downloaded = engine.download(x);
          downloaded.catch(() => {});
        },
        () => Promise.resolve(),
        () => device.queue.onSubmittedWorkDone(),
      ];
      try {
        for (let i = 0; i < steps.length; i++) {
          if (i === when) device.destroy();
          await steps[i]();
        }
        if (when === steps.length) device.destroy();
        const values = await downloaded!;
        assertEquals(
          [values[0], values[1], values[999]],
          [5, 8, 8],
          `destroyed before step ${when}`,
        );
      } catch (error) {
        assert(error instanceof DeviceLostError, `destroyed before step ${when}: ${error}`);
      }
    }
  },
);

gpuTest("WebgpuEngine does not renew on an adapter of another class", async ({ adapter }) => {
  const { WebgpuEngine } = await import("#gpu/runtime/webgpu_engine.ts");
  const { adapterFacts } = await import("#gpu/runtime/adapter.ts");
  const gpu = { requestAdapter: () => Promise.resolve(null) };
  const facts = adapterFacts(adapter);
  await using engine = await WebgpuEngine.open(gpu, { adapter, facts });
  engine.shared().device.destroy();
  await assertRejects(() => engine.settle(), DeviceLostError);
  assertEquals(await engine.renew(), false);
  assertEquals(engine.numerics, facts.numerics);
  assertThrows(() => engine.allocate(1), DeviceLostError);
  await assertRejects(() => engine.settle(), DeviceLostError);
});

gpuTest("WebgpuEngine does not renew where no device opens", async ({ adapter, facts }) => {
  const { WebgpuEngine } = await import("#gpu/runtime/webgpu_engine.ts");
  const { info, features, limits } = adapter;
  const closed = {
    info,
    features,
    limits,
    requestDevice: () => Promise.reject(new Error("the driver is being reset")),
  };
  const gpu = { requestAdapter: () => Promise.resolve(closed as unknown as GPUAdapter) };
  await using engine = await WebgpuEngine.open(gpu, { adapter, facts });
  engine.shared().device.destroy();
  await assertRejects(() => engine.settle(), DeviceLostError);
  assertEquals(await engine.renew(), false);
  await assertRejects(() => engine.settle(), DeviceLostError);
});
