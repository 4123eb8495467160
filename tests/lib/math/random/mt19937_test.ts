// LegacyRandom against NumPy's RandomState (tests/reference/attractors), and against itself after save and skip.

import { assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { randomStream } from "#lib/core/random.ts";
import { LEGACY_STATE_LENGTH, LegacyRandom } from "#lib/math/random/mt19937.ts";
import reference from "#tests/reference/attractors/legacy_random.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";

// Normal numbers go through log and sqrt. V8's log and that of the C library differ in the last bit now and then
// (measured: in 0.03 % of the normal numbers), so they are compared to two units in the last place.
const NORMAL = { rtol: 4.5e-16 };

const normals = (random: LegacyRandom, n: number) => random.fillNormal(new Float64Array(n));
const uniforms = (random: LegacyRandom, n: number) => random.fillUniform(new Float64Array(n));
const integers = (random: LegacyRandom, n: number, low: number, high: number) => [
  ...random.fillIntegers(new Int32Array(n), low, high),
];

function assertState(
  random: LegacyRandom,
  expected: { key_sha256: string; pos: number; has_gauss: number; gauss: number },
): void {
  const state = random.exportState();
  const key = new Uint8Array(Uint32Array.from(state.subarray(0, 624)).buffer);
  assertEquals(createHash("sha256").update(key).digest("hex"), expected.key_sha256);
  assertEquals([state[624], state[625]], [expected.pos, expected.has_gauss]);
  assertAllClose([state[626]], [expected.gauss], NORMAL);
}

Deno.test("LegacyRandom draws what NumPy's RandomState draws, in any order of distributions", () => {
  for (const known of reference.generators) {
    const random = new LegacyRandom(known.seed);
    assertEquals([...uniforms(random, 5)], known.uniform);
    assertAllClose(normals(random, 5), known.normal_odd, NORMAL);
    assertEquals([...random.fillUniform(new Float64Array(3), -2.5, 4)], known.uniform_between);
    assertAllClose(normals(random, 4), known.normal_even, NORMAL);
    assertEquals(integers(random, 7, 1, 3), known.integers_1_3);
    assertEquals(integers(random, 9, 0, 10), known.integers_0_10);
    assertEquals(integers(random, 2, 5, 6), known.integers_5_6);
    assertEquals(integers(random, 4, -1000000, 2000000), known.integers_large);
    assertEquals([...uniforms(random, 700).slice(-3)], known.uniform_unaligned);
    assertAllClose(normals(random, 1001).slice(-3), known.normal_unaligned, NORMAL);
    assertState(random, known.state);
  }
});

Deno.test("LegacyRandom stands where NumPy stands after 100,000 draws, drawn or skipped", () => {
  const drawn = new LegacyRandom(42);
  uniforms(drawn, 1800);
  normals(drawn, 100001);
  const skipped = new LegacyRandom(42);
  skipped.skipUniform(1800);
  skipped.skipNormal(100001);
  for (const random of [drawn, skipped]) {
    assertState(random, reference.far.state);
    assertEquals(uniforms(random, 1)[0], reference.far.next_uniform);
  }
});

Deno.test("LegacyRandom starts with the published initial points under seed 42", () => {
  assertEquals([...uniforms(new LegacyRandom(42), 6)], [
    0.3745401188473625,
    0.9507143064099162,
    0.7319939418114051,
    0.5986584841970366,
    0.15601864044243652,
    0.15599452033620265,
  ]);
});

Deno.test("exportState() and fromState() continue any mixture of draws unchanged", () => {
  const dice = randomStream(31, "test/mt19937");
  for (let round = 0; round < 30; round++) {
    const seed = dice.integer(2 ** 32, round, 0);
    const random = new LegacyRandom(seed);
    uniforms(random, dice.integer(900, round, 1));
    normals(random, dice.integer(900, round, 2));
    integers(random, dice.integer(5, round, 3), 0, 7);
    const saved = random.exportState();
    assertEquals(saved.length, LEGACY_STATE_LENGTH);
    const copy = LegacyRandom.fromState(saved);
    assertEquals(normals(copy, 401), normals(random, 401), `seed ${seed}, round ${round}`);
    assertEquals(uniforms(copy, 3), uniforms(random, 3), `seed ${seed}, round ${round}`);
    assertEquals(copy.exportState(), random.exportState());
  }
});

Deno.test("skipUniform() and skipNormal() end where drawing ends", () => {
  const dice = randomStream(32, "test/mt19937");
  for (let round = 0; round < 40; round++) {
    const seed = dice.integer(2 ** 32, round, 0);
    const before = dice.integer(4, round, 1);
    const numNormal = dice.integer(round < 10 ? 3 : 2000, round, 2);
    const numUniform = dice.integer(1500, round, 3);
    const drawn = new LegacyRandom(seed);
    const skipped = new LegacyRandom(seed);
    for (const random of [drawn, skipped]) {
      normals(random, before);
      integers(random, round % 2, 0, 2); // leaves the words of doubles unaligned every other round
    }
    normals(drawn, numNormal);
    uniforms(drawn, numUniform);
    skipped.skipNormal(numNormal);
    skipped.skipUniform(numUniform);
    assertEquals(skipped.exportState(), drawn.exportState(), `seed ${seed}, round ${round}`);
  }
});

Deno.test("fillNormal() gives the same numbers in one piece and in several", () => {
  const whole = normals(new LegacyRandom(5), 1000);
  const random = new LegacyRandom(5);
  const pieces = [0, 1, 1, 2, 3, 500, 493].flatMap((n) => [...normals(random, n)]);
  assertEquals(Float64Array.from(pieces), whole);
});

Deno.test("LegacyRandom refuses what NumPy has no meaning for", () => {
  assertThrows(() => new LegacyRandom(-1), RangeError, "seed -1");
  assertThrows(() => new LegacyRandom(2 ** 32), RangeError, "4294967295");
  assertThrows(() => new LegacyRandom(0.5), RangeError, "seed 0.5");
  const random = new LegacyRandom(0);
  assertThrows(() => integers(random, 1, 3, 3), RangeError, "[3, 3)");
  assertThrows(() => random.skipNormal(-1), RangeError, "count -1");
  assertThrows(() => random.importState(new Float64Array(628)), RangeError, "628 numbers");
  const state = random.exportState();
  state[7] = 0.5;
  assertThrows(() => LegacyRandom.fromState(state), RangeError, "no generator state");
});
