// What every engine promises, whatever it is made of: buffers hold what they were given, work is done in order, mistakes
// are refused in words, and what is given back is used again.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import philox from "#gpu/philox.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Engine, EngineArray } from "#lib/core/engine.ts";
import { randomStream } from "#lib/core/random.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { processorEngines } from "#tests/support/engines.ts";

const uniforms = { num_rows: 1, num: 8, key_0: 1, key_1: 2, block: 0, i: 0, j: 0, k: 0 };

type Law = readonly [title: string, check: (engine: Engine) => void | Promise<void>];

const laws: readonly Law[] = [
  ["keeps numbers and words, and hands out copies", async (engine) => {
    const data = Float32Array.of(1, -0, 1e-30, Infinity, NaN, 0.1);
    using numbers = engine.upload(data);
    using words = engine.upload(Uint32Array.of(0, 1, 0xffffffff));
    assertEquals([numbers.length, numbers.type], [6, "f32"]);
    assertEquals([words.length, words.type], [3, "u32"]);
    data.fill(9);
    const first = await engine.download(numbers);
    assertEquals([...first], [1, -0, Math.fround(1e-30), Infinity, NaN, Math.fround(0.1)]);
    first.fill(7);
    assertEquals((await engine.download(numbers))[0], 1);
    assertEquals(await engine.download(words), Uint32Array.of(0, 1, 0xffffffff));
  }],
  ["takes numbers in double precision, rounded to its own", async (engine) => {
    using buffer = engine.upload(Float64Array.of(0.1, 1 / 3));
    const expected = engine.name === "ref"
      ? Float64Array.of(0.1, 1 / 3)
      : Float32Array.of(0.1, 1 / 3);
    assertEquals(await engine.download(buffer), expected);
  }],
  ["allocates zeros, also where something lay before", async (engine) => {
    for (let round = 0; round < 4; round++) {
      const buffers = [1, 15, 16, 17, 1000, 40_000].map((length) => engine.allocate(length));
      for (const buffer of buffers) {
        const found = await engine.download(buffer);
        assert(found.every((value: number) => value === 0), `round ${round}: ${buffer.length}`);
        engine.write(buffer, new Float32Array(buffer.length).fill(round + 1));
      }
      for (const buffer of buffers) buffer[Symbol.dispose]();
    }
  }],
  ["writes and downloads parts", async (engine) => {
    using buffer = engine.allocate(10);
    engine.write(buffer, Float32Array.of(1, 2, 3), 4);
    engine.write(buffer, Float32Array.of(9), 9);
    assertEquals([...await engine.download(buffer)], [0, 0, 0, 0, 1, 2, 3, 0, 0, 9]);
    assertEquals([...await engine.download(buffer, 5, 3)], [2, 3, 0]);
    assertEquals([...await engine.download(buffer, 9)], [9]);
    assertEquals((await engine.download(buffer, 10)).length, 0);
  }],
  ["holds empty buffers", async (engine) => {
    using empty = engine.allocate(0);
    using words = engine.upload(new Uint32Array());
    assertEquals((await engine.download(empty)).length, 0);
    engine.dispatch(philox, { words, normals: empty }, { ...uniforms, num: 0 });
    await engine.settle();
  }],
  ["does everything in the order it was given", async (engine) => {
    using words = engine.allocate(8, "u32");
    using normals = engine.allocate(8);
    engine.dispatch(philox, { words, normals }, uniforms);
    const before = engine.download(normals);
    engine.write(normals, Float32Array.of(5), 3);
    const between = engine.download(normals);
    engine.dispatch(philox, { words, normals }, { ...uniforms, i: 1 });
    engine.dispatch(philox, { words, normals }, { ...uniforms, i: 2 });
    const after = engine.download(normals);
    const [one, two, three] = await Promise.all([before, between, after]);
    const row = (i: number) => {
      const twins = { words: new Uint32Array(8), normals: new Float64Array(8) };
      philox.twin(twins, { ...uniforms, i });
      return twins.normals;
    };
    const near = (a: EngineArray, b: EngineArray) =>
      a.every((value: number, n: number) => Math.abs(value - b[n]) < 1e-5);
    assert(near(one, row(0)));
    assertEquals([two[3], two[4]], [5, one[4]]);
    assert(near(three, row(2)));
  }],
  ["counts what it did", async (engine) => {
    const { dispatches, downloads, bytesUp, bytesDown } = { ...engine.counts };
    using words = engine.upload(new Uint32Array(8));
    using normals = engine.allocate(8);
    engine.dispatch(philox, { words, normals }, uniforms);
    await engine.download(words);
    assertEquals(engine.counts.dispatches, dispatches + 1);
    assertEquals(engine.counts.downloads, downloads + 1);
    assertEquals(engine.counts.bytesUp, bytesUp + 32);
    assertEquals(engine.counts.bytesDown, bytesDown + 32);
  }],
  ["refuses mistakes in words", async (engine) => {
    using buffer = engine.allocate(4);
    using words = engine.allocate(4, "u32");
    const normals = buffer;
    assertThrows(() => engine.allocate(-1), RangeError, "-1");
    assertThrows(() => engine.write(buffer, new Float32Array(3), 2), RangeError, "2 to 5");
    assertThrows(() => engine.write(buffer, new Uint32Array(1)), TypeError, "u32 data");
    await assertRejects(async () => await engine.download(buffer, 3, 2), RangeError, "3 to 5");
    const { num: _, ...less } = uniforms;
    const small = { ...uniforms, num: 4 };
    assertThrows(() => engine.dispatch(philox, { words } as never, small), Error, "normals");
    assertThrows(() => engine.dispatch(philox, { words, normals }, less as never), Error, "num");
    const gone = engine.allocate(4);
    gone[Symbol.dispose]();
    gone[Symbol.dispose]();
    await assertRejects(async () => await engine.download(gone), TypeError, "disposed");
    assertThrows(
      () => engine.dispatch(philox, { words, normals: gone }, small),
      TypeError,
      "disposed",
    );
    // None of this spoils what comes next.
    await engine.settle();
    engine.dispatch(philox, { words, normals }, small);
    assert((await engine.download(normals)).every((value: number) => value !== 0));
  }],
  ["refuses buffers of another engine", (engine) => {
    for (const { open } of processorEngines) {
      const other = open();
      using foreign = other.allocate(4);
      using words = engine.allocate(4, "u32");
      const small = { ...uniforms, num: 4 };
      assertThrows(() => engine.write(foreign, new Float32Array(1)), TypeError);
      assertThrows(() => engine.dispatch(philox, { words, normals: foreign }, small), TypeError);
      void other[Symbol.asyncDispose]();
    }
  }],
  ["keeps blocks apart when buffers come and go", async (engine) => {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0];
    const random = randomStream(seed, "test/engine");
    const live: { buffer: ReturnType<Engine["allocate"]>; value: number }[] = [];
    for (let step = 0; step < 150; step++) {
      const length = random.integer(5000, step);
      const buffer = engine.upload(new Float32Array(length).fill(step));
      live.push({ buffer, value: step });
      if (random.integer(3, step, 1) === 0) {
        const [gone] = live.splice(random.integer(live.length, step, 2), 1);
        gone.buffer[Symbol.dispose]();
      }
    }
    for (const { buffer, value } of live) {
      const found = await engine.download(buffer);
      assert(found.every((one: number) => one === value), `seed ${seed}: buffer ${value}`);
      buffer[Symbol.dispose]();
    }
  }],
];

for (const [title, check] of laws) {
  for (const { label, open } of processorEngines) {
    Deno.test(`the engine ${label} ${title}`, async () => {
      await using engine = open();
      await check(engine);
    });
  }
  gpuTest(`the engine webgpu ${title}`, async (adapter) => {
    await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
    await check(engine);
  });
}
