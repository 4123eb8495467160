import { multiply, multiplyTransposeA, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { fresh, plainProduct } from "./fresh.ts";

Deno.test("multiply() and its transposed forms sum in index order, bit for bit, for all ragged sizes", () => {
  fresh((draws) => {
    const sizes = [
      [0, 3, 2],
      [3, 0, 2],
      [1, 1, 1],
      [4, 4, 4],
      [5, 7, 6],
      [3, 40, 3],
      [50, 50, 50],
      [9, 600, 6],
    ];
    for (let trial = 0; trial < 30; trial++) {
      sizes.push([draws.integer(1, 14), draws.integer(1, 30), draws.integer(1, 14)]);
    }
    for (const [m, k, n] of sizes) {
      const a = draws.normal(m, k);
      const b = draws.normal(k, n);
      const expected = plainProduct(a, b, m, k, n);
      assertEquals(multiply(a, b, m, k, n), expected, `A·B ${m}×${k}×${n}`);
      assertEquals(multiplyTransposeA(transpose(a, m, k), b, k, m, n), expected, "Aᵀ·B");
      assertEquals(multiplyTransposeB(a, transpose(b, k, n), m, k, n), expected, "A·Bᵀ");
    }
  });
});

Deno.test("multiply() overwrites whatever `out` held", () => {
  const out = new Float64Array(25).fill(NaN);
  const five = new Float64Array(25).fill(1);
  assertEquals(multiply(five, five, 5, 5, 5, out), new Float64Array(25).fill(5));
  assertEquals(out, new Float64Array(25).fill(5));
});

Deno.test("multiply() refuses arrays that do not fit their sizes, naming array and sizes", () => {
  const six = new Float64Array(6);
  assertThrows(
    () => multiply(six, six, 2, 3, 3),
    RangeError,
    "b has 6 entries, a 3×3 matrix has 9",
  );
  assertThrows(() => multiplyTransposeA(six, six, 2, 2, 3), RangeError, "a has 6 entries");
  assertThrows(() => multiplyTransposeB(six, six, 2, 3, 2, six), RangeError, "out has 6 entries");
  assertThrows(() => multiply(six, six, 1.5, 4, 1), RangeError, "non-negative integers");
});
