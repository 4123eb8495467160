// What eigenvalues mean in time: decay, growth, and neither.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { timescales } from "#tasks/_timescales.ts";

Deno.test("timescales() of decay are positive, of growth negative, and infinite of neither", () => {
  const spectrum = { re: Float64Array.of(0.5, 2, 1, 0, 0), im: Float64Array.of(0, 0, 0, -1, 0) };
  const { scales } = timescales(spectrum, 3, { dt: 10, timeUnit: "ms" });
  const constants = scales.map((row) => row.time_constant_ms as number);
  assertAlmostEquals(constants[0], 30 / Math.LN2, 1e-12);
  assertAlmostEquals(constants[1], -30 / Math.LN2, 1e-12);
  assertEquals(constants.slice(2), [Infinity, Infinity, 0]);
  assertAlmostEquals(scales[3].frequency_hz as number, 1000 / (4 * 30), 1e-12);
});
