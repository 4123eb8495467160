import { gram } from "#lib/math/linalg/gram.ts";
import { leadingSubspace } from "#lib/math/linalg/leading_subspace.ts";
import { leadingEigen } from "#lib/math/linalg/symmetric_eigen.ts";
import { assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { type Draws, fresh, largestDifference, orthonormality } from "./fresh.ts";

// Gram matrices of rows whose columns fall off: singular values do, too.
function falling(draws: Draws, n: number, factor: number): Float64Array {
  const rows = draws.normal(2 * n, n);
  return gram(rows.map((x, p) => x * factor ** (p % n)), 2 * n, n);
}

Deno.test("leadingSubspace() has the pairs of the full decomposition", () => {
  fresh((draws) => {
    for (const [n, count] of [[200, 1], [230, 7], [301, 15]]) {
      const a = falling(draws, n, 0.85);
      const found = leadingSubspace(a, n, count);
      assertEquals(found.route, "subspace");
      assertGreater(found.numProducts, 1);
      const full = leadingEigen(a, n, count);
      const size = full.values[0];
      assertLess(largestDifference(found.values, full.values.slice(0, count)), 1e-14 * n * size);
      assertLess(orthonormality(found.vectors, n, count), 1e-13);
      assertLess(found.residual, 10 * Math.sqrt(n) * Number.EPSILON);
      for (let j = 0; j < count; j++) {
        const gap = Math.min(
          j > 0 ? full.values[j - 1] - full.values[j] : Infinity,
          full.values[j] - full.values[j + 1],
        );
        for (let i = 0; i < n; i++) {
          const difference = found.vectors[i * count + j] - full.vectors[i * count + j];
          assertLess(Math.abs(difference), 1e-14 * n * size / gap, `vector ${j}`);
        }
      }
    }
  });
});

Deno.test("leadingSubspace() gives the same bytes again, and nearly the same from another start", () => {
  fresh((draws) => {
    const n = 220;
    const a = falling(draws, n, 0.8);
    const found = leadingSubspace(a, n, 5, { seed: 1 });
    assertEquals(leadingSubspace(a, n, 5, { seed: 1 }), found);
    const other = leadingSubspace(a, n, 5, { seed: 2 });
    assertLess(largestDifference(other.values, found.values), 1e-12 * found.values[0]);
  });
});

Deno.test("leadingSubspace() of a matrix times a power of two is the same times it, at any size of entries", () => {
  fresh((draws) => {
    const n = 200, count = 3;
    const a = falling(draws, n, 0.7);
    const { values, vectors, route } = leadingSubspace(a, n, count);
    assertEquals(route, "subspace");
    for (const factor of [2 ** -800, 2 ** -540, 2 ** 540, 2 ** 900]) {
      const other = leadingSubspace(a.map((x) => x * factor), n, count);
      assertEquals(other.values, values.map((x) => x * factor));
      assertEquals(other.vectors, vectors);
    }
  });
});

Deno.test("leadingSubspace() finds all copies of repeated eigenvalues, and rank below the count", () => {
  fresh((draws) => {
    const n = 210, count = 8;
    // 5 five times, 3 twice, the rest at most 1.
    const q = draws.normal(n, n);
    const { vectors } = leadingEigen(gram(q, n, n), n, n);
    const spectrum = Float64Array.from(
      { length: n },
      (_, i) => i < 5 ? 5 : i < 7 ? 3 : 0.7 ** (i - 7),
    );
    const scaled = vectors.map((x, p) => x * Math.sqrt(spectrum[p % n]));
    const a = gram(
      Float64Array.from(scaled, (_, p) => scaled[(p % n) * n + Math.floor(p / n)]),
      n,
      n,
    );
    const found = leadingSubspace(a, n, count);
    assertEquals(found.route, "subspace");
    assertLess(largestDifference(found.values, spectrum.slice(0, count)), 1e-12);
    assertLess(orthonormality(found.vectors, n, count), 1e-13);

    const low = gram(draws.normal(3, n), 3, n);
    const { values, vectors: kept } = leadingSubspace(low, n, 6);
    for (const value of values.slice(3)) assertLess(Math.abs(value), 1e-13 * values[0]);
    assertLess(orthonormality(kept, n, 6), 1e-13);
  });
});

Deno.test("leadingSubspace() falls back to the full decomposition where nothing falls off", () => {
  fresh((draws) => {
    const n = 200;
    const a = gram(draws.normal(n, n), n, n);
    const found = leadingSubspace(a, n, 10);
    assertEquals(found.route, "full");
    const full = leadingEigen(a, n, 10);
    assertEquals(found.values, full.values.slice(0, 10));
    assertEquals(found.vectors, full.vectors);
    // Small matrices, and many pairs, go there at once.
    assertEquals(leadingSubspace(gram(draws.normal(9, 9), 9, 9), 9, 1).numProducts, 0);
    assertEquals(leadingSubspace(a, n, 100).numProducts, 0);
    assertEquals(leadingSubspace(a, n, 0).values.length, 0);
  });
});

Deno.test("leadingSubspace() takes a matrix of zeros, and refuses NaN and wrong counts", () => {
  const zero = leadingSubspace(new Float64Array(200 * 200), 200, 3);
  assertEquals(zero.values, new Float64Array(3));
  assertLess(orthonormality(zero.vectors, 200, 3), 1e-13);
  assertThrows(() => leadingSubspace(Float64Array.of(NaN), 1, 1), RangeError, "must be finite");
  assertThrows(() => leadingSubspace(Float64Array.of(1), 1, 2), RangeError, "2 pairs");
});
