import { plainSchur } from "#lib/math/linalg/real_schur.ts";
import { eigenvaluesOfSchur } from "#lib/math/linalg/standard_block.ts";
import { plainPairs } from "#lib/math/linalg/symmetric_eigen.ts";
import { plainTriangleSvd } from "#lib/math/linalg/plain_triangle_svd.ts";
import { generalPairs, symmetricPairs, withTridiagonal } from "#lib/wasm/eigen.ts";
import bytes from "#lib/wasm/eigen.wasm" with { type: "bytes" };
import { withHeap } from "#lib/wasm/instance.ts";
import { bidiagonalSvd, jacobiSvd, type SquareSvd } from "#lib/wasm/svd.ts";
import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { type Draws, fresh, largestDifference } from "../math/linalg/fresh.ts";
import { matchedDistance } from "../math/linalg/matched_spectra.ts";

// Windows of the QR sweeps are 16 wide, panels 4 and 8, groups 2 and 4 sweeps: every size past the first few of each.
const sizes = [...Array.from({ length: 36 }, (_, n) => n), 47, 48, 49, 64, 65, 66, 90];

Deno.test("symmetricPairs() agrees with its twin at every size, with orthonormal vectors", () => {
  fresh((draws) => {
    for (const n of sizes) {
      const a = symmetrised(draws, n);
      const { values, rows } = symmetricPairs(a, n);
      assertLess(
        largestDifference(sorted(values), sorted(plainPairs(a, n).values)),
        1e-15 * (20 + n),
        `${n}`,
      );
      const alone = sorted(symmetricPairs(a, n, false).values);
      assertLess(largestDifference(alone, sorted(values)), 1e-15 * (20 + n), `${n}`);
      assertLess(unorthogonal(rows, n), 1e-15 * (10 + n), `${n}`);
      assertLess(residual(a, values, rows, n), 1e-15 * (20 + n), `${n}`);
    }
  });
});

Deno.test("withTridiagonal() gives a similar matrix and its vectors back", () => {
  fresh((draws) => {
    for (const n of [1, 2, 5, 12, 33]) {
      const a = symmetrised(draws, n);
      withTridiagonal(a, n, ({ diagonal, off, back }) => {
        const t = new Float64Array(n * n);
        for (let i = 0; i < n; i++) {
          t[i * n + i] = diagonal[i];
          if (i + 1 < n) t[i * n + i + 1] = t[(i + 1) * n + i] = off[i];
        }
        const { values, rows } = plainPairs(t, n);
        assertLess(residual(a, values, back(rows), n), 1e-15 * (20 + n), `${n}`);
      });
    }
  });
});

Deno.test("generalPairs() has its twin's eigenvalues at every size; T, Z and vectors fit A", () => {
  fresh((draws) => {
    for (const n of sizes) {
      const a = draws.normal(n, n).map((x) => x / 4);
      const { re, im, t, zt } = generalPairs(a, n, "schur");
      const twin = eigenvaluesOfSchur(plainSchur(a, n).t, n);
      const tolerance = 1e-11 * (1 + n);
      assertLess(matchedDistance({ re, im }, twin), tolerance, `${n}`);
      assertLess(matchedDistance(generalPairs(a, n, "values"), twin), tolerance, `${n}`);
      assertEquals(eigenvaluesOfSchur(t, n).re, re);
      assertLess(unorthogonal(zt, n), 1e-15 * (20 + n), `${n}`);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < n; k++) {
            sum += a[i * n + k] * zt[j * n + k] - zt[k * n + i] * t[k * n + j];
          }
          assertLess(Math.abs(sum), 1e-15 * (20 + n), `${n}`);
        }
      }
    }
  });
});

Deno.test("bidiagonalSvd() and jacobiSvd() agree with the twin at every size and fit A", () => {
  fresh((draws) => {
    for (const n of sizes) {
      const a = draws.normal(n, n).map((x) => x / 4);
      const expected = plainTriangleSvd(a, n).s;
      const found = [bidiagonalSvd(a, n, true, () => true)!, jacobiSvd(a, n, true)];
      for (const svd of found) {
        assertLess(largestDifference(sorted(svd.values), expected), 1e-15 * (10 + n), `${n}`);
        assertLess(unorthogonal(svd.leftRows, n), 1e-15 * (10 + n), `${n}`);
        assertLess(unorthogonal(svd.rightRows, n), 1e-15 * (10 + n), `${n}`);
        assertLess(largestDifference(rebuilt(svd, n), a), 1e-15 * (10 + n), `${n}`);
      }
      const alone = bidiagonalSvd(a, n, false, () => true)!.values;
      assertLess(largestDifference(sorted(alone), expected), 1e-15 * (10 + n), `${n}`);
    }
  });
});

Deno.test("results do not depend on what the memory held before", () => {
  fresh((draws) => {
    const n = draws.integer(12, 40);
    const a = draws.normal(n, n).map((x) => x / 4);
    const s = symmetrised(draws, n);
    const all = () => [
      symmetricPairs(s, n),
      generalPairs(a, n, "schur"),
      generalPairs(a, n, "vectors"),
      generalPairs(a, n, "values"),
      bidiagonalSvd(a, n, true, () => true),
      jacobiSvd(a, n, true),
    ];
    const first = all();
    withHeap(bytes, (heap) => heap.f64(heap.alloc(1 << 21), 1 << 18).fill(NaN));
    assertEquals(all(), first);
    symmetricPairs(symmetrised(draws, 3 * n), 3 * n);
    assertEquals(all(), first);
  });
});

Deno.test("what cannot converge is an error that says so", () => {
  const nothing = new Float64Array(16 * 16).fill(NaN);
  assertThrows(
    () => generalPairs(nothing, 16, "values"),
    Error,
    "no convergence after 60 QR steps",
  );
  assertThrows(() => bidiagonalSvd(nothing, 16, false, () => true), Error, "no convergence");
  assertThrows(() => jacobiSvd(nothing, 16, true), Error, "did not converge in 40 sweeps");
});

function symmetrised(draws: Draws, n: number): Float64Array {
  const g = draws.normal(n, n);
  return g.map((x, p) => (x + g[(p % n) * n + Math.floor(p / n)]) / 8);
}

function sorted(values: Float64Array): Float64Array {
  return values.slice().sort().reverse();
}

function unorthogonal(rows: Float64Array, n: number): number {
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? -1 : 0;
      for (let k = 0; k < n; k++) sum += rows[i * n + k] * rows[j * n + k];
      worst = Math.max(worst, Math.abs(sum));
    }
  }
  return worst;
}

function residual(a: Float64Array, values: Float64Array, rows: Float64Array, n: number): number {
  let worst = 0;
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      let sum = -values[j] * rows[j * n + i];
      for (let k = 0; k < n; k++) sum += a[i * n + k] * rows[j * n + k];
      worst = Math.max(worst, Math.abs(sum));
    }
  }
  return worst;
}

function rebuilt({ values, leftRows, rightRows }: SquareSvd, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        out[i * n + j] += leftRows[k * n + i] * values[k] * rightRows[k * n + j];
      }
    }
  }
  return out;
}
