// A similarity as a distance: one minus it keeps its digits where the similarity has none left.

import { assertAlmostEquals } from "@std/assert";
import { scoreValue } from "#lib/metrics/_similarity_score.ts";

Deno.test("scoreValue() of one minus a similarity is taken from the angle", () => {
  const params = { score: "one_minus", scale: "radian" } as const;
  for (const angle of [1e-12, 1e-6, 0.3, 3]) {
    const similarity = Math.cos(angle);
    const found = scoreValue({ similarity, angle }, params);
    assertAlmostEquals(found / (angle < 1e-3 ? angle ** 2 / 2 : 1 - similarity), 1, 1e-11);
  }
});
