// Philox on every engine against its authors' vectors and against the streams of lib/core.

import { assert, assertEquals } from "@std/assert";
import philox from "#gpu/philox.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Engine } from "#lib/core/engine.ts";
import { randomStream } from "#lib/core/random.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { processorEngines } from "#tests/support/engines.ts";

/** Random123, kat_vectors: counter, key, words. */
const known:
  readonly (readonly [readonly number[], readonly [number, number], readonly string[]])[] = [
    [[0, 0, 0, 0], [0, 0], ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]],
    [
      new Array(4).fill(0xffffffff),
      [0xffffffff, 0xffffffff],
      ["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      ["d16cfe09", "94fdcceb", "5001e420", "24126ea1"],
    ],
  ];

async function draw(
  engine: Engine,
  key: readonly [number, number],
  [block, i, j, k]: readonly number[],
  [num_rows, num]: readonly [number, number],
) {
  using words = engine.allocate(num_rows * num, "u32");
  using normals = engine.allocate(num_rows * num);
  const [key_0, key_1] = key;
  engine.dispatch(philox, { words, normals }, { num_rows, num, key_0, key_1, block, i, j, k });
  return { words: await engine.download(words), normals: await engine.download(normals) };
}

async function drawsWhatItShould(engine: Engine): Promise<void> {
  for (const [counter, key, expected] of known) {
    const { words } = await draw(engine, key, counter, [1, 4]);
    assertEquals([...words].map((word) => word.toString(16).padStart(8, "0")), expected);
  }
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const stream = randomStream(seed, "test/philox");
  // Rows are trials; a row of 37 ends in the middle of a block.
  const { normals } = await draw(engine, stream.key, [0, 5, 6, 7], [3000, 37]);
  let worst = 0;
  for (let row = 0; row < 3000; row++) {
    const expected = stream.normal(new Float64Array(37), 5 + row, 6, 7);
    expected.forEach((value, n) => {
      worst = Math.max(worst, Math.abs(normals[37 * row + n] - value));
    });
  }
  // 1e-4 is what is promised everywhere; NaN would not pass either.
  assert(worst <= 1e-4, `seed ${seed}: ${worst} apart`);
  const { normals: later } = await draw(engine, stream.key, [3, 5, 6, 7], [1, 20]);
  assertEquals(later, normals.slice(12, 32), `seed ${seed}: from block 3 on`);
}

for (const { label, open } of processorEngines) {
  Deno.test(`philox draws the known words and the streams' normals on ${label}`, async () => {
    await using engine = open();
    await drawsWhatItShould(engine);
  });
}

gpuTest("philox draws the known words and the streams' normals on webgpu", async (adapter) => {
  await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
  await drawsWhatItShould(engine);
});
