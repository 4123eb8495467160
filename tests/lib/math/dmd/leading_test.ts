import { fitHavok } from "#lib/math/dmd/havok.ts";
import { explainedVariance } from "#lib/math/dmd/rank_rules.ts";
import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { fresh, largestDifference } from "../linalg/fresh.ts";

Deno.test("fitHavok() by the leading components alone is the fit of the Gram route", () => {
  fresh((draws) => {
    // Slow oscillations seen by twenty units: 240 features, few components.
    const [numTime, numUnits] = [700, 20];
    const mixing = draws.normal(6, numUnits);
    const noise = draws.normal(numTime, numUnits);
    const data = Float64Array.from({ length: numTime * numUnits }, (_, p) => {
      const t = Math.floor(p / numUnits), unit = p % numUnits;
      let sum = 1e-3 * noise[p];
      for (let k = 0; k < 6; k++) {
        sum += 0.5 ** k * Math.sin(0.05 * (k + 1) * t + k) * mixing[k * numUnits + unit];
      }
      return sum;
    });
    const trials = { data, numTrials: 1, numTime, numUnits };
    const options = { numDelays: 12, rank: 8, maxRank: 10 };
    const full = fitHavok(trials, { ...options, method: "gram" });
    const leading = fitHavok(trials, { ...options, method: "leading" });
    assertEquals([leading.method, leading.rank, leading.maxRank], ["leading", 8, 10]);
    assertLess(largestDifference(leading.singularValues, full.singularValues.slice(0, 10)), 1e-9);
    assertLess(largestDifference(leading.operator, full.operator), 1e-7);
    assertLess(
      largestDifference(leading.explainedVariance, full.explainedVariance.slice(0, 10)),
      1e-12,
    );
  });
});

Deno.test("fitHavok() by leading components wants a rank, and refuses components without variance", () => {
  const data = Float64Array.from({ length: 60 }, (_, t) => 0.9 ** t);
  const trials = { data, numTrials: 1, numTime: 60, numUnits: 1 };
  assertThrows(
    () => fitHavok(trials, { numDelays: 3, method: "leading", rankThreshold: 1 }),
    RangeError,
    "give one",
  );
  assertThrows(
    () =>
      fitHavok({ ...trials, data: new Float64Array(60) }, {
        numDelays: 3,
        method: "leading",
        rank: 1,
      }),
    RangeError,
    "no variance",
  );
});

Deno.test("explainedVariance() of some singular values is their share of a total", () => {
  assertEquals(explainedVariance(Float64Array.of(2, 1), 10), Float64Array.of(0.4, 0.5));
});
