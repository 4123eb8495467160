// Columns to mean 0 and deviation 1, also where squares leave the range of numbers.

import { assertEquals } from "@std/assert";
import { scaleColumns } from "#lib/math/preprocessing/scale_columns.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { fresh } from "../linalg/fresh.ts";

Deno.test("scaleColumns() does not depend on the unit of a column", () => {
  fresh((draws) => {
    const rows = draws.normal(20, 3);
    const usual = scaleColumns(rows, 20, 3, { scale: true });
    for (const factor of [1e-300, 1e-150, 1e150, 1e300]) {
      const other = scaleColumns(rows.map((x) => factor * x), 20, 3, { scale: true });
      assertAllClose(other, usual, { atol: 1e-12 });
    }
    assertEquals(scaleColumns(Float64Array.of(2, 2), 2, 1, { scale: true }), new Float64Array(2));
  });
});
