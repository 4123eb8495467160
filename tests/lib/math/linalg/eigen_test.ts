import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import { assertEquals, assertGreaterOrEqual, assertLess, assertThrows } from "@std/assert";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { fresh, orthonormalMatrix, plainProduct, rowsOf } from "./fresh.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";

Deno.test("eigenvalues() agrees with ml-matrix as a set, sorted and in conjugate pairs", () => {
  fresh((draws) => {
    for (const n of [1, 2, 3, 4, 5, 8, 20, 45]) {
      const a = draws.normal(n, n);
      const found = eigenvalues(a, n);
      const other = new EigenvalueDecomposition(new Matrix(rowsOf(a, n, n)));
      const worst = setDistance(found, {
        re: other.realEigenvalues,
        im: other.imaginaryEigenvalues,
      });
      assertLess(worst, 1e-11 * n, `n = ${n}`);
      for (let i = 1; i < n; i++) assertGreaterOrEqual(found.re[i - 1], found.re[i]);
      const sumOfIm = found.im.reduce((sum, x) => sum + x, 0);
      assertEquals(sumOfIm, 0);
      let trace = 0;
      for (let i = 0; i < n; i++) trace += a[i * n + i] - found.re[i];
      assertLess(Math.abs(trace), 1e-13 * n * n);
    }
  });
});

Deno.test("eigenvalues() finds a prescribed spectrum behind an orthogonal similarity", () => {
  fresh((draws) => {
    // Normal matrix: rotations by known angles and moduli, plus two equal real eigenvalues.
    const n = 10;
    const d = new Float64Array(n * n);
    const re: number[] = [];
    const im: number[] = [];
    for (let b = 0; b < 4; b++) {
      const [c, s] = [0.9 * Math.cos(1 + b), 0.9 * Math.sin(1 + b)];
      d[2 * b * n + 2 * b] = d[(2 * b + 1) * n + 2 * b + 1] = c;
      d[2 * b * n + 2 * b + 1] = -s;
      d[(2 * b + 1) * n + 2 * b] = s;
      re.push(c, c);
      im.push(s, -s);
    }
    d[8 * n + 8] = d[9 * n + 9] = 0.5;
    re.push(0.5, 0.5);
    im.push(0, 0);
    const q = orthonormalMatrix(draws, n, n);
    const a = plainProduct(plainProduct(q, d, n, n, n), transpose(q, n, n), n, n, n);
    assertLess(setDistance(eigenvalues(a, n), { re, im }), 1e-14);
  });
});

Deno.test("eigenvalues() is not fooled by cycles, defective blocks, zero or bad scaling", () => {
  for (const n of [3, 4, 8, 15]) {
    const cycle = new Float64Array(n * n);
    for (let i = 0; i < n; i++) cycle[i * n + (i + 1) % n] = 1;
    const re = Array.from({ length: n }, (_, k) => Math.cos(2 * Math.PI * k / n));
    const im = Array.from({ length: n }, (_, k) => Math.sin(2 * Math.PI * k / n));
    assertLess(setDistance(eigenvalues(cycle, n), { re, im }), 1e-13);
  }
  assertEquals(eigenvalues(new Float64Array(16), 4).re, new Float64Array(4));
  assertEquals(
    eigenvalues(Float64Array.of(2, 1, 0, 0, 2, 1, 0, 0, 2), 3).re,
    Float64Array.of(2, 2, 2),
  );
  // Rank one: deflation leaves a block of nothing but rounding, whose squares underflow.
  for (const n of [25, 27, 40]) {
    const { re, im } = eigenvalues(new Float64Array(n * n).fill(1), n);
    const expected = { re: [n, ...new Array(n - 1).fill(0)], im: new Array(n).fill(0) };
    assertLess(setDistance({ re, im }, expected), 1e-13 * n);
  }
  fresh((draws) => {
    const n = 7;
    const a = draws.normal(n, n);
    const scaled = a.map((x, p) => x * 2 ** (20 * (Math.floor(p / n) - p % n)));
    assertLess(setDistance(eigenvalues(a, n), eigenvalues(scaled, n)), 1e-12);
    const huge = eigenvalues(a.map((x) => x * 2 ** 1000), n);
    assertEquals(huge.re.map((x) => x * 2 ** -1000), eigenvalues(a, n).re);
  });
});

Deno.test("eigenvalues() make A − λI singular to working precision", () => {
  fresh((draws) => {
    const n = 6;
    const a = draws.normal(n, n);
    const { re, im } = eigenvalues(a, n);
    const norm = singularValues(a, n, n)[0];
    for (let k = 0; k < n; k++) {
      // A − λI for λ = re + i·im, as a real matrix of twice the size.
      const shifted = new Float64Array(4 * n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const entry = a[i * n + j] - (i === j ? re[k] : 0);
          shifted[i * 2 * n + j] = entry;
          shifted[(n + i) * 2 * n + n + j] = entry;
        }
        shifted[i * 2 * n + n + i] = im[k];
        shifted[(n + i) * 2 * n + i] = -im[k];
      }
      assertLess(singularValues(shifted, 2 * n, 2 * n)[2 * n - 1], 1e-14 * norm);
    }
  });
});

Deno.test("eigenvalues() refuses NaN and wrong sizes", () => {
  assertThrows(() => eigenvalues(Float64Array.of(NaN), 1), RangeError, "must be finite");
  assertThrows(() => eigenvalues(new Float64Array(3), 2), RangeError, "3 entries");
});

interface Spectrum {
  readonly re: ArrayLike<number>;
  readonly im: ArrayLike<number>;
}

// Largest distance under greedy nearest matching.
function setDistance(a: Spectrum, b: Spectrum): number {
  const free = new Set(Array.from({ length: b.re.length }, (_, j) => j));
  let worst = 0;
  for (let i = 0; i < a.re.length; i++) {
    let best = Infinity;
    let at = -1;
    for (const j of free) {
      const distance = Math.hypot(a.re[i] - b.re[j], a.im[i] - b.im[j]);
      if (distance < best) {
        best = distance;
        at = j;
      }
    }
    free.delete(at);
    worst = Math.max(worst, best);
  }
  return worst;
}

Deno.test("eigenvalues() converges where one eigenvalue has several Jordan blocks", () => {
  fresh((draws) => {
    for (const n of [...new Array(60).fill(6), 4, 7, 12]) {
      const half = Math.floor(n / 2);
      const q = orthonormalMatrix(draws, n, n);
      // I + 0.01 U Vᵀ with VᵀU = 0, from columns of one orthogonal matrix: what straight lines have as dynamics.
      const mixed = draws.normal(half, half);
      const a = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        a[i * n + i] = 1;
        for (let j = 0; j < n; j++) {
          for (let u = 0; u < half; u++) {
            for (let v = 0; v < half; v++) {
              a[i * n + j] += 0.01 * q[i * n + u] * mixed[u * half + v] * q[j * n + half + v];
            }
          }
        }
      }
      const { re, im } = eigenvalues(a, n);
      for (let i = 0; i < n; i++) assertLess(Math.hypot(re[i] - 1, im[i]), 1e-7, `n = ${n}`);
    }
  });
});
