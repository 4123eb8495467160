import { fullOperator } from "#lib/math/dmd/full_operator.ts";
import { fitHavok } from "#lib/math/dmd/havok.ts";
import { assertEquals } from "@std/assert";
import { assertStoredFit, optionsOf, raggedFit, storedFits } from "./stored_fits.ts";
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
