import { eigenpairs, eigenvalues } from "#lib/math/linalg/eigen.ts";
import { realSchur } from "#lib/math/linalg/real_schur.ts";
import { eigenvaluesOfSchur } from "#lib/math/linalg/standard_block.ts";
import { singularValues, svd } from "#lib/math/linalg/svd.ts";
import { symmetricEigen, symmetricEigenvalues } from "#lib/math/linalg/symmetric_eigen.ts";
import { assertGreater, assertLess } from "@std/assert";
import reference from "#tests/reference/linalg/eigen.json" with { type: "json" };
import { largestDifference } from "./fresh.ts";
import { matchedDistance } from "./matched_spectra.ts";

Deno.test("symmetricEigen() and symmetricEigenvalues() have LAPACK's eigenvalues for named matrices", () => {
  for (const { name, rows: n, a, values } of reference.symmetric) {
    const size = Math.max(...values.map(Math.abs));
    for (const found of [symmetricEigen(Float64Array.from(a), n).values, descending(a, n)]) {
      assertLess(largestDifference(found, values), 1e-15 * (20 + n) * size, name);
    }
  }
});

Deno.test("symmetricEigenvalues() keeps the digits of each value of a matrix graded downwards", () => {
  const graded = reference.symmetric.find(({ name }) => name.startsWith("graded"))!;
  const found = descending(graded.a, graded.rows);
  for (const [i, value] of graded.values.entries()) {
    if (Math.abs(value) > 1e12) assertLess(Math.abs(found[i] / value - 1), 1e-12, `value ${i}`);
  }
});

Deno.test("eigenvalues(), eigenpairs() and realSchur() have LAPACK's eigenvalues for named matrices", () => {
  for (const { name, rows: n, a, error, ...expected } of reference.general) {
    const matrix = Float64Array.from(a);
    assertLess(matchedDistance(eigenvalues(matrix, n), expected, error), 1, name);
    assertLess(matchedDistance(eigenpairs(matrix, n), expected, error), 1, name);
    // Schur forms are not balanced.
    if (name.startsWith("similar")) continue;
    const schur = eigenvaluesOfSchur(realSchur(matrix, n).t, n);
    assertLess(matchedDistance(schur, expected, error), 10, name);
  }
});

Deno.test("eigenpairs() of named matrices solve their equation", () => {
  for (const { name, rows: n, a } of reference.general) {
    const { re, im, vectorsRe: x, vectorsIm: y } = eigenpairs(Float64Array.from(a), n);
    const size = Math.max(...a.map(Math.abs));
    for (let j = 0; j < n; j++) {
      let squares = 0;
      for (let i = 0; i < n; i++) {
        let u = 0, v = 0;
        for (let k = 0; k < n; k++) {
          u += a[i * n + k] / size * x[k * n + j];
          v += a[i * n + k] / size * y[k * n + j];
        }
        u -= re[j] / size * x[i * n + j] - im[j] / size * y[i * n + j];
        v -= re[j] / size * y[i * n + j] + im[j] / size * x[i * n + j];
        assertLess(Math.hypot(u, v), 2e-15 * (10 + n), `${name}, pair ${j}`);
        squares += x[i * n + j] ** 2 + y[i * n + j] ** 2;
      }
      assertLess(Math.abs(squares - 1), 1e-14, `${name}, pair ${j}`);
    }
  }
});

Deno.test("svd() and singularValues() have LAPACK's singular values for named matrices", () => {
  for (const { name, rows: m, columns: n, a, values } of reference.singular) {
    for (
      const found of [
        svd(Float64Array.from(a), m, n).s,
        singularValues(Float64Array.from(a), m, n),
      ]
    ) {
      assertLess(largestDifference(found, values), 1e-15 * (20 + m + n) * values[0], name);
    }
  }
});

Deno.test("the reference has what it promises: rank, clusters, orders of magnitude", () => {
  const named = (name: string) => reference.singular.find((case_) => case_.name.startsWith(name))!;
  assertLess(named("rank 4").values[4], 1e-12);
  assertGreater(named("Hilbert").values[0] / named("Hilbert").values[12], 1e15);
  const glued = reference.symmetric.find(({ name }) => name.startsWith("three glued"))!;
  assertLess(glued.values[0] - glued.values[1], 1e-9);
});

function descending(a: readonly number[], n: number): Float64Array {
  return symmetricEigenvalues(Float64Array.from(a), n);
}
