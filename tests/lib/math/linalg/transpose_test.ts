import { transpose } from "#lib/math/linalg/transpose.ts";
import { assertEquals } from "@std/assert";
import { fresh } from "./fresh.ts";

Deno.test("transpose() of the transpose is the matrix, for sizes around the tile", () => {
  fresh((draws) => {
    for (const [m, n] of [[1, 1], [15, 17], [16, 16], [33, 5], [2, 40]]) {
      const a = draws.normal(m, n);
      const t = transpose(a, m, n);
      assertEquals(t[(n - 1) * m], a[n - 1]);
      assertEquals(transpose(t, n, m), a);
    }
  });
});
