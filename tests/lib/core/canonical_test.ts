// Canonical JSON: one text for equal values, different texts for different ones. Keys rest on both.

import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { canonicalJson, reviveCanonical } from "#lib/core/canonical.ts";
import { randomStream } from "#lib/core/random.ts";

Deno.test("canonicalJson() does not depend on the order of keys", () => {
  assertEquals(canonicalJson({ b: { y: 1, x: 2 }, a: [] }), '{"a":[],"b":{"x":2,"y":1}}');
  assertEquals(canonicalJson({ a: [], b: { x: 2, y: 1 } }), '{"a":[],"b":{"x":2,"y":1}}');
  // By code unit, not by locale and not by code point: 😀 (d83d …) comes before ﬀ (fb00).
  assertEquals(
    canonicalJson({ "ﬀ": 1, "😀": 2, "10": 3, "9": 4, B: 5, a: 6 }),
    [
      '{"10":3,"9":4,"B":5,"a":6,"😀":2,"ﬀ":1}',
    ].join(),
  );
});

Deno.test("canonicalJson() tells all numbers apart", () => {
  const numbers = [0, -0, NaN, Infinity, -Infinity, 1, 0.1 + 0.2, 0.3, 5e-324, 1e21, 2 ** 53];
  const texts = numbers.map(canonicalJson);
  assertEquals(new Set(texts).size, numbers.length, texts.join(" "));
  for (const [i, number] of numbers.entries()) {
    assert(Object.is(JSON.parse(texts[i], reviveCanonical), number), texts[i]);
  }
  assertEquals(canonicalJson([1e21, 1e-7, 100]), "[1e+21,1e-7,100]");
});

Deno.test("canonicalJson() tells strings apart that look alike", () => {
  const strings = ["é", "e\u0301", "\u212b", "Å", "a", "a\u200b", "\ud800", "\udc00", "\ufffd", ""];
  assertEquals(new Set(strings.map(canonicalJson)).size, strings.length);
  const keys = strings.map((key) => canonicalJson({ [key]: 1 }));
  assertEquals(new Set(keys).size, strings.length);
});

Deno.test("canonicalJson() tells kinds of values apart", () => {
  const values = [null, "null", false, "false", 0, "0", "", [], {}, [[]], [{}], [null], {
    a: null,
  }];
  assertEquals(new Set(values.map(canonicalJson)).size, values.length);
  assertEquals(canonicalJson({ a: undefined, b: 1 }), canonicalJson({ b: 1 }));
});

Deno.test("canonicalJson() tells spelled-out numbers from objects that look like them", () => {
  const lookalikes = [-0, { $number: "-0" }, { $$number: "-0" }, "-0", NaN, { $number: "NaN" }];
  assertEquals(new Set(lookalikes.map(canonicalJson)).size, lookalikes.length);
  for (const value of [...lookalikes, { $number: 3, other: -0 }, [{ $number: [NaN] }]]) {
    const text = canonicalJson({ value });
    assertEquals(JSON.parse(text, reviveCanonical), { value }, text);
  }
});

Deno.test("canonicalJson() refuses what has no one form", () => {
  const cycle: Record<string, unknown> = {};
  cycle.again = cycle;
  for (const bad of [undefined, () => 1, Symbol("s"), 1n, new Date(0), new Map(), cycle]) {
    assertThrows(() => canonicalJson(bad), TypeError, "canonicalJson()");
    if (bad !== undefined) assertThrows(() => canonicalJson([{ bad }]), TypeError);
  }
  assertThrows(() => canonicalJson(new Float64Array(2)), TypeError, "Float64Array");
});

Deno.test("canonicalJson() of random values: order aside, equal text means equal value", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const draw = randomStream(seed, "tests/canonical");
  let next = 0;
  const pick = <T>(list: readonly T[]): T => list[draw.integer(list.length, next++)];
  const leaves = [0, -0, 1.5, NaN, Infinity, null, true, "", "a", "$number", "\n", "é", "\u0000"];
  const names = ["a", "b", "$number", "$$number", "__proto__", "é", "1", "0"];
  const make = (depth: number): unknown => {
    const kind = depth === 0 ? 0 : draw.integer(3, next++);
    if (kind === 0) return pick(leaves);
    const length = draw.integer(4, next++);
    if (kind === 1) return Array.from({ length }, () => make(depth - 1));
    return Object.fromEntries(Array.from({ length }, () => [pick(names), make(depth - 1)]));
  };
  const reversed = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(reversed)
      : typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).reverse().map(([k, v]) => [k, reversed(v)]))
      : value;
  for (let round = 0; round < 500; round++) {
    const value = make(4);
    const text = canonicalJson(value);
    const where = `seed ${seed}, round ${round}: ${text}`;
    assertEquals(canonicalJson(reversed(value)), text, where);
    const read = JSON.parse(text, reviveCanonical);
    assertEquals(canonicalJson(read), text, where);
    assertEquals(read, value, where);
    assertNotEquals(canonicalJson([value]), text);
  }
});
