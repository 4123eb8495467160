// Process noise that is a function of trial, step and unit.

import { assertEquals } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { integrateFixedStep } from "#lib/math/ode/fixed_step.ts";
import { withProcessNoise } from "#lib/math/ode/process_noise.ts";
import { rk4Stepper } from "#lib/math/ode/rk4.ts";

const field = (x: Float64Array, dx: Float64Array) => {
  dx[0] = -x[1];
  dx[1] = x[0] - 0.1 * x[1];
};

Deno.test("withProcessNoise() goes on where an earlier stretch of time ended", () => {
  const stream = randomStream(crypto.getRandomValues(new Uint32Array(1))[0], "noise/process");
  const run = (initial: Float64Array, numSteps: number, firstStep: number) =>
    integrateFixedStep(
      withProcessNoise(rk4Stepper(field, 2), { std: 0.3, stream, numSteps, firstStep }),
      initial,
      { numUnits: 2, numTime: numSteps + 1, dt: 0.1 },
    );
  const initial = Float64Array.of(1, 0, 0, 1, 2, 2);
  const whole = run(initial, 9, 0);
  const first = run(initial, 5, 0);
  const ends = Float64Array.from({ length: 6 }, (_, i) => first[(i >> 1) * 12 + 10 + i % 2]);
  const second = run(ends, 4, 5);
  for (let trial = 0; trial < 3; trial++) {
    assertEquals(
      second.subarray(trial * 10, trial * 10 + 10),
      whole.subarray(trial * 20 + 10, trial * 20 + 20),
      `trial ${trial}`,
    );
  }
});

Deno.test("withProcessNoise() gives a trial the same noise whatever came before it", () => {
  const stream = randomStream(3, "noise/process");
  const still = () => {};
  const step = withProcessNoise(still, { std: 2, stream, numSteps: 2 });
  const states = integrateFixedStep(step, new Float64Array(3), {
    numUnits: 1,
    numTime: 2,
    dt: 0.5,
    substeps: 2,
  });
  for (let trial = 0; trial < 3; trial++) {
    const [first] = stream.normal(new Float64Array(1), trial, 0);
    const [second] = stream.normal(new Float64Array(1), trial, 1);
    assertEquals(states[2 * trial + 1], 2 * Math.sqrt(0.25) * first + 2 * Math.sqrt(0.25) * second);
  }
});
