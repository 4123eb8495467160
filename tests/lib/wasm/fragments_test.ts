// Fragments that kernel modules import, on their own: flushing, and normal numbers at the ends of their range.

import { assert, assertEquals } from "@std/assert";
import { compile } from "#lib/dev/build_wasm.ts";

const smallest = 2 ** -126;

/** A module of a fragment with functions put behind its own text, so that they reach what it does not export. */
async function instantiate(fragment: string, text: string) {
  const url = new URL(`../../../lib/wasm/assembly/${fragment}.ts`, import.meta.url);
  const texts = new Map([["probe", Deno.readTextFileSync(url) + text]]);
  const bytes = await compile("probe", texts);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return { memory, exports: exports as Record<string, (at: number) => number> };
}

Deno.test("flushed() makes denormal numbers zero and leaves all others as they are", async () => {
  const { memory, exports } = await instantiate(
    "_flush",
    `export function vector(at: i32): void { v128.store(at, flushed(v128.load(at))); }
export function one(at: i32): void { store<f32>(at, flushedOne(load<f32>(at))); }`,
  );
  const values = [
    ...[0, -0, 1, -1, smallest, -smallest, 3e38, Infinity, -Infinity, NaN],
    ...[smallest * (1 - 2 ** -23), -smallest * (1 - 2 ** -23), 1e-40, 2 ** -149, -(2 ** -149)],
  ];
  const expected = values.map((x) => Math.abs(x) < smallest ? 0 : Math.fround(x));
  const numbers = new Float32Array(memory.buffer, 0, 4);
  values.forEach((value, i) => {
    numbers.fill(value);
    exports.vector(0);
    assertEquals([...numbers].map((x) => x + 0), new Array(4).fill(expected[i] + 0), `${value}`);
    numbers[0] = value;
    exports.one(0);
    assertEquals(numbers[0] + 0, expected[i] + 0, `${value}`);
  });
});

Deno.test("_philox makes normal numbers within 2e-6 from any words, the rarest too", async () => {
  // What follows the words, for a vector of first and one of second words.
  const { memory, exports } = await instantiate(
    "_philox",
    `export function probe(at: i32): void {
  const r = radius(v128.load(at)), w = v128.load(at, 16), q = quarter(w), x = rest(w, q);
  v128.store(at, along(r, q, cosine(x), sine(x)), 32);
  v128.store(at, across(r, q, cosine(x), sine(x)), 48);
}`,
  );
  const words = new Uint32Array(memory.buffer, 0, 8);
  const made = new Float32Array(memory.buffer, 32, 8);
  const ends = [0, 1, 2, 3, 7, 2 ** 23, 2 ** 24 + 1, 2 ** 29, 2 ** 30, 2 ** 31, 3 * 2 ** 29]
    .flatMap((word) => [word, word - 1, word + 1, 2 ** 32 - 1 - word, 2 ** 32 + word])
    .map((word) => word >>> 0);
  const drawn = [...crypto.getRandomValues(new Uint32Array(2000))];
  let worst = 0;
  for (const [i, first] of [...ends, ...drawn].entries()) {
    for (let lane = 0; lane < 4; lane++) words[lane] = first;
    words.set([ends[i % ends.length], ends[(7 * i + 3) % ends.length], drawn[i % 2000], first], 4);
    exports.probe(0);
    const u = (first + 0.5) / 2 ** 32;
    // Near 1, u itself has lost what its logarithm needs.
    const log = u > 0.5 ? Math.log1p(-(2 ** 32 - first - 0.5) / 2 ** 32) : Math.log(u);
    const radius = Math.sqrt(-2 * log);
    for (let lane = 0; lane < 4; lane++) {
      const angle = 2 * Math.PI * (words[4 + lane] + 0.5) / 2 ** 32;
      const wrong = Math.max(
        Math.abs(made[lane] - radius * Math.cos(angle)),
        Math.abs(made[4 + lane] - radius * Math.sin(angle)),
      );
      assert(wrong <= 2e-6, `words ${first} and ${words[4 + lane]}: ${wrong} apart`);
      worst = Math.max(worst, wrong);
    }
  }
  assert(worst > 0);
});
