// Double well: which well, where it lies, and the exact way there.

import { assertEquals } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { rk4 } from "#lib/math/ode/rk4.ts";
import doubleWell from "#lib/models/attractors/double_well.ts";
import { assertAllClose } from "#tests/support/close.ts";

Deno.test("double_well falls into the well on its side of the ridge, in each bistable unit", () => {
  const depth = 2;
  const params = doubleWell.params.parse({ units: 3, bistable: 2, depth });
  const reached = new Set<string>();
  const starts = randomStream(95, "test/wells").normal(new Float64Array(3 * 40)) as Float64Array;
  const grid = { numUnits: 3, numTime: 2, dt: 60, substeps: 3000 };
  const states = rk4(doubleWell.vectorField(params), starts, grid);
  for (let trial = 0; trial < 40; trial++) {
    const [x, y] = starts.subarray(3 * trial);
    const end = states.subarray(6 * trial + 3, 6 * trial + 6);
    const well = Math.sqrt(depth);
    assertAllClose(end, [Math.sign(x) * well, Math.sign(y) * well, 0], { atol: 1e-10 });
    reached.add(`${Math.sign(end[0])} ${Math.sign(end[1])}`);
  }
  assertEquals(reached.size, 4);
});

Deno.test("double_well follows x² = 1/(1 + (1/x₀² − 1) e^(−2t)) at depth 1, and decays elsewhere", () => {
  const params = doubleWell.params.parse({ units: 2, tau: 0.5 });
  const grid = { numUnits: 2, numTime: 41, dt: 0.1, substeps: 10 };
  const states = rk4(doubleWell.vectorField(params), Float64Array.of(-0.01, 3), grid);
  for (let t = 0; t < 41; t++) {
    const x = -1 / Math.sqrt(1 + (1e4 - 1) * Math.exp(-0.2 * t));
    assertAllClose(states.subarray(2 * t, 2 * t + 2), [x, 3 * Math.exp(-0.2 * t)], { atol: 1e-8 });
  }
});

Deno.test("double_well rests on the ridge if put there exactly", () => {
  const field = doubleWell.vectorField(doubleWell.params.parse({ units: 1 }));
  const states = rk4(field, Float64Array.of(0), { numUnits: 1, numTime: 5, dt: 1 });
  assertEquals(states, new Float64Array(5));
});
