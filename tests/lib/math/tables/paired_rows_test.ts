// The verb `test` on pairs that one group lacks.

import { assertEquals } from "@std/assert";
import { recordsOf, tableOf } from "#lib/core/table.ts";
import { applySteps, step } from "#lib/math/tables/steps.ts";

Deno.test("test leaves out pairs that a group lacks or has no value for, in whatever order they come", () => {
  const rows = [["a", 1, 5], ["a", 2, 7], ["a", 3, 2], ["a", 4, 90], ["b", 5, 80], ["b", 3, 1], [
    "b",
    2,
    4,
  ], ["b", 1, 3]];
  const table = tableOf([
    ...rows.map(([group, seed, value]) => ({ group, seed, value })),
    { group: "b", seed: 4, value: null },
  ]);
  for (const method of ["paired_t", "paired_permutation", "wilcoxon"]) {
    const [found] = recordsOf(
      applySteps(table, [step.parse({ test: { group: "group", method, pair_by: ["seed"] } })]),
    );
    assertEquals([found.n_first, found.n_second], [3, 3], method);
    assertEquals([found.mean_first, found.mean_second], [14 / 3, 8 / 3], method);
    if (method !== "paired_t") assertEquals(found.p, 0.25, method);
  }
});
