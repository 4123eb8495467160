import { balance, undoBalance } from "#lib/math/linalg/balance.ts";
import { eigenpairs, eigenvalues } from "#lib/math/linalg/eigen.ts";
import { assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { type Draws, fresh, orthonormalMatrix, plainProduct, rowsOf } from "./fresh.ts";
import { matchedDistance } from "./matched_spectra.ts";

Deno.test("eigenpairs() solve their equation with unit vectors, for all kinds and sizes", () => {
  fresh((draws) => {
    for (const n of [1, 2, 3, 5, 8, 11, 12, 13, 17, 30, 47]) {
      for (const [kind, a] of Object.entries(kinds(draws, n))) {
        checkPairs(a, n, `${kind}, n = ${n}`);
      }
    }
  });
});

Deno.test("eigenpairs() agree with eigenvalues() and with ml-matrix as sets", () => {
  fresh((draws) => {
    for (const n of [1, 2, 7, 12, 40]) {
      const a = draws.normal(n, n);
      const found = eigenpairs(a, n);
      assertLess(matchedDistance(found, eigenvalues(a, n)), 1e-11 * n);
      const other = new EigenvalueDecomposition(new Matrix(rowsOf(a, n, n)));
      const theirs = { re: other.realEigenvalues, im: other.imaginaryEigenvalues };
      assertLess(matchedDistance(found, theirs), 1e-11 * n);
    }
  });
});

Deno.test("eigenpairs() of conjugates are conjugate, and the largest component is real and positive", () => {
  fresh((draws) => {
    const n = 20;
    const { re, im, vectorsRe: x, vectorsIm: y } = eigenpairs(draws.normal(n, n), n);
    for (let j = 0; j < n; j++) {
      const sizes = Array.from({ length: n }, (_, i) => Math.hypot(x[i * n + j], y[i * n + j]));
      const most = sizes.indexOf(Math.max(...sizes));
      assertGreater(x[most * n + j], 0);
      assertEquals(y[most * n + j], 0);
      if (im[j] <= 0) continue;
      assertEquals([re[j + 1], im[j + 1]], [re[j], -im[j]]);
      for (let i = 0; i < n; i++) {
        assertEquals(x[i * n + j + 1], x[i * n + j]);
        assertEquals(y[i * n + j + 1] + y[i * n + j], 0);
      }
    }
  });
});

Deno.test("eigenpairs() of defective matrices have the one vector that there is, over and over", () => {
  for (const n of [2, 5, 12, 30]) {
    const jordan = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      jordan[i * n + i] = 0.5;
      if (i + 1 < n) jordan[i * n + i + 1] = 1;
    }
    const { re, im, vectorsRe } = eigenpairs(jordan, n);
    assertEquals([...re], new Array(n).fill(0.5));
    assertEquals([...im], new Array(n).fill(0));
    for (let j = 0; j < n; j++) assertLess(1 - vectorsRe[j], 1e-14);
    checkPairs(jordan, n, `Jordan block of ${n}`);
    // Behind a similarity eigenvalues scatter by eps^(1/n), but pairs still solve the equation.
    fresh((draws) => {
      const q = orthonormalMatrix(draws, n, n);
      const qt = Float64Array.from(q, (_, p) => q[(p % n) * n + Math.floor(p / n)]);
      const a = plainProduct(plainProduct(q, jordan, n, n, n), qt, n, n, n);
      checkPairs(a, n, `Jordan block of ${n}, turned`);
      const { re, im } = eigenpairs(a, n);
      for (let j = 0; j < n; j++) {
        assertLess(Math.hypot(re[j] - 0.5, im[j]), 3 * (1e-15 * n) ** (1 / n));
      }
    });
  }
});

Deno.test("eigenpairs() of real and complex double eigenvalues with too few vectors", () => {
  fresh((draws) => {
    // (C I; 0 C) has the eigenvalues of C twice and one vector for each.
    const n = 16, h = n / 2;
    const c = draws.normal(h, h);
    const a = new Float64Array(n * n);
    for (let i = 0; i < h; i++) {
      for (let j = 0; j < h; j++) a[i * n + j] = a[(h + i) * n + h + j] = c[i * h + j];
      a[i * n + h + i] = 1;
    }
    checkPairs(a, n, "doubled");
    const twice = eigenvalues(c, h);
    const expected = { re: [...twice.re, ...twice.re], im: [...twice.im, ...twice.im] };
    assertLess(matchedDistance(eigenpairs(a, n), expected), 1e-5);
  });
});

Deno.test("eigenpairs() of triangles with two equal eigenvalues at any two places", () => {
  fresh((draws) => {
    const n = 10;
    const g = draws.normal(n, n);
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const a = g.map((x, p) => p % n < Math.floor(p / n) ? 0 : x);
        a[i * n + i] = a[j * n + j] = (i + j) % 2 === 0 ? 0 : 0.5;
        checkPairs(a, n, `equal at ${i} and ${j}`);
        // The same with rotations in the place of numbers: complex eigenvalues.
        const m = 2 * n;
        const turns = new Float64Array(m * m);
        for (let r = 0; r < n; r++) {
          for (let c = r; c < n; c++) {
            const angle = r === c && (r === i || r === j) ? 1 : 10 * g[r * n + c];
            const [re, im] = [Math.cos(angle), Math.sin(angle)];
            turns.set([re, -im], 2 * r * m + 2 * c);
            turns.set([im, re], (2 * r + 1) * m + 2 * c);
          }
        }
        checkPairs(turns, m, `equal pairs at ${i} and ${j}`);
      }
    }
  });
});

Deno.test("eigenpairs() pass over 150 orders of magnitude: rows and columns scaled against each other", () => {
  fresh((draws) => {
    for (const n of [6, 14, 25]) {
      const a = draws.normal(n, n);
      const scaled = a.map((x, p) => x * 2 ** (30 * (Math.floor(p / n) - p % n)));
      const plain = eigenpairs(a, n), found = eigenpairs(scaled, n);
      assertLess(matchedDistance(plain, found), 1e-9 * n);
      const huge = eigenpairs(a.map((x) => x * 2 ** 900), n);
      assertEquals(huge.re.map((x) => x * 2 ** -900), plain.re);
      assertEquals(huge.vectorsRe, plain.vectorsRe);
    }
    const powers = Float64Array.of(1e150, 1, 1e-150, 1e-150, 2, 1e150, 0, 1e-150, 3e-150);
    checkPairs(powers, 3, "1e±150");
  });
});

Deno.test("eigenpairs() of graded matrices next to the smallest numbers lose no digits that they have", () => {
  fresh((draws) => {
    const n = 13;
    const graded = draws.normal(n, n).map((x, p) => x * 10 ** (Math.floor(p / n) - p % n));
    // The largest near 2^-1020, so that small ones have few digits; the same numbers, all of them normal.
    const tiny = graded.map((x) => x * 2 ** -1060);
    const same = tiny.map((x) => x * 2 ** 900);
    const [found, expected] = [eigenvalues(tiny, n), eigenvalues(same, n)];
    assertEquals(found.re, expected.re.map((x) => x * 2 ** -900));
    assertEquals(found.im, expected.im.map((x) => x * 2 ** -900));
  });
});

Deno.test("eigenpairs() take zero, identity, diagonal and empty matrices", () => {
  assertEquals(eigenpairs(new Float64Array(0), 0).re.length, 0);
  assertEquals(eigenpairs(Float64Array.of(-3), 1).vectorsRe, Float64Array.of(1));
  for (const n of [2, 13]) {
    const zero = eigenpairs(new Float64Array(n * n), n);
    assertEquals(zero.re, new Float64Array(n));
    assertEquals(zero.vectorsIm, new Float64Array(n * n));
    const diagonal = new Float64Array(n * n);
    for (let i = 0; i < n; i++) diagonal[i * n + i] = i;
    const { re, vectorsRe } = eigenpairs(diagonal, n);
    assertEquals([...re], Array.from({ length: n }, (_, j) => n - 1 - j));
    for (let j = 0; j < n; j++) assertEquals(vectorsRe[(n - 1 - j) * n + j], 1);
  }
});

Deno.test("eigenpairs() refuses NaN and wrong sizes", () => {
  assertThrows(() => eigenpairs(Float64Array.of(NaN), 1), RangeError, "must be finite");
  assertThrows(() => eigenpairs(new Float64Array(3), 2), RangeError, "3 entries");
});

Deno.test("balance() is an exact similarity, brings out what stands alone, and equals norms", () => {
  fresh((draws) => {
    const n = 9;
    const a = draws.normal(n, n).map((x, p) => x * 2 ** (12 * (p % n) - 11 * Math.floor(p / n)));
    // Row 4 has nothing beside its diagonal entry.
    for (let j = 0; j < n; j++) if (j !== 4) a[4 * n + j] = 0;
    const balanced = a.slice();
    const balancing = balance(balanced, n);
    assertEquals(balanced[n * n - 1], a[4 * n + 4]);
    // A (P D x) = P D (B x) for every unit vector x.
    const units = new Float64Array(n * n);
    for (let i = 0; i < n; i++) units[i * n + i] = 1;
    const images = Float64Array.from(
      units,
      (_, p) => balanced[(p % n) * n + Math.floor(p / n)],
    );
    const turned = undoBalance(balancing, units, n);
    const expected = undoBalance(balancing, images, n);
    for (let c = 0; c < n; c++) {
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += a[i * n + k] * turned[c * n + k];
        assertEquals(sum, expected[c * n + i]);
      }
    }
    for (let i = 0; i < n - 1; i++) {
      let row = 0, column = 0;
      for (let j = 0; j < n - 1; j++) {
        if (j === i) continue;
        row += Math.abs(balanced[i * n + j]);
        column += Math.abs(balanced[j * n + i]);
      }
      assertLess(Math.abs(Math.log2(row / column)), 2.1);
    }
  });
});

function kinds(draws: Draws, n: number): Record<string, Float64Array> {
  const g = draws.normal(n, n);
  const where = (entry: (i: number, j: number, x: number) => number) =>
    g.map((x, p) => entry(Math.floor(p / n), p % n, x));
  return {
    normal: g,
    symmetric: where((i, j) => g[i * n + j] + g[j * n + i]),
    skew: where((i, j) => g[i * n + j] - g[j * n + i]),
    orthogonal: orthonormalMatrix(draws, n, n),
    triangular: where((i, j, x) => i <= j ? x : 0),
    sparse: where((_i, _j, x) => Math.abs(x) > 1 ? x : 0),
    "small integers": where((_i, _j, x) => Math.round(x)),
    "rank one": where((i, j) => g[i] * g[j * n]),
    ones: where(() => 1),
    cycle: where((i, j) => j === (i + 1) % n ? 1 : 0),
    companion: where((i, j, x) => i === 0 ? x : j === i - 1 ? 1 : 0),
    graded: where((i, j, x) => x * 10 ** (-12 * (i + j) / n)),
    "graded upwards": where((i, j, x) => x * 10 ** (12 * (i + j) / n - 24)),
    "nearly repeated": where((i, j, x) => (i === j ? 1 : 0) + 1e-13 * x),
    "far from normal": where((i, j, x) => i === j ? x : j > i ? 10 * x : 0),
  };
}

function checkPairs(a: Float64Array, n: number, label: string): void {
  const { re, im, vectorsRe: x, vectorsIm: y } = eigenpairs(a, n);
  const size = Math.max(...a.map(Math.abs)) || 1;
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
      assertLess(Math.hypot(u, v), 2e-15 * (10 + n), `${label}, pair ${j}`);
      squares += x[i * n + j] ** 2 + y[i * n + j] ** 2;
    }
    assertLess(Math.abs(squares - 1), 1e-14, `${label}, length of vector ${j}`);
  }
}
