// Point: the exact solution of the linear form, and contraction of the saturating one.

import { assert } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { rk4 } from "#lib/math/ode/rk4.ts";
import point from "#lib/models/attractors/point.ts";
import { assertAllClose } from "#tests/support/close.ts";

Deno.test("point turns by omega and decays with (1 − gain)/tau when linear", () => {
  const [tau, gain, omega] = [2, 0.4, 3];
  const params = point.params.parse({ units: 5, tau, gain, omega });
  const start = randomStream(91, "test/point").normal(new Float64Array(5)) as Float64Array;
  const grid = { numUnits: 5, numTime: 31, dt: 0.1, substeps: 100 };
  const states = rk4(point.vectorField(params), start, grid);
  for (const t of [1, 7, 30]) {
    const decay = Math.exp(-(1 - gain) / tau * 0.1 * t);
    const [c, s] = [Math.cos(omega * 0.1 * t), Math.sin(omega * 0.1 * t)];
    const exact = [
      decay * (c * start[0] - s * start[1]),
      decay * (s * start[0] + c * start[1]),
      decay * (c * start[2] - s * start[3]),
      decay * (s * start[2] + c * start[3]),
      decay * start[4],
    ];
    assertAllClose(states.subarray(5 * t, 5 * t + 5), exact, { atol: 1e-11 }, `point ${t}`);
  }
});

Deno.test("point with tanh units shrinks at every step, from near and far", () => {
  const params = point.params.parse({ units: 4, gain: 0.9, omega: 2, activation: "tanh" });
  for (const size of [0.1, 1, 30]) {
    const start = randomStream(92, "test/point").normal(new Float64Array(4)).map((x) => size * x);
    const grid = { numUnits: 4, numTime: 400, dt: 0.1, substeps: 2 };
    const states = rk4(point.vectorField(params), start as Float64Array, grid);
    let before = Infinity;
    for (let t = 0; t < 400; t++) {
      const radius = Math.hypot(...states.subarray(4 * t, 4 * t + 4));
      assert(radius < before, `size ${size}, point ${t}: ${radius} after ${before}`);
      before = radius;
    }
    assert(before < 0.05 * size, `size ${size}: ${before}`);
  }
});
