import { cholesky } from "#lib/math/linalg/cholesky.ts";
import { gram } from "#lib/math/linalg/gram.ts";
import { determinant, luFactor, solve } from "#lib/math/linalg/lu.ts";
import { frobeniusNorm } from "#lib/math/linalg/norms.ts";
import { qr, triangularFactor } from "#lib/math/linalg/qr.ts";
import { factorLu } from "#lib/wasm/solvers.ts";
import { factorQr, multiplyQ } from "#lib/wasm/tall_qr.ts";
import reference from "#tests/reference/linalg/dense.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { largestDifference, plainProduct } from "./fresh.ts";

const eps = Number.EPSILON;
const cases = reference.cases.map((found) => ({ ...found, a: Float64Array.from(found.a) }));

Deno.test("triangularFactor() and wasm's triangle agree with LAPACK's, column by column", () => {
  for (const { name, rows: m, columns: n, a, r: expected } of cases) {
    // R of a rank-deficient matrix is not unique below its rank; there RᵀR is compared.
    const deficient = name.startsWith("rank");
    const norms = columnNorms(a, m, n);
    const own = triangularFactor(a, m, n);
    const scale = 2 ** Math.round(Math.log2(frobeniusNorm(a)));
    const wasm = factorQr(a.map((x) => x / scale), m, n, false).r.map((x) => x * scale);
    for (const r of [own, wasm]) {
      const k = Math.min(m, n);
      for (let j = 0; j < n; j++) {
        const [found, wanted] = [column(r, k, n, j), column(Float64Array.from(expected), k, n, j)];
        if (deficient) {
          assertAlmostEquals(frobeniusNorm(found), frobeniusNorm(wanted), 100 * eps * norms[j]);
          continue;
        }
        assertAllClose(found, wanted, { atol: conditionBound(name) * eps * norms[j] }, name);
      }
    }
  }
});

Deno.test("qr() and wasm's Q rebuild every stored matrix", () => {
  for (const { name, rows: m, columns: n, a } of cases) {
    const norms = columnNorms(a, m, n);
    const k = Math.min(m, n);
    const { q, r } = qr(a, m, n);
    const scale = 2 ** Math.round(Math.log2(frobeniusNorm(a)));
    const factor = factorQr(a.map((x) => x / scale), m, n, true);
    const again = multiplyQ(factor, factor.r, n).map((x) => x * scale);
    for (const product of [plainProduct(q, r, m, k, n), again]) {
      for (let j = 0; j < n; j++) {
        const difference = largestDifference(column(product, m, n, j), column(a, m, n, j));
        assertLess(difference, 100 * eps * norms[j], name);
      }
    }
  }
});

Deno.test("luFactor() and wasm's LU choose LAPACK's pivots and find its factors", () => {
  let compared = 0;
  for (const { name, rows: n, a, lu, pivots, condition } of cases) {
    if (lu === undefined) continue;
    compared++;
    const found = factorLu(a, n)!;
    assertEquals([...found.pivots], pivots, name);
    for (const own of [found.lu, luFactor(a, n).lu]) {
      for (let i = 0; i < n; i++) {
        // Multipliers are at most 1; of U each row has the scale of its own.
        const row = own.slice(i * n, (i + 1) * n);
        const wanted = lu.slice(i * n, (i + 1) * n);
        const relative = 10 * eps * (condition ?? 1e3);
        assertAllClose(row.slice(0, i), wanted.slice(0, i), { atol: relative }, name);
        const atol = relative * frobeniusNorm(Float64Array.from(wanted.slice(i)));
        assertAllClose(row.slice(i), wanted.slice(i), { atol }, name);
      }
    }
  }
  assertEquals(compared, 6);
});

Deno.test("solve() and determinant() agree with LAPACK to the condition of the matrix", () => {
  for (const { name, rows: n, a, b, x, condition, determinant: det } of cases) {
    if (x === undefined) continue;
    const found = solve(a, n, Float64Array.from(b), 3);
    // Scaled rows change no solution: the condition that counts is that of equal rows.
    const relative = 10 * n * eps * (condition ?? 1e3);
    assertAllClose(found, x, { atol: relative * frobeniusNorm(Float64Array.from(x)) }, name);
    // Products of very unequal pivots leave the range of f64.
    if (condition === null || Math.abs(det.log) > 700) continue;
    const expected = det.sign * Math.exp(det.log);
    assertAlmostEquals(determinant(a, n) / expected, 1, relative + 1e-13, name);
  }
});

Deno.test("cholesky() of a Gram matrix agrees with LAPACK", () => {
  for (
    const { name, rows: m, columns: n, a, gram: expected, cholesky: factor, condition } of cases
  ) {
    if (expected === undefined) continue;
    const g = gram(a, m, n);
    const norm = frobeniusNorm(g);
    assertAllClose(g, expected, { atol: m * eps * norm }, name);
    // Of the stored matrix, so that both factor the same numbers; (cond A)² is the condition of AᵀA.
    const atol = eps * Math.sqrt(norm) * condition! ** 2;
    if (atol > 1e-3) continue;
    assertAllClose(cholesky(Float64Array.from(expected), n)!, factor, { atol: 10 * atol }, name);
  }
});

function conditionBound(name: string): number {
  return 40 * (cases.find((one) => one.name === name)!.condition ?? 50);
}

function column(a: Float64Array, m: number, n: number, j: number): Float64Array {
  return Float64Array.from({ length: m }, (_, i) => a[i * n + j]);
}

function columnNorms(a: Float64Array, m: number, n: number): number[] {
  return Array.from({ length: n }, (_, j) => frobeniusNorm(column(a, m, n, j)));
}
