import { explainedVariance, type RankChoice, selectRank } from "#lib/math/dmd/rank_rules.ts";
import reference from "#tests/reference/dsa/rank_rules.json" with { type: "json" };
import { assertEquals, assertThrows } from "@std/assert";
import { assertAllClose } from "#tests/support/close.ts";

Deno.test("selectRank() gives the ranks of both published versions for all stored cases", () => {
  for (const input of ["dmd_data_2d.npy", "dmd_data_trials.npy"]) {
    const cases = reference.cases.filter((entry) => entry.input === input);
    const spectrum = cases.find((entry) => entry.rule === "spectrum")!;
    const s = Float64Array.from(spectrum.singular_values!);
    const cumulative = Float64Array.from(spectrum.cumulative!);
    let checked = 0;
    for (const { rule, value, ranks } of cases) {
      if (ranks === undefined) continue;
      const choice: RankChoice = rule === "rank_thresh"
        ? { rankThreshold: value! }
        : { rankExplainedVariance: value! };
      assertEquals(
        selectRank(s, cumulative, choice, s.length, "v1"),
        ranks.v1,
        `v1 ${rule} ${value}`,
      );
      assertEquals(
        selectRank(s, cumulative, choice, s.length, "v2"),
        ranks.v2,
        `v2 ${rule} ${value}`,
      );
      assertEquals(selectRank(s, cumulative, choice, s.length), ranks.v2, `${rule} ${value}`);
      checked++;
    }
    assertEquals(checked, 12);
    assertAllClose(explainedVariance(s), cumulative, { atol: 1e-15 });
  }
});

Deno.test("selectRank() keeps all without a rule and clips a given rank", () => {
  const s = Float64Array.of(3, 2, 1);
  const c = explainedVariance(s);
  assertEquals(selectRank(s, c, {}, 5), 3);
  assertEquals(selectRank(s, c, {}, 2), 2);
  assertEquals(selectRank(s, c, { rank: 2 }, 5), 2);
  // More features than singular values: one short trial. v1 and v2 clip to the features only.
  assertEquals(selectRank(s, c, { rank: 9 }, 5), 3);
  assertEquals(selectRank(s, c, { rank: 9 }, 5, "v1"), 5);
  assertEquals(selectRank(s, c, { rank: 9 }, 5, "v2"), 5);
});

Deno.test("selectRank() selects the smallest rank that explains the share asked for", () => {
  const s = Float64Array.of(3, 2, 1, 1);
  const c = explainedVariance(s);
  for (let r = 1; r <= 4; r++) {
    assertEquals(selectRank(s, c, { rankExplainedVariance: c[r - 1] }, 4), r);
    if (r < 4) assertEquals(selectRank(s, c, { rankExplainedVariance: c[r - 1] + 1e-9 }, 4), r + 1);
  }
});

Deno.test("selectRank() takes a value read off a spectrum as equal to its entry, whatever rounding did since", () => {
  for (const by of [0.5, 1, 2, -2]) {
    const s = Float64Array.of(7, 5, 3, 2, 1).map((x, i) => x * (1 + by * Number.EPSILON * i));
    const c = explainedVariance(s);
    assertEquals(selectRank(s, c, { rankThreshold: 3 }, 5, "v1"), 3);
    assertEquals(selectRank(s, c, { rankThreshold: 3 }, 5, "v2"), 2);
    assertEquals(selectRank(s, c, { rankExplainedVariance: 83 / 88 }, 5, "v1"), 3);
    assertEquals(selectRank(s, c, { rankExplainedVariance: 83 / 88 }, 5, "v2"), 3);
  }
});

Deno.test("selectRank() refuses two rules and values out of range", () => {
  const s = Float64Array.of(1);
  const c = Float64Array.of(1);
  assertThrows(() => selectRank(s, c, { rank: 1, rankThreshold: 0.1 }, 1), RangeError, "2 rules");
  assertThrows(() => selectRank(s, c, { rank: 0 }, 1), RangeError, "0 is not a positive integer");
  assertThrows(() => selectRank(s, c, { rankExplainedVariance: 1.1 }, 1), RangeError, "[0, 1]");
  assertThrows(() => selectRank(s, c, { rankThreshold: NaN }, 1), RangeError, "threshold is NaN");
});

Deno.test("explainedVariance() holds where squares leave the range of numbers", () => {
  const s = Float64Array.of(4, 2, 1);
  for (const factor of [2 ** -1000, 2 ** -480, 2 ** 511, 2 ** 1000]) {
    const scaled = s.map((value) => factor * value);
    assertAllClose(explainedVariance(scaled), explainedVariance(s), { atol: 1e-15 });
  }
  const [leading, total] = [Float64Array.of(2 ** -498), 2 ** -994];
  assertAllClose(explainedVariance(leading, total), [0.25], { atol: 1e-15 });
});
