// Van der Pol: period against SciPy, the circle for small mu, relaxation for large.

import { assert, assertAlmostEquals } from "@std/assert";
import { rk4 } from "#lib/math/ode/rk4.ts";
import vanDerPol from "#lib/models/attractors/van_der_pol.ts";
import reference from "#tests/reference/attractors/dynamics.json" with { type: "json" };
import { settle, upwardCrossings } from "./measure.ts";

function period(mu: number): number {
  const field = vanDerPol.vectorField({ mu });
  const onCycle = settle(field, Float64Array.of(2, 0), 60 + 60 / mu, 0.01);
  const times = upwardCrossings(field, onCycle, 60, 0.0004);
  return times[times.length - 1] - times[times.length - 2];
}

Deno.test("van_der_pol has the period 6.6633 at mu = 1, and SciPy's periods elsewhere", () => {
  assertAlmostEquals(period(1), 6.6633, 5e-5);
  for (const [mu, known] of reference.van_der_pol_periods) {
    assertAlmostEquals(period(mu), known, 1e-9, `mu ${mu}`);
  }
});

Deno.test("van_der_pol is nearly a circle of radius 2 for small mu", () => {
  const field = vanDerPol.vectorField({ mu: 0.05 });
  const onCycle = settle(field, Float64Array.of(0.5, 0), 400);
  const states = rk4(field, onCycle, { numUnits: 2, numTime: 100, dt: 0.1 });
  for (let t = 0; t < 100; t++) {
    assertAlmostEquals(Math.hypot(states[2 * t], states[2 * t + 1]), 2, 0.05);
  }
});

Deno.test("van_der_pol relaxes for large mu: long slow branches, short jumps, the known long period", () => {
  const mu = 20;
  const field = vanDerPol.vectorField({ mu });
  const onCycle = settle(field, Float64Array.of(2, 0), 100, 0.002);
  // Grimshaw 1990: T = (3 − 2 ln 2) mu + 3 · 2.33811 / mu^(1/3) + O(ln mu / mu).
  const asymptotic = (3 - 2 * Math.LN2) * mu + 7.01433 / Math.cbrt(mu);
  const times = upwardCrossings(field, onCycle, 100, 0.002);
  const found = times[times.length - 1] - times[times.length - 2];
  assertAlmostEquals(found, asymptotic, 2 * Math.log(mu) / mu);
  const states = rk4(field, onCycle, { numUnits: 2, numTime: 4000, dt: 0.02, substeps: 10 });
  let slow = 0;
  for (let t = 0; t < 4000; t++) {
    if (Math.abs(states[2 * t]) > 1 && Math.abs(states[2 * t + 1]) < 1) slow++;
  }
  assert(slow / 4000 > 0.9, `${slow / 40} % of the time on slow branches`);
});
