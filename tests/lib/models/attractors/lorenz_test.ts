// Lorenz: fixed points and their stability, and the published simulations number by number.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import lorenz, { lorenzFixedPoints } from "#lib/models/attractors/lorenz.ts";
import { lyapunovSpectrum } from "#lib/math/ode/lyapunov.ts";
import reference from "#tests/reference/attractors/repal.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { PUBLISHED_SHAPE, publishedSimulations } from "../published_study.ts";
import { settle, speed } from "./measure.ts";

Deno.test("lorenzFixedPoints() are where the field vanishes, one up to r = 1 and three beyond", () => {
  for (const r of [0, 0.5, 1, 1.5, 14, 24.7, 28, 50]) {
    const params = { s: 10, r, b: 8 / 3 };
    const points = lorenzFixedPoints(params);
    assertEquals(points.length, r <= 1 ? 1 : 3);
    for (const point of points) assert(speed(lorenz.vectorField(params), point) < 1e-12);
  }
});

Deno.test("lorenz falls to the origin, to C₊ or C₋, or to neither, according to r", () => {
  const draws = randomStream(61, "test/lorenz").uniform(new Float64Array(30));
  const reached = (r: number, start: Float64Array) => {
    const params = { s: 10, r, b: 8 / 3 };
    const end = settle(lorenz.vectorField(params), start, 100, 0.01);
    return lorenzFixedPoints(params).findIndex((point) =>
      Math.hypot(...point.map((x, unit) => x - end[unit])) < 1e-8
    );
  };
  const found = new Set<number>();
  for (let trial = 0; trial < 10; trial++) {
    const start = draws.slice(3 * trial, 3 * trial + 3).map((u) => 6 * u - 3);
    assertEquals(reached(0.5, start), 0, `start ${start}`);
    found.add(reached(10, start));
    assertEquals(reached(28, start), -1, `start ${start}`);
  }
  assertEquals([...found].sort(), [1, 2]);
});

Deno.test("lorenz loses the stability of C± at r = s (s + b + 3)/(s − b − 1)", () => {
  const critical = 10 * (10 + 8 / 3 + 3) / (10 - 8 / 3 - 1);
  assertAlmostEquals(critical, 24.7368, 1e-4);
  for (const [r, sign] of [[critical - 1, -1], [critical + 1, 1]]) {
    const params = { s: 10, r, b: 8 / 3 };
    // Started on the fixed point itself, the exponent is the largest real part of the Jacobian's eigenvalues.
    const [largest] = lyapunovSpectrum(
      lorenz.vectorField(params),
      lorenz.jacobian!(params),
      lorenzFixedPoints(params)[1],
      { dt: 0.01, numSteps: 20000 },
    );
    assertEquals(Math.sign(largest), sign, `r ${r}: ${largest}`);
    assert(Math.abs(largest) > 0.005, `r ${r}: ${largest}`);
  }
});

Deno.test("lorenz with Euler steps reproduces the first and last points of the published study", () => {
  const { raw, normalized } = publishedSimulations(reference.r);
  const { numTime } = PUBLISHED_SHAPE;
  reference.first_initial_points.forEach((point, trial) => {
    assertEquals([...raw[0].subarray(trial * numTime * 3, trial * numTime * 3 + 3)], point);
  });
  for (const [simulation, point] of Object.entries(reference.last_points_of_trajectory_0)) {
    const last = normalized[Number(simulation)].subarray(3 * (numTime - 1), 3 * numTime);
    assertAllClose(last, point, { atol: 5e-11 }, `simulation ${simulation}`);
  }
});
