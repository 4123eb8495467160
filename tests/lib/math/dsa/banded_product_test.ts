import { Band, bandedProduct } from "#lib/math/dsa/banded_product.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import { assertLess } from "@std/assert";
import { fresh, largestDifference, plainProduct } from "../linalg/fresh.ts";

Deno.test("bandedProduct() is the product in all four arrangements, at even sizes", () => {
  fresh((draws) => {
    for (const n of [2, 4, 6, 8, 10, 18]) {
      const full = draws.normal(n, n);
      const upper = draws.normal(n, n)
        .map((x, p) => Math.floor(p / n) <= p % n + 1 ? x : 0);
      const upperT = transpose(upper, n, n);
      const cases = [
        [Band.none, full, n, 1, full, 1, n, plainProduct(full, full, n, n, n)],
        [Band.rightUpper, full, n, 1, upper, 1, n, plainProduct(full, upper, n, n, n)],
        [Band.rightTransposed, full, n, 1, upper, n, 1, plainProduct(full, upperT, n, n, n)],
        [Band.leftTransposed, upper, 1, n, full, 1, n, plainProduct(upperT, full, n, n, n)],
      ] as const;
      for (const [band, x, xRow, xStep, y, yColumn, yStep, expected] of cases) {
        const out = new Float64Array(n * n).fill(NaN);
        bandedProduct(x, xRow, xStep, y, yColumn, yStep, n, band, out);
        assertLess(largestDifference(out, expected), 1e-13 * n, `band ${band}, n = ${n}`);
      }
    }
  });
});
