import { leastCostAssignment } from "#lib/math/dsa/assignment.ts";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first) =>
    permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest])
  );
}

Deno.test("leastCostAssignment() is the best of all permutations, also with ties", () => {
  fresh((draws) => {
    for (let n = 1; n <= 6; n++) {
      for (const round of [false, true]) {
        const cost = draws.normal(n, n).map((x) => round ? Math.round(x) : x);
        const { columns, cost: total } = leastCostAssignment(cost, n);
        const totals = permutations([...columns.keys()])
          .map((p) => p.reduce((sum, j, i) => sum + cost[i * n + j], 0));
        assertEquals([...columns].sort(), [...columns.keys()]);
        assertAlmostEquals(total, Math.min(...totals), 1e-12, `n = ${n}, ties ${round}`);
      }
    }
  });
});

Deno.test("leastCostAssignment() recovers a hidden matching of 60 points", () => {
  fresh((draws) => {
    const n = 60;
    const points = draws.normal(n, 1);
    const moved = points.map((_, j) => points[(7 * j + 3) % n]);
    const cost = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) cost[i * n + j] = (points[i] - moved[j]) ** 2;
    }
    assertAlmostEquals(leastCostAssignment(cost, n).cost, 0, 1e-15);
  });
});

Deno.test("leastCostAssignment() refuses costs that are not finite or not square", () => {
  assertThrows(() => leastCostAssignment(Float64Array.of(1, Infinity, 1, 1), 2), RangeError);
  assertThrows(() => leastCostAssignment(new Float64Array(6), 2), RangeError);
});
