// Forecast skill: free runs from every start, horizons by hand, and what has no skill to speak of.

import { plainModel } from "#lib/math/dmd/delay_model.ts";
import { forecastHorizon, forecastSkill } from "#lib/math/dmd/forecast_skill.ts";
import { predict } from "#lib/math/dmd/predict.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";

for (const numSkipped of [0, 5]) {
  Deno.test(`forecastSkill() averages the errors of free runs that predict() makes, ${numSkipped} samples skipped`, () => {
    fresh((draws) => {
      const numUnits = 2, lengths = [14, 9, 3], s = draws.integer(1, 2), numLeads = 3;
      const first = Math.max(0, numSkipped - s - 1);
      const data = draws.normal(26, numUnits);
      const delays = { numDelays: 2, delayInterval: 1 };
      const operator = draws.normal(4, 4).map((value) => 0.4 * value);
      const model = plainModel(operator, delays, numUnits, s);
      const trials = { data, numTrials: 3, numTime: lengths, numUnits };
      const skill = forecastSkill(trials, model, { numLeads, numSkipped });
      const errors = new Float64Array(numLeads), held = new Float64Array(numLeads);
      let numStarts = 0, from = 0;
      for (const length of lengths) {
        for (let start = first; start + 1 + numLeads * s < length; start++, numStarts++) {
          const span = data.slice(
            (from + start) * numUnits,
            (from + start + 2 + numLeads * s) * numUnits,
          );
          const numTime = span.length / numUnits;
          const run = predict({ data: span, numTrials: 1, numTime, numUnits }, model, Infinity);
          for (let lead = 0; lead < numLeads; lead++) {
            for (let c = 0; c < numUnits; c++) {
              const at = (1 + (lead + 1) * s) * numUnits + c;
              errors[lead] += (run[at] - span[at]) ** 2;
              held[lead] += (span[numUnits + c] - span[at]) ** 2;
            }
          }
        }
        from += length;
      }
      let variance = 0, before = 0;
      const used = lengths.flatMap((length) => {
        const own = Array.from({ length }, (_, t) => before + t);
        before += length;
        return length > 1 + first + numLeads * s ? own.slice(1 + first) : [];
      });
      for (let c = 0; c < numUnits; c++) {
        const values = used.map((sample) => data[sample * numUnits + c]);
        const mean = values.reduce((a, b) => a + b) / values.length;
        variance += values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
      }
      assertEquals(skill.numStarts, numStarts);
      assertEquals([...skill.leads], [s, 2 * s, 3 * s]);
      assertAllClose(skill.model, errors.map((sum) => sum / numStarts / variance), { rtol: 1e-10 });
      assertAllClose(skill.persistence, held.map((sum) => sum / numStarts / variance), {
        rtol: 1e-10,
      });
    });
  });
}

Deno.test("forecastHorizon() counts leads that are good without a gap", () => {
  const skill = {
    leads: Int32Array.of(2, 4, 6, 8),
    model: Float64Array.of(0.01, 0.3, 0.05, 0.2),
    persistence: Float64Array.of(0.02, 0.4, 0.05, 0.9),
    numStarts: 9,
  };
  assertEquals(forecastHorizon(skill, 0.5), { beatsPersistence: 4, withinTolerance: 2 });
  assertEquals(forecastHorizon(skill, 1), { beatsPersistence: 4, withinTolerance: 8 });
  assertEquals(forecastHorizon(skill, 0.05), { beatsPersistence: 4, withinTolerance: 0 });
  assertThrows(() => forecastHorizon(skill, 0), RangeError, "positive");
});

Deno.test("forecastSkill() of an exact model is perfect, of a growing one infinite, of white noise 1 at 0", () => {
  fresh((draws) => {
    const numTime = 2000, numUnits = 2;
    const data = draws.normal(numTime, numUnits);
    const trials = { data, numTrials: 1, numTime, numUnits };
    const zero = plainModel(new Float64Array(4), { numDelays: 1 }, numUnits, 1);
    // Predicting the mean has error 1, holding a sample of white noise 2; standard errors are about 3 %.
    const { model, persistence } = forecastSkill(trials, zero, { numLeads: 2 });
    assertAlmostEquals(model[1], 1, 0.15);
    assertAlmostEquals(persistence[1], 2, 0.3);
    const growing = plainModel(Float64Array.of(1e200, 0, 0, 1e200), { numDelays: 1 }, numUnits, 1);
    assertEquals(forecastSkill(trials, growing, { numLeads: 3 }).model[2], Infinity);
  });
});

Deno.test("forecastSkill() says how many leads there can be", () => {
  const model = plainModel(new Float64Array(4), { numDelays: 2 }, 1, 1);
  const trials = { data: Float64Array.of(1, 2, 4, 3), numTrials: 1, numTime: 4, numUnits: 1 };
  assertEquals(forecastSkill(trials, model, { numLeads: 2 }).numStarts, 1);
  assertThrows(() => forecastSkill(trials, model, { numLeads: 3 }), RangeError, "at most 2 leads");
  assertThrows(() => forecastSkill(trials, model, { numLeads: 0 }), RangeError, "at least 1");
  const still = { ...trials, data: new Float64Array(4).fill(3) };
  assertThrows(() => forecastSkill(still, model, { numLeads: 1 }), RangeError, "no unit varies");
});

Deno.test("forecastSkill() says what to do where there is no lead, and where squares overflow", () => {
  const model = plainModel(new Float64Array(4), { numDelays: 2 }, 1, 1);
  const trials = { data: Float64Array.of(1, 2), numTrials: 1, numTime: 2, numUnits: 1 };
  assertThrows(
    () => forecastSkill(trials, model, { numLeads: 1 }),
    RangeError,
    "skip fewer samples",
  );
  const far = { data: Float64Array.of(1e300, 2, 4, -1e300), numTrials: 1, numTime: 4, numUnits: 1 };
  assertThrows(() => forecastSkill(far, model, { numLeads: 1 }), RangeError, "normalize");
});
