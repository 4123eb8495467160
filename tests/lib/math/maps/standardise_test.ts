import { assertAlmostEquals, assertEquals } from "@std/assert";
import { standardiseWithin, unitMoments } from "#lib/math/maps/standardise.ts";
import { fresh } from "../linalg/fresh.ts";

Deno.test("standardiseWithin() leaves mean 0 and spread 1 over what it is told, and nothing varying at 0", () => {
  fresh((draws) => {
    const shape = { numTrials: 4, numTime: 5, numUnits: 3 };
    const x = draws.normal(20, 3).map((value, at) => at % 3 === 2 ? 0.7 : 5 + 3 * value);
    for (const over of ["trial_unit", "time_unit"] as const) {
      const z = standardiseWithin(x, shape, over);
      const [groups, inGroup] = over === "trial_unit" ? [4, 5] : [5, 4];
      for (let group = 0; group < groups; group++) {
        for (let unit = 0; unit < 3; unit++) {
          let sum = 0, squares = 0;
          for (let k = 0; k < inGroup; k++) {
            const [trial, time] = over === "trial_unit" ? [group, k] : [k, group];
            const value = z[(trial * 5 + time) * 3 + unit];
            sum += value;
            squares += value ** 2;
          }
          assertAlmostEquals(sum, 0, 1e-12);
          assertAlmostEquals(squares / (inGroup - 1), unit === 2 ? 0 : 1, 1e-12);
        }
      }
    }
    const { mean, spread } = unitMoments(x, 20, 3);
    assertAlmostEquals(mean[2], 0.7, 1e-15);
    assertEquals(spread[2], 1);
  });
});
