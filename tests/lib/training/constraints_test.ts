import { assert, assertEquals, assertThrows } from "@std/assert";
import { constraintCodes, constraintsSchema, enforceAtStart } from "#lib/training/constraints.ts";
import { Constraint } from "#lib/training/update_row.ts";

const parameters = (units: number, gates = 1) =>
  [
    { name: "W_in", dims: ["unit", "input"], shape: [gates * units, 2], fanIn: 2, role: "input" },
    {
      name: "W_rec",
      dims: ["unit", "source"],
      shape: [gates * units, units],
      fanIn: units,
      role: "recurrent",
    },
    { name: "b_rec", dims: ["unit"], shape: [gates * units], fanIn: units, role: "bias" },
  ] as const;

const codes = (units: number, params: unknown, seed = 0, gates = 1) =>
  constraintCodes(parameters(units, gates), constraintsSchema.parse(params), seed);

const { free, absent, zeroed, notNegative, notPositive, reflectPositive, reflectNegative } =
  Constraint;

Deno.test("constraintCodes() is nothing without constraints", () => {
  assertEquals(codes(3, {}), undefined);
  assertEquals(codes(3, { density: 1 }), undefined);
});

Deno.test("constraintCodes() gives columns the signs of Dale's principle", () => {
  const found = codes(3, { dale_ratio: 0.7, signs_by: "reflection" })!;
  const row = [reflectPositive, reflectPositive, reflectNegative];
  assertEquals([...found], [
    ...Array(6).fill(free),
    ...row,
    ...row,
    ...row,
    ...Array(3).fill(free),
  ]);
  assertEquals([...codes(2, { dale_ratio: 0 })!].slice(4, 8), Array(4).fill(notPositive));
});

Deno.test("constraintCodes() takes connections of units to themselves away, in each gate", () => {
  const found = [...codes(2, { no_autapses: true }, 0, 3)!].slice(12, 24);
  assertEquals(found, [1, 2, 3].flatMap(() => [absent, free, free, absent]));
  assertEquals([...codes(2, { no_autapses: "zeroed" })!].slice(4, 8), [zeroed, free, free, zeroed]);
});

Deno.test("constraintCodes() draws connections from the seed alone", () => {
  const found = codes(40, { density: 0.3 }, 5)!;
  assertEquals(found, codes(40, { density: 0.3, signs_by: "reflection" }, 5));
  assert(String(found) !== String(codes(40, { density: 0.3 }, 6)));
  const isThere = [...found.subarray(80, 1680)].filter((code) => code === free).length;
  // 480 of 1600 are expected, with a standard deviation of 18.
  assert(Math.abs(isThere - 480) < 5 * 18, `${isThere} connections`);
});

Deno.test("constraintCodes() reads masks, with signs where there are some", () => {
  const unsigned = codes(2, { masks: { W_in: [[1, 0], [2, 1]] } })!;
  assertEquals([...unsigned].slice(0, 4), [free, absent, free, free]);
  const signed = codes(2, { masks: { W_rec: [[1, -0.5], [0, -1]] } })!;
  assertEquals([...signed].slice(4, 8), [notNegative, notPositive, absent, notPositive]);
});

Deno.test("constraintCodes() refuses masks that fit nothing", () => {
  const refused = (params: unknown, words: string) =>
    assertThrows(() => codes(2, params), RangeError, words);
  refused({ masks: { W_out: [[1]] } }, "no weight matrix is called 'W_out'; there are W_in, W_rec");
  refused({ masks: { b_rec: [[1]] } }, "no weight matrix is called 'b_rec'");
  refused({ masks: { W_rec: [[1, 1]] } }, "has 1 rows of 2; 2 rows of 2 are wanted");
  refused(
    { dale_ratio: 0.5, masks: { W_rec: [[1, -1], [1, 1]] } },
    "the connection from 1 to 1 a sign that dale_ratio forbids",
  );
});

Deno.test("enforceAtStart() leaves values where constraints want them", () => {
  const values = Float64Array.of(-1, -2, 3, -4, 5, 6, 7);
  const all = [free, notNegative, notPositive, reflectPositive, reflectNegative, absent, zeroed];
  enforceAtStart(values, Float32Array.from(all));
  assertEquals([...values], [-1, 2, -3, 4, -5, 0, 0]);
  assertThrows(() => enforceAtStart(values, new Float32Array(3)), RangeError, "3 constraints on 7");
});
