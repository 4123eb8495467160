import { resolveSigns } from "#lib/math/dsa/sign_resolution.ts";
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";

function agreement(a: Float64Array, b: Float64Array, n: number, signs: ArrayLike<number>): number {
  return a.reduce((sum, x, p) => sum + x * b[p] * signs[Math.floor(p / n)] * signs[p % n], 0);
}

const flipped = (a: Float64Array, n: number, signs: ArrayLike<number>) =>
  a.map((x, p) => x * signs[Math.floor(p / n)] * signs[p % n]);

Deno.test("resolveSigns() undoes flipped axes, up to one sign for all", () => {
  fresh((draws) => {
    for (const n of [1, 2, 3, 8, 30]) {
      const a = draws.normal(n, n);
      const hidden = draws.normal(n, 1).map((x) => x < 0 ? -1 : 1);
      const found = resolveSigns(a, flipped(a, n, hidden), n, 0);
      assertEquals([...found], [...hidden].map((s) => s * hidden[0] * found[0]), `n = ${n}`);
    }
  });
});

Deno.test("resolveSigns() cannot be improved by one flip or two, and keeps a parity", () => {
  fresh((draws) => {
    for (const n of [2, 3, 6, 9]) {
      const [a, b] = [draws.normal(n, n), draws.normal(n, n)];
      for (const parity of [0, 1, -1] as const) {
        const signs = resolveSigns(a, b, n, parity);
        if (parity !== 0) assertEquals(signs.reduce((product, s) => product * s, 1), parity);
        const value = agreement(a, b, n, signs);
        for (let i = 0; i < n; i++) {
          for (let j = parity === 0 ? i : i + 1; j < n; j++) {
            const other = signs.map((s, k) => k === i || k === j ? -s : s);
            assertGreaterOrEqual(value + 1e-9, agreement(a, b, n, other), `n = ${n}, ${parity}`);
          }
        }
      }
    }
  });
});
