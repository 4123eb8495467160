// Line: positions kept, everything else forgotten, and the leak of a mistuned integrator.

import { assert, assertAlmostEquals } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { rk4 } from "#lib/math/ode/rk4.ts";
import line from "#lib/models/attractors/line.ts";
import { assertAllClose } from "#tests/support/close.ts";

const position = (state: Float64Array) => state.reduce((sum, x) => sum + x, 0) / state.length;

Deno.test("line keeps its position and loses the rest as exp(−t/tau)", () => {
  const field = line.vectorField({ units: 5, tau: 2, feedback: 1 });
  for (let trial = 0; trial < 5; trial++) {
    const start = randomStream(81, "test/line").normal(new Float64Array(5), trial) as Float64Array;
    const states = rk4(field, start, { numUnits: 5, numTime: 101, dt: 0.2 });
    for (const t of [1, 10, 100]) {
      const state = states.subarray(5 * t, 5 * t + 5);
      const decay = Math.exp(-0.1 * t);
      const exact = start.map((x) => position(start) + decay * (x - position(start)));
      assertAllClose(state, exact, { atol: 2e-6 }, `trial ${trial}, point ${t}`);
      assertAlmostEquals(position(state), position(start), 1e-14);
    }
  }
});

Deno.test("line holds different positions apart for 1000 tau", () => {
  const field = line.vectorField({ units: 3, tau: 1, feedback: 1 });
  const starts = Float64Array.of(1, 1, 1, 1.001, 1.001, 1.001, -7, -7, -7);
  const states = rk4(field, starts, { numUnits: 3, numTime: 2, dt: 1000, substeps: 10000 });
  for (let trial = 0; trial < 3; trial++) {
    assertAllClose(
      states.subarray(6 * trial + 3, 6 * trial + 6),
      starts.subarray(3 * trial, 3 * trial + 3),
      { atol: 1e-12 },
    );
  }
});

Deno.test("line with mistuned feedback leaks with tau / (1 − feedback)", () => {
  const field = line.vectorField({ units: 2, tau: 1, feedback: 0.9 });
  const states = rk4(field, Float64Array.of(3, 3), { numUnits: 2, numTime: 101, dt: 0.1 });
  assertAllClose(states.subarray(200), [3 / Math.E, 3 / Math.E], { rtol: 1e-10 });
  assert(line.params.safeParse({ feedback: 1.01 }).success === false);
});
