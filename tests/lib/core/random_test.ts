// Philox against the vectors of its authors, and the laws of streams that results rest on.

import { assert, assertAlmostEquals, assertEquals, assertLess, assertNotEquals } from "@std/assert";
import { philox4x32, randomStream } from "#lib/core/random.ts";

const freshSeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

Deno.test("philox4x32() gives the known answers of its authors (Random123, kat_vectors)", () => {
  const cases: readonly (readonly [readonly number[], readonly string[]])[] = [
    [[0, 0, 0, 0, 0, 0], ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]],
    [new Array(6).fill(0xffffffff), ["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0],
      ["d16cfe09", "94fdcceb", "5001e420", "24126ea1"],
    ],
  ];
  for (const [[c0, c1, c2, c3, k0, k1], expected] of cases) {
    const out = new Uint32Array(4);
    philox4x32(c0, c1, c2, c3, k0, k1, out);
    assertEquals([...out].map((word) => word.toString(16).padStart(8, "0")), expected);
    philox4x32(c0 | 0, c1 | 0, c2 | 0, c3 | 0, k0 | 0, k1 | 0, out);
    assertEquals([...out].map((word) => word.toString(16).padStart(8, "0")), expected, "signed");
  }
});

Deno.test("philox4x32() agrees with 64-bit arithmetic on random words", () => {
  const words = crypto.getRandomValues(new Uint32Array(600));
  const out = new Uint32Array(4);
  for (let i = 0; i < words.length; i += 6) {
    const [c0, c1, c2, c3, k0, k1] = words.subarray(i, i + 6);
    philox4x32(c0, c1, c2, c3, k0, k1, out);
    assertEquals([...out], philoxOfBigInts([c0, c1, c2, c3], [k0, k1]), `${[c0, c1, c2, c3]}`);
  }
});

Deno.test("randomStream() gives the pinned numbers: results depend on them", () => {
  const stream = randomStream(7, "noise/observation");
  // Computed a second time from SHA-256 and the paper's recurrence, in Python's integers.
  assertEquals(stream.key, [1433016363, 2025076565]);
  assertEquals([...stream.uniform(new Float64Array(3), 1, 2, 3)], [
    0.3649229026618571,
    0.967148519859015,
    0.2733769286437967,
  ]);
  const [cosine, sine] = stream.normal(new Float64Array(2), 1, 2, 3);
  assertAlmostEquals(cosine, 1.0965536785843046, 1e-15);
  assertAlmostEquals(sine, -0.9020578629167161, 1e-15);
  assertEquals(stream.integer(1000, 4), 85);
  assertEquals([...stream.permutation(6, 5)], [0, 3, 1, 2, 5, 4]);
});

Deno.test("randomStream() does not depend on how draws are cut, ordered or repeated", () => {
  const seed = freshSeed();
  const stream = randomStream(seed, "law");
  for (const draw of ["uniform", "normal"] as const) {
    const whole = stream[draw](new Float64Array(61), 5, 6);
    for (const length of [0, 1, 2, 3, 4, 5, 7, 32, 60]) {
      const part = stream[draw](new Float64Array(length), 5, 6);
      assertEquals(part, whole.subarray(0, length), `seed ${seed}: ${draw} of ${length}`);
    }
    const trials = [3, 0, 2, 1].map((trial) => stream[draw](new Float64Array(9), trial));
    const again = [1, 3, 0, 2].map((trial) =>
      randomStream(seed, "law")[draw](new Float64Array(9), trial)
    );
    assertEquals([again[1], again[2], again[3], again[0]], trials, `seed ${seed}: ${draw}`);
  }
  const doubles = stream.normal(new Float64Array(11), 1);
  assertEquals(stream.normal(new Float32Array(11), 1), Float32Array.from(doubles));
});

Deno.test("randomStream() has a stream of its own for every seed, label and index", () => {
  const seed = freshSeed();
  const streams = [
    randomStream(seed, "a"),
    randomStream(seed + 1, "a"),
    randomStream(String(seed), "a"),
    randomStream(seed, "b"),
    randomStream(seed, "a "),
  ].map((stream) => [...stream.uniform(new Float64Array(64))]);
  const stream = randomStream(seed, "a");
  for (const [i, j, k] of [[1], [0, 1], [0, 0, 1], [1, 1], [2 ** 32 - 1]]) {
    streams.push([...stream.uniform(new Float64Array(64), i, j, k)]);
  }
  assertEquals(new Set(streams.flat()).size, streams.length * 64, `seed ${seed}`);
});

Deno.test("randomStream() draws uniform and normal numbers with the right moments", () => {
  const seed = freshSeed();
  const n = 200_000;
  const stream = randomStream(seed, "moments");
  const uniform = stream.uniform(new Float64Array(n)) as Float64Array;
  assert(uniform.every((x) => x >= 0 && x < 1), `seed ${seed}`);
  // Bounds of six standard errors: a false alarm once in 5e8 checks.
  const standardError = 6 / Math.sqrt(n);
  assertLess(
    Math.abs(moment(uniform, 1) - 1 / 2),
    standardError * Math.sqrt(1 / 12),
    `seed ${seed}`,
  );
  assertLess(
    Math.abs(moment(uniform, 2) - 1 / 3),
    standardError * Math.sqrt(4 / 45),
    `seed ${seed}`,
  );
  const normal = stream.normal(new Float64Array(n), 1) as Float64Array;
  for (const [power, expected, variance] of [[1, 0, 1], [2, 1, 2], [3, 0, 15], [4, 3, 96]]) {
    const found = moment(normal, power);
    assertLess(
      Math.abs(found - expected),
      standardError * Math.sqrt(variance),
      `seed ${seed}: moment ${power} is ${found}`,
    );
  }
  const even = normal.filter((_, i) => i % 2 === 0), odd = normal.filter((_, i) => i % 2 === 1);
  const product = even.reduce((sum, x, i) => sum + x * odd[i], 0) / even.length;
  assertLess(Math.abs(product), standardError * Math.SQRT2, `seed ${seed}: pairs of Box–Muller`);
  const tail = normal.filter((x) => Math.abs(x) > 3).length / n;
  assertAlmostEquals(tail, 0.0026998, 6 * Math.sqrt(0.0027 / n), `seed ${seed}`);
});

Deno.test("integer() covers its range evenly and stays inside", () => {
  const seed = freshSeed();
  const stream = randomStream(seed, "integers");
  const counts = new Array(7).fill(0);
  const n = 14_000;
  for (let i = 0; i < n; i++) counts[stream.integer(7, i)]++;
  assertEquals(counts.length, 7, `seed ${seed}`);
  const chiSquare = counts.reduce((sum, count) => sum + (count - n / 7) ** 2 / (n / 7), 0);
  assertLess(chiSquare, 45, `seed ${seed}: ${counts}`); // P(χ²₆ > 45) = 5e-8
  assertEquals(stream.integer(1, 3), 0);
});

Deno.test("permutation() gives every order equally often", () => {
  const seed = freshSeed();
  const stream = randomStream(seed, "orders");
  const counts = new Map<string, number>();
  const n = 12_000;
  for (let i = 0; i < n; i++) {
    const order = stream.permutation(4, i);
    assertEquals([...order].sort(), [0, 1, 2, 3], `seed ${seed}, index ${i}`);
    const name = order.join();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  assertEquals(counts.size, 24, `seed ${seed}`);
  let chiSquare = 0;
  for (const count of counts.values()) chiSquare += (count - n / 24) ** 2 / (n / 24);
  assertLess(chiSquare, 88, `seed ${seed}`); // P(χ²₂₃ > 88) = 1e-9
  assertEquals([...stream.permutation(0)], []);
  assertEquals([...stream.permutation(1)], [0]);
  assertNotEquals(stream.permutation(50, 0), stream.permutation(50, 1));
});

function moment(values: Float64Array, power: number): number {
  return values.reduce((sum, x) => sum + x ** power, 0) / values.length;
}

/** Philox4x32-10 written from its paper, in exact integers. */
function philoxOfBigInts(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt);
  let [k0, k1] = key.map(BigInt);
  const low = 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0, p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & low, (p0 >> 32n) ^ c3 ^ k1, p0 & low];
    k0 = (k0 + 0x9e3779b9n) & low;
    k1 = (k1 + 0xbb67ae85n) & low;
  }
  return [c0, c1, c2, c3].map(Number);
}
