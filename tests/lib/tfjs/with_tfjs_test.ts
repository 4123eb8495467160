import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import { type Engine, EngineError } from "#lib/core/engine.ts";
import { defineKernel } from "#lib/core/kernel.ts";
import { type Tfjs, withTfjs } from "#lib/tfjs/with_tfjs.ts";
import { gpuTest } from "#tests/support/adapter.ts";

/** Three steps of gradient descent of a small network: forward, gradients, an optimiser. */
async function losses(tf: Tfjs): Promise<number[]> {
  const x = tf.tensor2d(Array.from({ length: 64 }, (_, i) => Math.sin(i)), [16, 4]);
  const y = tf.tensor2d(Array.from({ length: 32 }, (_, i) => Math.cos(0.3 * i)), [16, 2]);
  const w = tf.variable(
    tf.tensor2d(Array.from({ length: 32 }, (_, i) => Math.sin(2 * i)), [4, 8]),
  );
  const v = tf.variable(tf.tensor2d(Array.from({ length: 16 }, (_, i) => Math.cos(i)), [8, 2]));
  const optimiser = tf.train.adam(0.05);
  const found: number[] = [];
  for (let step = 0; step < 3; step++) {
    const loss = optimiser.minimize(
      () => x.matMul(w).tanh().matMul(v).sub(y).square().mean().asScalar(),
      true,
    )!;
    found.push((await loss.data())[0]);
    loss.dispose();
  }
  return found;
}

Deno.test("withTfjs() computes the same on tfjs's cpu and wasm backends", async () => {
  await using ref = new RefEngine();
  await using wasm = new WasmEngine({ threads: 1, Worker });
  const [onRef, onWasm] = [await withTfjs(ref, losses), await withTfjs(wasm, losses)];
  assertClose(onWasm, onRef);
  assert(onRef[2] < onRef[0], "it learns");
});

gpuTest("withTfjs() computes the same on Basin's own device", async (adapter) => {
  await using ref = new RefEngine();
  await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
  const name = await withTfjs(engine, (tf) => tf.getBackend());
  assert(name.startsWith("basin-webgpu"), name);
  assertClose(await withTfjs(engine, losses), await withTfjs(ref, losses));
});

Deno.test("withTfjs() leaves nothing behind, also when its body throws", async () => {
  for (
    const engine of [new RefEngine(), new WasmEngine({ threads: 1, Worker })] satisfies Engine[]
  ) {
    await using _engine = engine;
    const count = () => withTfjs(engine, (tf) => [tf.memory().numTensors, tf.memory().numBytes]);
    const before = await count();
    for (let round = 0; round < 3; round++) await withTfjs(engine, losses);
    await assertRejects(
      () =>
        withTfjs(engine, (tf) => {
          tf.variable(tf.ones([3])).add(1);
          throw new RangeError("mine");
        }),
      RangeError,
      "mine",
    );
    assertEquals(await count(), before);
  }
});

gpuTest("withTfjs() leaves nothing behind on a device", async (adapter) => {
  await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
  const count = () => withTfjs(engine, (tf) => tf.memory().numTensors);
  const before = await count();
  await withTfjs(engine, losses);
  const used = await withTfjs(engine, async (tf) => {
    await losses(tf);
    return tf.memory().numTensors;
  });
  assertEquals([await count(), before], [before, 0]);
  assertGreater(used, 0);
});

Deno.test("withTfjs() refuses a body that goes to another backend", async () => {
  await import("@tensorflow/tfjs-backend-cpu"); // so that it is there, whatever ran before
  await using engine = new WasmEngine({ threads: 1, Worker });
  await assertRejects(
    () => withTfjs(engine, (tf) => tf.setBackend("cpu")),
    EngineError,
    "needs the tfjs backend wasm, but tfjs computes on cpu",
  );
});

Deno.test("withTfjs() has tensors' methods, and layers", async () => {
  await using engine = new RefEngine();
  const found = await withTfjs(engine, async (tf) => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: "ones" })],
    });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const before = await (model.predict(x) as ReturnType<Tfjs["tensor"]>).data();
    await model.trainOnBatch(x, tf.tensor2d([0, 0], [2, 1]));
    const after = await (model.predict(x) as ReturnType<Tfjs["tensor"]>).data();
    const chained = x.concat(x, 1).stack(x.concat(x, 1)).as1D().where(
      tf.tensor1d(Array(16).fill(true)),
      tf.zeros([16]),
    ).reshapeAs(tf.zeros([4, 4])).toInt().flatten().sum();
    return [...before, after[0] < before[0] ? 1 : 0, ...await chained.data()];
  });
  assertEquals(found, [3, 7, 1, 40]);
});

gpuTest("withTfjs() fails when a shader of tfjs does not compile", async (adapter) => {
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
  let wrong: number[] = [];
  const run = () =>
    withTfjs(engine, async (tf) => {
      const x = tf.tensor1d([1, 2, 3, 4]);
      const program = {
        variableNames: ["A"],
        outputShape: [4],
        shaderKey: "broken",
        workgroupSize: [64, 1, 1] as [number, number, number],
        dispatchLayout: { x: [0] },
        dispatch: [1, 1, 1] as [number, number, number],
        size: true,
        getUserCode: () =>
          `${mainHeader} { if (index < uniforms.size) { setOutputAtIndex(index, noSuchFunction(index)); } }`,
      };
      const backend = tf.backend() as InstanceType<typeof WebGPUBackend>;
      const info = backend.runWebGPUProgram(program, [x], "float32");
      wrong = [...await tf.engine().makeTensorFromTensorInfo(info).data()];
      return wrong;
    });
  await assertRejects(run, EngineError);
  assertEquals(wrong.length, 4, "tfjs itself went on");
  // The next stage, on the next device.
  await using next = await WebgpuEngine.open(navigator.gpu, adapter);
  const sum = await withTfjs(next, (tf) => tf.tensor1d([1]).add(1).data());
  assertEquals([...sum], [2]);
});

const mainHeader = "fn main(index : i32)";

/** Adds a number to each element. */
const shift = defineKernel({
  name: "shift",
  source: `
    struct Params { num: u32, by: f32 }
    @group(0) @binding(0) var<uniform> params: Params;
    @group(0) @binding(1) var<storage, read_write> x: array<f32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < params.num) { x[id.x] += params.by; }
    }`,
  fragments: {},
  overrides: () => ({}),
  grid: ({ num }) => [Math.ceil(num / 64), 1, 1],
  wasm: { module: new Uint8Array(), entry: "shift", buffers: ["x"], uniforms: ["num", "by"] },
  twin({ x }, { num, by }) {
    for (let i = 0; i < num; i++) x[i] += by;
  },
  tolerance: { abs: 0, rel: 0 },
});

gpuTest("SharedBuffers share memory on a device, both ways", async (adapter) => {
  await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
  using states = engine.upload(Float32Array.of(1, 2, 3, 4, 5, 6));
  const found = await withTfjs(engine, async (_tf, buffers) => {
    const up = engine.counts.bytesUp;
    // Kernels of the engine are in line before tfjs looks, though nothing was awaited.
    engine.dispatch(shift, { x: states }, { num: 6, by: 10 });
    const x = await buffers.tensor(states, [2, 3]);
    const doubled = x.mul(2);
    const back = await buffers.buffer(doubled);
    // What the engine changes now, the tensor of tfjs has without being told.
    engine.dispatch(shift, { x: back }, { num: 6, by: 0.5 });
    engine.dispatch(shift, { x: states }, { num: 6, by: 100 });
    engine.shared().flush();
    const seen = [await doubled.data(), await x.data()].map((data) => [...data]);
    return {
      seen,
      downloaded: [...await engine.download(back)],
      moved: engine.counts.bytesUp - up,
    };
  });
  assertEquals(found, {
    seen: [[22.5, 24.5, 26.5, 28.5, 30.5, 32.5], [111, 112, 113, 114, 115, 116]],
    downloaded: [22.5, 24.5, 26.5, 28.5, 30.5, 32.5],
    moved: 0,
  });
  // The engine's own buffer outlives the tensor.
  assertEquals([...await engine.download(states)], [111, 112, 113, 114, 115, 116]);
});

Deno.test("SharedBuffers copy where tfjs has a heap of its own, in order", async () => {
  for (
    const engine of [new RefEngine(), new WasmEngine({ threads: 1, Worker })] satisfies Engine[]
  ) {
    await using _engine = engine;
    using states = engine.upload(Float32Array.of(1, 2, 3, 4));
    const found = await withTfjs(engine, async (_tf, buffers) => {
      const x = await buffers.tensor(states, [2, 2]);
      return [...await engine.download(await buffers.buffer(x.transpose().add(1)))];
    });
    assertEquals(found, [2, 4, 3, 5]);
    await assertRejects(
      () => withTfjs(engine, (_tf, buffers) => buffers.tensor(states, [5])),
      RangeError,
      "which needs 5 f32",
    );
    await assertRejects(
      () => withTfjs(engine, (tf, buffers) => buffers.buffer(tf.tensor1d([1], "int32"))),
      TypeError,
      "not int32",
    );
  }
});

function assertClose(actual: readonly number[], expected: readonly number[]): void {
  assertEquals(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert(Math.abs(actual[i] - value) <= 1e-5 * Math.abs(value), `${actual[i]} for ${value}`);
  });
}
