import { centreColumns, crossGram, gram, GRAM_ROW_BLOCK } from "#lib/math/linalg/gram.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { fresh, largestDifference, plainProduct } from "./fresh.ts";

Deno.test("gram() is AᵀA, exactly symmetric, over several row blocks and ragged widths", () => {
  fresh((draws) => {
    for (const [m, n] of [[1, 1], [5, 3], [40, 9], [2 * GRAM_ROW_BLOCK + 7, 6], [0, 2]]) {
      const a = draws.normal(m, n);
      const g = gram(a, m, n);
      assertLess(
        largestDifference(g, plainProduct(transpose(a, m, n), a, n, m, n)),
        1e-12 * (m + 1),
      );
      assertEquals(transpose(g, n, n), g);
    }
  });
});

Deno.test("gram() adds row blocks in order: block results summed one by one give the same bytes", () => {
  fresh((draws) => {
    const n = 7;
    const m = 3 * GRAM_ROW_BLOCK;
    const a = draws.normal(m, n);
    const sum = new Float64Array(n * n);
    for (let block = 0; block < 3; block++) {
      const from = block * GRAM_ROW_BLOCK * n;
      const part = gram(a.slice(from, from + GRAM_ROW_BLOCK * n), GRAM_ROW_BLOCK, n);
      for (let i = 0; i < sum.length; i++) sum[i] += part[i];
    }
    assertEquals(gram(a, m, n), sum);
  });
});

Deno.test("centreColumns() removes the mean even beside an offset of 1e9", () => {
  fresh((draws) => {
    const m = 501;
    const a = draws.normal(m, 3);
    const shifted = a.map((x) => x + 1e9);
    const centred = centreColumns(shifted, m, 3);
    for (let j = 0; j < 3; j++) {
      let sum = 0;
      for (let i = 0; i < m; i++) sum += centred[i * 3 + j];
      assertAlmostEquals(sum / m, 0, 1e-12);
    }
    const inPlace = a.slice();
    assertEquals(centreColumns(inPlace, m, 3, inPlace), centreColumns(a, m, 3));
  });
});

Deno.test("crossGram() is AᵀB, and of a matrix with itself has the bytes of gram()", () => {
  fresh((draws) => {
    for (const [m, p, q] of [[1, 1, 1], [30, 3, 3], [30, 5, 2], [GRAM_ROW_BLOCK + 9, 9, 6]]) {
      const a = draws.normal(m, p);
      const b = draws.normal(m, q);
      const expected = plainProduct(transpose(a, m, p), b, p, m, q);
      assertLess(largestDifference(crossGram(a, b, m, p, q), expected), 1e-12 * (m + 1));
      assertEquals(crossGram(a, a, m, p, p), gram(a, m, p));
    }
  });
});
