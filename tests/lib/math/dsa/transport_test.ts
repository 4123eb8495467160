import { leastCostAssignment } from "#lib/math/dsa/assignment.ts";
import { leastCostTransport } from "#lib/math/dsa/transport.ts";
import { assertAlmostEquals, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";

Deno.test("leastCostTransport() is the assignment of points split into equal parts", () => {
  fresh((draws) => {
    for (const [rows, columns] of [[1, 1], [1, 4], [3, 2], [4, 6], [5, 7], [6, 3], [8, 8]]) {
      const cost = draws.normal(rows, columns);
      const size = rows * columns;
      // Each row is split into `columns` parts, each column into `rows`.
      const split = new Float64Array(size * size);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          split[i * size + j] = cost[Math.floor(i / columns) * columns + Math.floor(j / rows)];
        }
      }
      const expected = leastCostAssignment(split, size).cost / size;
      assertAlmostEquals(leastCostTransport(cost, rows, columns), expected, 1e-12);
    }
  });
});

Deno.test("leastCostTransport() on a line couples quantiles", () => {
  // Points 0, 1, 2 and 0.5, 1.5: thirds and halves.
  const [x, y] = [[0, 1, 2], [0.5, 1.5]];
  const cost = Float64Array.from(x.flatMap((p) => y.map((q) => (p - q) ** 2)));
  assertAlmostEquals(leastCostTransport(cost, 3, 2), 0.25, 1e-15);
});

Deno.test("leastCostTransport() refuses what it cannot weigh", () => {
  assertThrows(() => leastCostTransport(Float64Array.of(1, 2), 1, 1), RangeError);
  assertThrows(() => leastCostTransport(new Float64Array(0), 0, 1), RangeError, "at least one");
  assertThrows(() => leastCostTransport(Float64Array.of(NaN), 1, 1), RangeError);
});
