import {
  medianDistance,
  similarities,
  type SimilarityFunction,
} from "#lib/math/dmd/similarity_function.ts";
import { symmetricEigenvalues } from "#lib/math/linalg/symmetric_eigen.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { assertAlmostEquals, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";

const kinds: readonly SimilarityFunction[] = [
  { kind: "rbf", bandwidth: 1.3 },
  { kind: "polynomial", degree: 3, offset: 0.5, scale: 0.7 },
  { kind: "dot" },
];

function plain(a: Float64Array, b: Float64Array, of: SimilarityFunction): number {
  const dot = a.reduce((sum, x, i) => sum + x * b[i], 0);
  const squares = a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0);
  if (of.kind === "rbf") return Math.exp(-squares / (2 * of.bandwidth ** 2));
  return of.kind === "dot" ? dot : (of.scale * dot + of.offset) ** of.degree;
}

Deno.test("similarities() are what the formulas say, and positive definite", () => {
  fresh((draws) => {
    const [m, n, f] = [draws.integer(2, 30), draws.integer(2, 30), draws.integer(1, 9)];
    const [a, b] = [draws.normal(m, f), draws.normal(n, f)];
    for (const of of kinds) {
      const expected = Float64Array.from({ length: m * n }, (_, p) => {
        const [i, j] = [Math.floor(p / n), p % n];
        return plain(a.subarray(i * f, i * f + f), b.subarray(j * f, j * f + f), of);
      });
      assertAllClose(
        similarities(a, b, m, n, f, of),
        expected,
        { rtol: 1e-11, atol: 1e-11 },
        of.kind,
      );
      const values = symmetricEigenvalues(similarities(a, a, m, m, f, of), m);
      assertGreater(values[m - 1], -1e-12 * m * values[0], of.kind);
    }
  });
});

Deno.test("similarities() of far rows keep the digits of their distance", () => {
  const a = Float64Array.of(1e8, 1e8 + 1);
  const k = similarities(a, a, 2, 2, 1, { kind: "rbf", bandwidth: 1 });
  assertEquals([...k], [1, Math.exp(-0.5), Math.exp(-0.5), 1]);
});

Deno.test("medianDistance() is the middle one of all pairs, or between the two middle ones", () => {
  fresh((draws) => {
    for (const m of [2, 3, 4, 7, 8]) {
      const a = draws.normal(m, 3);
      const all: number[] = [];
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < i; j++) {
          all.push(Math.hypot(...[0, 1, 2].map((c) => a[i * 3 + c] - a[j * 3 + c])));
        }
      }
      all.sort((x, y) => x - y);
      const half = all.length >> 1;
      const expected = all.length % 2 === 1 ? all[half] : (all[half - 1] + all[half]) / 2;
      assertAlmostEquals(medianDistance(a, m, 3), expected, 1e-14);
    }
  });
  assertThrows(() => medianDistance(Float64Array.of(1), 1, 1), RangeError, "two rows");
});

Deno.test("similarities() refuse to leave the range of numbers", () => {
  const a = Float64Array.of(1e200);
  assertThrows(
    () => similarities(a, a, 1, 1, 1, { kind: "dot" }),
    RangeError,
    "scale the data down (normalize)",
  );
});
