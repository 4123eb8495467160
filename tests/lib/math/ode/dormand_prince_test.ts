// The adaptive pair: error follows the tolerance, steps follow the error, failure stays in its trial.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { dormandPrince, type StepStatistics } from "#lib/math/ode/dormand_prince.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import rossler from "#lib/models/attractors/rossler.ts";
import reference from "#tests/reference/attractors/dynamics.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { exactSpiral, spiral } from "./exact_solutions.ts";

const none = (): StepStatistics => ({ accepted: 0, rejected: 0, failed: 0 });

Deno.test("dormandPrince() agrees with SciPy's DOP853 on chaotic flows", () => {
  const cases = [
    [lorenz.vectorField(lorenz.params.parse({})), reference.lorenz, 0.5, 1e-8],
    [rossler.vectorField(rossler.params.parse({})), reference.rossler, 1, 1e-9],
  ] as const;
  for (const [field, known, dt, tolerance] of cases) {
    const numTime = 1 + Math.round(known.times[known.times.length - 1] / dt);
    const grid = { numUnits: 3, numTime, dt, rtol: 1e-12, atol: 1e-12 };
    const states = dormandPrince(field, Float64Array.from(known.start), grid);
    known.times.forEach((time, k) => {
      const at = 3 * Math.round(time / dt);
      assertAllClose(
        states.subarray(at, at + 3),
        known.states[k],
        { atol: tolerance },
        `t ${time}`,
      );
    });
  }
});

Deno.test("dormandPrince() keeps the error near the tolerance, also between its steps", () => {
  const start = Float64Array.of(0.1, 0);
  const [numTime, dt] = [801, 0.01];
  for (const tolerance of [1e-4, 1e-6, 1e-8, 1e-10]) {
    const statistics = none();
    const grid = { numUnits: 2, numTime, dt, rtol: tolerance, atol: tolerance, statistics };
    const states = dormandPrince(spiral(4), start, grid);
    let worst = 0;
    for (let t = 0; t < numTime; t++) {
      const [x, y] = exactSpiral(start, 4, t * dt);
      worst = Math.max(worst, Math.hypot(states[2 * t] - x, states[2 * t + 1] - y));
    }
    // The error per step is bounded; the turning angle adds it up over about a hundred steps.
    assert(worst < 100 * tolerance, `tolerance ${tolerance}: error ${worst}`);
    assert(statistics.accepted < numTime, `${statistics.accepted} steps: no dense output?`);
    assertEquals(statistics.failed, 0);
  }
});

Deno.test("dormandPrince() takes 10 times the steps for 10⁵ times the accuracy", () => {
  const steps = [1e-5, 1e-10].map((tolerance) => {
    const statistics = none();
    const grid = { numUnits: 2, numTime: 2, dt: 50, rtol: tolerance, atol: tolerance, statistics };
    dormandPrince(spiral(4), Float64Array.of(1, 0), grid);
    return statistics.accepted;
  });
  assert(Math.abs(Math.log10(steps[1] / steps[0]) - 1) < 0.1, `${steps}`);
});

Deno.test("dormandPrince() gives equal points on longer and finer grids", () => {
  const start = Float64Array.of(0.2, 0.1);
  const coarse = dormandPrince(spiral(2), start, { numUnits: 2, numTime: 11, dt: 0.5 });
  const fine = dormandPrince(spiral(2), start, { numUnits: 2, numTime: 41, dt: 0.25 });
  for (let t = 0; t < 11; t++) {
    assertEquals(fine.subarray(4 * t, 4 * t + 2), coarse.subarray(2 * t, 2 * t + 2));
  }
});

Deno.test("dormandPrince() turns a blow-up into NaN from there on, and leaves other trials alone", () => {
  const square = (x: Float64Array, dx: Float64Array) => void (dx[0] = x[0] * x[0]);
  const statistics = none();
  const grid = { numUnits: 1, numTime: 9, dt: 0.3, statistics };
  const states = dormandPrince(square, Float64Array.of(1, -1), grid);
  // x = 1/(1/x₀ − t): the first trial has its pole at t = 1.
  for (let t = 0; t < 9; t++) {
    if (t < 4) assertAllClose([states[t]], [1 / (1 - 0.3 * t)], { rtol: 1e-5 });
    else assert(Number.isNaN(states[t]), `point ${t}: ${states[t]}`);
    assertAllClose([states[9 + t]], [-1 / (1 + 0.3 * t)], { rtol: 1e-5 });
  }
  assertEquals(statistics.failed, 1);
});

Deno.test("dormandPrince() gives up after maxSteps and on fields that are not finite", () => {
  const grid = { numUnits: 2, numTime: 3, dt: 100, maxSteps: 10 };
  const states = dormandPrince(spiral(4), Float64Array.of(1, 0), grid);
  assertEquals([...states], [1, 0, NaN, NaN, NaN, NaN]);
  const broken = (_: Float64Array, dx: Float64Array) => void (dx[0] = NaN);
  const still = dormandPrince(broken, Float64Array.of(1), { numUnits: 1, numTime: 2, dt: 1 });
  assertEquals([...still], [1, NaN]);
});

Deno.test("dormandPrince() stays at a fixed point for any time", () => {
  const grid = { numUnits: 2, numTime: 5, dt: 1e6, rtol: 1e-8, atol: 0 };
  assertEquals(dormandPrince(spiral(1), new Float64Array(2), grid), new Float64Array(10));
});

Deno.test("dormandPrince() refuses tolerances without meaning", () => {
  for (const [rtol, atol] of [[0, 0], [-1, 1], [NaN, 1], [Infinity, 0]]) {
    const grid = { numUnits: 2, numTime: 2, dt: 1, rtol, atol };
    assertThrows(() => dormandPrince(spiral(1), new Float64Array(2), grid), RangeError, "rtol");
  }
});
