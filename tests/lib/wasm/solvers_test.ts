import { cholesky, choleskySolve } from "#lib/math/linalg/cholesky.ts";
import { gram } from "#lib/math/linalg/gram.ts";
import { determinant, luFactor, luSolve } from "#lib/math/linalg/lu.ts";
import { plainCholesky, plainCholeskySolve } from "#lib/math/linalg/plain_cholesky.ts";
import { plainLuFactor, plainLuSolve } from "#lib/math/linalg/plain_lu.ts";
import { factorCholesky, factorLu, solveTriangles } from "#lib/wasm/solvers.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import { assertEquals } from "@std/assert";
import { fresh } from "#tests/lib/math/linalg/fresh.ts";

// Leaves are 8, panels 64 columns; lib/math turns to wasm from 24 and 40 on.
const sizes = [0, 1, 2, 7, 8, 9, 23, 24, 40, 63, 64, 65, 72, 73, 129, 150];

Deno.test("factorLu() has the numbers of the plain loops, pivots and all", () => {
  fresh((draws) => {
    for (const n of sizes) {
      const a = draws.normal(n, n);
      const plain = plainLuFactor(a, n);
      assertEquals(factorLu(a, n)!.lu, plain.lu, `${n}`);
      assertEquals(luFactor(a, n), plain, `${n}`);
      const b = draws.normal(n, 5);
      assertEquals(luSolve(plain, n, b, 5), plainLuSolve(plain, n, b, 5), `${n}`);
    }
  });
});

Deno.test("factorLu() chooses the first of equal pivots, as the plain loops do", () => {
  fresh((draws) => {
    const n = 70;
    const a = Float64Array.from({ length: n * n }, () => draws.integer(-2, 2) || 1);
    for (let i = 0; i < n; i++) a[i * n + i] += draws.integer(0, 1) / 2;
    const plain = plainLuFactor(a, n);
    const found = luFactor(a, n);
    assertEquals(found.permutation, plain.permutation);
    assertEquals([found.sign, found.singular], [plain.sign, plain.singular]);
  });
});

Deno.test("factorLu() gives up at a zero pivot, and luFactor() then says what the plain loops say", () => {
  fresh((draws) => {
    for (const n of [30, 100]) {
      const a = draws.normal(n, n);
      const lost = draws.integer(0, n - 1);
      for (let i = 0; i < n; i++) a[i * n + lost] = 0;
      assertEquals(factorLu(a, n), null);
      assertEquals(luFactor(a, n), plainLuFactor(a, n));
      assertEquals(determinant(a, n), 0);
      for (const odd of [NaN, Infinity]) {
        const b = draws.normal(n, n);
        b[draws.integer(0, n * n - 1)] = odd;
        assertEquals(luFactor(b, n), plainLuFactor(b, n));
      }
    }
  });
});

Deno.test("factorCholesky() has the numbers of the plain loops, and refuses what they refuse", () => {
  fresh((draws) => {
    for (const n of sizes) {
      const a = gram(draws.normal(n + 3, n), n + 3, n);
      const plain = plainCholesky(a, n)!;
      assertEquals(transpose(factorCholesky(a, n)!, n, n), plain, `${n}`);
      const lowerOnly = a.map((x, p) => p % n > Math.floor(p / n) ? NaN : x);
      assertEquals(cholesky(lowerOnly, n), plain, `${n}`);
      const b = draws.normal(n, 3);
      assertEquals(choleskySolve(a, n, b, 3), plainCholeskySolve(plain, n, b, 3), `${n}`);
      if (n === 0) continue;
      for (const bad of [-1, NaN, Infinity]) {
        const spoilt = a.slice();
        const at = draws.integer(0, n - 1);
        spoilt[at * n + at] = bad;
        assertEquals(cholesky(spoilt, n), null);
        assertEquals(factorCholesky(spoilt, n), null);
      }
    }
  });
});

Deno.test("solveTriangles() solves columns alike, however many there are", () => {
  fresh((draws) => {
    const n = 45;
    const p = 1030;
    const data = draws.normal(n, n);
    for (let i = 0; i < n; i++) data[i * n + i] += 20;
    const b = draws.normal(n, p);
    for (const lower of [true, false]) {
      for (const transposed of [true, false]) {
        const triangle = { data, lower, transposed, unit: false };
        const x = b.slice();
        solveTriangles([triangle], n, x, p);
        const column = draws.integer(0, p - 1);
        const one = Float64Array.from({ length: n }, (_, i) => b[i * p + column]);
        const expected = one.slice();
        // Plain substitution, terms in the order that is promised.
        for (let step = 0; step < n; step++) {
          const i = lower ? step : n - 1 - step;
          for (let other = 0; other < step; other++) {
            const k = lower ? other : n - 1 - other;
            expected[i] -= (transposed ? data[k * n + i] : data[i * n + k]) * expected[k];
          }
          expected[i] /= data[i * n + i];
        }
        assertEquals(Float64Array.from({ length: n }, (_, i) => x[i * p + column]), expected);
        solveTriangles([triangle], n, one, 1);
        assertEquals(one, expected);
      }
    }
  });
});
