// What only the wasm engine has: threads, a memory that can be full, kernels that trap. Laws of all engines are in
// tests/conformance/engines_test.ts.

import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import { type EngineBuffer, EngineError, EngineMemoryError } from "#lib/core/engine.ts";
import { defineKernel } from "#lib/core/kernel.ts";
import { randomStream } from "#lib/core/random.ts";
import { compile } from "#lib/dev/build_wasm.ts";
import { wasmEngine } from "#tests/support/engines.ts";

// Each part adds `amount` to its elements; `part` number `trap` fails, if there is one.
const module = await compile(
  "add",
  new Map([[
    "add",
    `//! shared
export function add(args: i32, part: i32, num_parts: i32): void {
  const at = load<u32>(args), n = <u64>load<u32>(args, 4), ids = load<u32>(args, 8);
  const amount = <f32>load<f64>(args, 16), trap = <i32>load<f64>(args, 24);
  if (part == trap) unreachable();
  const from = <u32>(n * part / num_parts), to = <u32>(n * (part + 1) / num_parts);
  for (let i = from; i < to; i++) {
    store<f32>(at + (i << 2), load<f32>(at + (i << 2)) + amount);
    store<u32>(ids + (i << 2), load<u32>(ids + (i << 2)) + 1);
  }
}`,
  ]]),
);

function adding(entry = "add", most = 1000) {
  return defineKernel({
    name: "add",
    source: "",
    fragments: {},
    overrides: () => ({}),
    grid: () => [1, 1, 1],
    wasm: {
      module,
      entry,
      buffers: ["x", "times"],
      uniforms: ["amount", "trap"],
      numParts: () => most,
    },
    twin() {},
    tolerance: { abs: 0, rel: 0 },
  });
}

Deno.test("WasmEngine does every part exactly once, with any number of threads, sizes and parts", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const random = randomStream(seed, "test/parts");
  for (const threads of [1, 2, 4, 7]) {
    await using engine = wasmEngine(threads, 2 ** 24);
    assertEquals(engine.threads, threads);
    const length = 1 + random.integer(3000, threads);
    using x = engine.allocate(length);
    using times = engine.allocate(length, "u32");
    let sum = 0;
    for (let step = 0; step < 2000; step++) {
      const amount = random.integer(16, threads, step);
      sum += amount;
      const kernel = adding("add", random.integer(40, threads, step, 1));
      engine.dispatch(kernel, { x, times }, { amount, trap: -1 });
    }
    const where = `seed ${seed}, ${threads} threads`;
    assertEquals(new Set(await engine.download(x)), new Set([sum]), where);
    assertEquals(new Set(await engine.download(times)), new Set([2000]), where);
  }
});

Deno.test("WasmEngine tells of a failed part once, whichever thread had it, and goes on", async () => {
  for (const threads of [1, 4]) {
    await using engine = wasmEngine(threads, 2 ** 24);
    using x = engine.allocate(64);
    using times = engine.allocate(64, "u32");
    for (let trap = 0; trap < (threads === 1 ? 1 : 16); trap++) {
      engine.dispatch(adding(), { x, times }, { amount: 1, trap });
      await assertRejects(() => engine.download(x), EngineError, "the kernel 'add' failed on wasm");
      await engine.settle();
    }
    engine.write(times, new Uint32Array(64));
    engine.dispatch(adding(), { x, times }, { amount: 1, trap: -1 });
    assertEquals(new Set(await engine.download(times)), new Set([1]));
  }
});

Deno.test("WasmEngine tells of a part that failed on another thread", async () => {
  await using engine = wasmEngine(4, 2 ** 26);
  using x = engine.allocate(2 ** 20);
  using times = engine.allocate(2 ** 20, "u32");
  let seen = "";
  // Threads take a while to start, and parts as they come; most are taken by others than the one that asks.
  for (let attempt = 0; attempt < 2000 && !seen.includes("on another thread"); attempt++) {
    engine.dispatch(adding(), { x, times }, { amount: 1, trap: attempt % 16 });
    const error = await assertRejects(() => engine.download(x, 0, 1), EngineError);
    seen = error.message;
    await new Promise((done) => setTimeout(done, 1));
  }
  assertMatch(seen, /part \d+ of 16 failed on another thread/);
});

Deno.test("WasmEngine tells which functions there are when one is missing", async () => {
  await using engine = wasmEngine(1, 2 ** 24);
  using x = engine.allocate(1);
  using times = engine.allocate(1, "u32");
  engine.dispatch(adding("subtract"), { x, times }, { amount: 1, trap: -1 });
  await assertRejects(() => engine.settle(), EngineError, "no function 'subtract'; there is add");
});

Deno.test("WasmEngine says what its memory is full of, and has it all again afterwards", async () => {
  await using engine = wasmEngine(1, 2 ** 24);
  const buffers: EngineBuffer[] = [];
  const error = assertThrows(() => {
    for (;;) buffers.push(engine.allocate(2 ** 18));
  }, EngineMemoryError);
  assertGreater(buffers.length, 10);
  assert(error.message.includes(`in use by ${buffers.length} buffers`), error.message);
  assert(error.message.includes("of 16777216 bytes"), error.message);
  assertThrows(() => engine.allocate(2 ** 30), EngineError, "one buffer holds 8388608 at most");
  for (const buffer of buffers) buffer[Symbol.dispose]();
  for (let round = 0; round < 100; round++) {
    using large = engine.allocate(2 ** 21);
    engine.write(large, Float32Array.of(round), 2 ** 21 - 1);
    assertEquals([...await engine.download(large, 2 ** 21 - 1)], [round]);
  }
});

Deno.test("WasmEngine is the same without workers, with one thread", async () => {
  await using engine = new WasmEngine({ threads: 4, memoryBytes: 2 ** 24 });
  assertEquals(engine.threads, 1);
  using x = engine.allocate(5);
  using times = engine.allocate(5, "u32");
  engine.dispatch(adding(), { x, times }, { amount: 2, trap: -1 });
  assertEquals([...await engine.download(x)], [2, 2, 2, 2, 2]);
});

Deno.test("WasmEngine lets go of a large memory after many small jobs, and goes on", async () => {
  await using engine = wasmEngine(2, 2 ** 30);
  const job = async (length: number) => {
    {
      using large = engine.allocate(length);
      using x = engine.upload(new Float32Array(64).fill(length));
      using times = engine.allocate(64, "u32");
      engine.write(large, Float32Array.of(1), length - 1);
      engine.dispatch(adding(), { x, times }, { amount: 1, trap: -1 });
      assertEquals(new Set(await engine.download(x)), new Set([Math.fround(length + 1)]));
      assertEquals(new Set(await engine.download(times)), new Set([1]));
    }
    await engine.settle();
    return engine.numBytesTouched;
  };
  const large = 2 ** 26;
  assertGreater(await job(large), 4 * large);
  for (let i = 0; i < 50; i++) assertGreater(await job(i % 10 === 0 ? large : 64), 4 * large);
  for (let i = 0; i < 25; i++) await job(64);
  assertLess(await job(64), 2 ** 24);
});

Deno.test("WasmEngine takes equal modules of other bundles as one", async () => {
  await using engine = wasmEngine(2, 2 ** 24);
  using x = engine.allocate(8);
  using times = engine.allocate(8, "u32");
  // A megabyte is kept for modules; these would fill many.
  const many = Math.ceil(3e6 / module.length);
  for (let i = 0; i < many; i++) {
    const kernel = adding();
    const wasm = { ...kernel.wasm, module: module.slice() };
    engine.dispatch({ ...kernel, wasm }, { x, times }, { amount: 1, trap: -1 });
  }
  assertEquals(new Set(await engine.download(times)), new Set([many]));
});

Deno.test("WasmEngine runs, with threads, in a worker without permissions", async () => {
  const source = `
    import { WasmEngine } from ${
    JSON.stringify(import.meta.resolve("#gpu/runtime/wasm_engine.ts"))
  };
    import philox from ${JSON.stringify(import.meta.resolve("#gpu/philox.ts"))};
    self.onmessage = async ({ data: uniforms }) => {
      const made = [];
      for (const threads of [1, 3]) {
        const engine = new WasmEngine({ threads, Worker });
        const words = engine.allocate(9000, "u32"), normals = engine.allocate(9000);
        engine.dispatch(philox, { words, normals }, uniforms);
        made.push(await engine.download(normals));
        await engine[Symbol.asyncDispose]();
      }
      self.postMessage(made);
    };`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module", deno: { permissions: "none" } });
  try {
    const made = await new Promise<Float32Array[]>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      worker.postMessage(
        { num_rows: 1000, num: 9, key_0: 1, key_1: 2, block: 0, i: 0, j: 0, k: 0 },
      );
    });
    assertEquals(made[0].length, 9000);
    assertEquals(made[0], made[1]);
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
});

Deno.test("WasmEngine takes back what a job forgot when the next one begins", async () => {
  await using engine = new WasmEngine({ threads: 1, memoryBytes: 2 ** 24 });
  let forgotten: EngineBuffer;
  for (let job = 0; job < 20; job++) {
    engine.beginJob();
    forgotten = engine.allocate(2 ** 19);
    engine.allocate(2 ** 19);
  }
  assertEquals(engine.numBuffers, 2);
  engine.beginJob();
  assertEquals(engine.numBuffers, 0);
  assertThrows(() => engine.write(forgotten, Float32Array.of(1)), TypeError, "was disposed of");
  forgotten![Symbol.dispose]();
});

Deno.test("WasmEngine calls a full memory by its name, so that less is tried at a time", async () => {
  await using engine = new WasmEngine({ threads: 1, memoryBytes: 2 ** 24 });
  assertThrows(
    () => {
      for (;;) engine.allocate(2 ** 18);
    },
    EngineMemoryError,
    "are in use",
  );
});
