import { multiply, multiplyTransposeA } from "#lib/math/linalg/matmul.ts";
import { frobeniusNorm } from "#lib/math/linalg/norms.ts";
import { factorQr, multiplyQ, multiplyQTransposed } from "#lib/wasm/tall_qr.ts";
import bytes from "#lib/wasm/dense.wasm" with { type: "bytes" };
import { withHeap } from "#lib/wasm/instance.ts";
import { assert, assertEquals, assertLess } from "@std/assert";
import { fresh, largestDifference, orthonormality } from "#tests/lib/math/linalg/fresh.ts";

// Leaves are 8 columns, panels 64; blocks of rows 16384 for few columns, 2·n for many.
const shapes = [
  [0, 3],
  [3, 0],
  [1, 1],
  [1, 9],
  [9, 1],
  [8, 8],
  [40, 17],
  [64, 64],
  [65, 65],
  [70, 130],
  [300, 129],
  [2 * 16384 + 5, 3],
  [16385, 9],
];

Deno.test("factorQr() is A = QR with orthonormal Q and a triangle of non-negative diagonal", () => {
  fresh((draws) => {
    for (const [m, n] of shapes) {
      const k = Math.min(m, n);
      const a = draws.normal(m, n);
      const factor = factorQr(a, m, n, true);
      const { r } = factor;
      const label = `${m}×${n}`;
      for (let i = 0; i < k; i++) {
        assert(r[i * n + i] >= 0, label);
        for (let j = 0; j < i; j++) assertEquals(r[i * n + j], 0, label);
      }
      const q = multiplyQ(factor, identity(k), k, true);
      assertLess(orthonormality(q, m, k), 1e-15 * (20 + 4 * Math.sqrt(m) * n), label);
      assertLess(largestDifference(multiply(q, r, m, k, n), a), 1e-15 * (50 + 10 * n), label);
      assertLess(largestDifference(multiplyQ(factor, r, n), a), 1e-15 * (50 + 10 * n), label);
      assertLess(
        largestDifference(multiplyQTransposed(factor, a, n), r),
        1e-15 * (50 + 20 * n) * Math.sqrt(m + 1),
        label,
      );
      const c = draws.normal(m, 2);
      assertLess(
        largestDifference(multiplyQTransposed(factor, c, 2), multiplyTransposeA(q, c, m, k, 2)),
        1e-14 * (10 + m),
        label,
      );
    }
  });
});

Deno.test("factorQr() of rows that come from a function has the bytes of an array's", () => {
  fresh((draws) => {
    const [m, n] = [40_000, 2];
    const a = draws.normal(m, n);
    const asked: number[] = [];
    const found = factorQr(
      (from, count, to) => {
        asked.push(from);
        to.set(a.subarray(from * n, (from + count) * n));
      },
      m,
      n,
      false,
    );
    assertEquals(asked, [0, 16384, 32768]);
    assertEquals(found.r, factorQr(a, m, n, false).r);
    assertEquals(found.blocks, []);
  });
});

Deno.test("factorQr() keeps Q orthonormal for rank-deficient and zero matrices, in blocks too", () => {
  fresh((draws) => {
    for (const m of [30, 16384 + 40]) {
      const n = 4;
      const column = draws.normal(m, 1);
      const weights = [1, -2, 0, 3];
      const deficient = Float64Array.from(
        { length: m * n },
        (_, p) => column[Math.floor(p / n)] * weights[p % n],
      );
      for (const a of [deficient, new Float64Array(m * n)]) {
        const factor = factorQr(a, m, n, true);
        const q = multiplyQ(factor, identity(n), n, true);
        assertLess(orthonormality(q, m, n), 2e-14);
        // Backward error is relative to the norm of the whole, of some hundreds.
        const norm = frobeniusNorm(a);
        assertLess(largestDifference(multiply(q, factor.r, m, n, n), a), 1e-300 + 5e-15 * norm);
      }
    }
  });
});

Deno.test("factorQr() keeps the relative size of columns 1e±140 apart", () => {
  fresh((draws) => {
    const [m, n] = [50, 20];
    const a = draws.normal(m, n);
    const plain = factorQr(a, m, n, false).r;
    const exponents = Array.from({ length: n }, () => draws.integer(-460, 460));
    const scaled = a.map((x, p) => x * 2 ** exponents[p % n]);
    const { r } = factorQr(scaled, m, n, false);
    const back = r.map((x, p) => x * 2 ** -exponents[p % n]);
    assertLess(largestDifference(back, plain), 1e-12);
  });
});

Deno.test("factorQr() of a tall matrix needs memory for a block, not for all", () => {
  factorQr((_, __, to) => to.fill(1), 1_000_000, 8, false);
  assertLess(withHeap(bytes, (heap) => heap.numBytes), 64 * 1024 * 1024);
});

function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, p) => p % (n + 1) === 0 ? 1 : 0);
}
