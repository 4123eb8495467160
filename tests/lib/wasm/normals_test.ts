import { assert, assertEquals } from "@std/assert";
import { keyedStream } from "#lib/core/random.ts";
import { normalsOf } from "#lib/wasm/normals.ts";
import { type Draws, fresh } from "../math/linalg/fresh.ts";

Deno.test("normalsOf() gives the numbers of the stream in f64 to within some units of f32", () => {
  fresh((draws: Draws) => {
    const key = [draws.integer(0, 2 ** 31), draws.integer(0, 2 ** 31)] as const;
    const [i, j, k] = [draws.integer(0, 2 ** 31), draws.integer(0, 9), draws.integer(0, 9)];
    const expected = keyedStream(key).normal(new Float64Array(700), i, j, k);
    const found = normalsOf(key, 0, 700, i, j, k);
    for (let n = 0; n < 700; n++) {
      assert(Math.abs(found[n] - expected[n]) <= 4e-7 * Math.max(1, Math.abs(expected[n])), `${n}`);
    }
  });
});

Deno.test("normalsOf() gives each number whatever part of the sequence is asked for", () => {
  fresh((draws: Draws) => {
    const all = normalsOf([3, 4], 0, 300, 5).slice();
    const from = draws.integer(0, 299);
    const to = draws.integer(from, 300);
    assertEquals(normalsOf([3, 4], from, to, 5).slice(), all.subarray(from, to));
    // Longer than the memory of the module was before.
    const size = draws.integer(5000, 40000);
    assertEquals(normalsOf([3, 4], 0, size, 5).subarray(0, 300), all);
  });
});

Deno.test("normalsOf() gives the same bytes on every machine", () => {
  const found = normalsOf([0x12345678, 0x9abcdef0], 0, 1000, 7, 1);
  const words = new Uint32Array(found.buffer, found.byteOffset, 1000);
  let hash = 0;
  for (const word of words) hash = (Math.imul(hash, 31) + word) >>> 0;
  assertEquals(hash, 1773791273);
});

Deno.test("normalsOf() gives standard normal numbers", () => {
  const n = 200_000;
  const numbers = normalsOf([1, 1], 0, n);
  const moment = (power: number) => numbers.reduce((sum, x) => sum + x ** power, 0) / n;
  // Five standard errors: 1/√n, √2/√n, √15/√n, √96/√n.
  assert(Math.abs(moment(1)) < 5 / Math.sqrt(n));
  assert(Math.abs(moment(2) - 1) < 5 * Math.sqrt(2 / n));
  assert(Math.abs(moment(3)) < 5 * Math.sqrt(15 / n));
  assert(Math.abs(moment(4) - 3) < 5 * Math.sqrt(96 / n));
});
