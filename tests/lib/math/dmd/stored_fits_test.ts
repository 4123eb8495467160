import { decodeNpy } from "#lib/core/npy.ts";
import { fullOperator } from "#lib/math/dmd/full_operator.ts";
import { fitHavok } from "#lib/math/dmd/havok.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import tutorial from "#tests/reference/dsa/tutorial_scores.json" with { type: "json" };
import tutorialBytes from "#tests/reference/dsa/tutorial_trajectories.npy" with { type: "bytes" };
import { assertAllClose } from "#tests/support/close.ts";
import { assertEquals } from "@std/assert";
import { assertSameSet, assertStoredFit, optionsOf, raggedFit, storedFits } from "./stored_fits.ts";
import { storedTrials } from "./trial_sets.ts";

for (const method of ["qr", "gram", "auto"] as const) {
  Deno.test(`fitHavok() by ${method} reproduces the 56 stored fits to 1e-8`, () => {
    assertEquals(storedFits.length, 56);
    for (const stored of storedFits) {
      const fit = fitHavok(storedTrials(stored.input), { ...optionsOf(stored.params), method });
      assertStoredFit({ ...fit, size: fit.numComponents, full: fullOperator(fit) }, stored);
    }
  });

  Deno.test(`fitHavok() by ${method} reproduces the stored fit of trials of unequal length`, () => {
    const { trials, stored } = raggedFit();
    const fit = fitHavok(trials, { ...optionsOf(stored.params), method });
    assertStoredFit({ ...fit, size: fit.numComponents, full: fullOperator(fit) }, stored);
  });
}

Deno.test("fitHavok() gives the operators of the tutorial's trajectories to 1e-7, at full rank", () => {
  const { data, shape: [, numTime, numUnits] } = decodeNpy(tutorialBytes);
  for (const [settings, numDelays, delayInterval] of [["1_1", 1, 1], ["20_10", 20, 10]] as const) {
    const stored = tutorial[settings];
    for (let system = 0; system < 3; system++) {
      const from = system * numTime * numUnits;
      const trials = {
        data: Float64Array.from(data.subarray(from, from + numTime * numUnits)),
        numTrials: 1,
        numTime,
        numUnits,
      };
      for (const method of ["qr", "gram"] as const) {
        const { operator, rank } = fitHavok(trials, { numDelays, delayInterval, method });
        const label = `${settings} ${system} ${method}`;
        const spread = singularValues(operator, rank, rank);
        assertSameSet(eigenvalues(operator, rank), stored.A_v_eigenvalues[system], 1e-7, label);
        assertAllClose(spread, stored.A_v_singular_values[system], { atol: 1e-7 }, label);
      }
    }
  }
});
