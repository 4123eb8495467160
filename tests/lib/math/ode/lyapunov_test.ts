// Exponents against values known in closed form and from the literature, by two ways that share no step.

import { assert, assertThrows } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { largestLyapunovExponent, lyapunovSpectrum } from "#lib/math/ode/lyapunov.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import rossler from "#lib/models/attractors/rossler.ts";
import { assertAllClose } from "#tests/support/close.ts";

Deno.test("lyapunovSpectrum() gives the real parts of the eigenvalues of a linear system", () => {
  const seed = 41;
  const draws = randomStream(seed, "test/lyapunov").uniform(new Float64Array(9));
  // A rotating plane that decays at 0.3 and a line that decays at 2, seen through a random change of basis.
  const [a, b, c] = [1 + draws[0], draws[1], draws[2]];
  const turn = 2 + draws[3];
  const matrix = Float64Array.of(-0.3, -turn * a, b, turn / a, -0.3, c, 0, 0, -2);
  const field = (x: Float64Array, dx: Float64Array) => {
    for (let i = 0; i < 3; i++) {
      dx[i] = matrix[3 * i] * x[0] + matrix[3 * i + 1] * x[1] + matrix[3 * i + 2] * x[2];
    }
  };
  const jacobian = (_: Float64Array, j: Float64Array) => j.set(matrix);
  const options = { dt: 0.01, numSteps: 40000, numExponents: 3 };
  const found = lyapunovSpectrum(field, jacobian, Float64Array.of(1, 1, 1), options);
  assertAllClose(found, [-0.3, -0.3, -2], { atol: 5e-3 }, `seed ${seed}`);
});

Deno.test("lyapunovSpectrum() gives Lorenz 0.906, 0 and the rest of its contraction", () => {
  const params = lorenz.params.parse({});
  const found = lyapunovSpectrum(
    lorenz.vectorField(params),
    lorenz.jacobian!(params),
    Float64Array.of(1, 1, 1),
    { dt: 0.005, numSteps: 200_000, numTransient: 4000, numExponents: 3 },
  );
  assert(Math.abs(found[0] - 0.906) < 0.03, `largest ${found[0]}`);
  assert(Math.abs(found[1]) < 0.005, `along the flow ${found[1]}`);
  // Volumes shrink at the constant rate s + 1 + b, whatever the trajectory.
  assert(Math.abs(found[0] + found[1] + found[2] + 41 / 3) < 1e-4, `sum of ${found}`);
});

Deno.test("largestLyapunovExponent() gives Lorenz 0.906 and Rössler 0.071 without a Jacobian", () => {
  const chaos = largestLyapunovExponent(
    lorenz.vectorField(lorenz.params.parse({})),
    Float64Array.of(1, 1, 1),
    { dt: 0.01, numSteps: 100_000, numTransient: 2000 },
  );
  assert(Math.abs(chaos - 0.906) < 0.03, `Lorenz ${chaos}`);
  const band = largestLyapunovExponent(
    rossler.vectorField(rossler.params.parse({})),
    Float64Array.of(1, 1, 0),
    { dt: 0.05, numSteps: 100_000, numTransient: 4000 },
  );
  assert(Math.abs(band - 0.0714) < 0.01, `Rössler ${band}`);
});

Deno.test("lyapunovSpectrum() and largestLyapunovExponent() refuse counts without meaning", () => {
  const field = (x: Float64Array, dx: Float64Array) => void (dx[0] = -x[0]);
  const jacobian = (_: Float64Array, j: Float64Array) => void (j[0] = -1);
  const start = Float64Array.of(1);
  assertThrows(
    () => lyapunovSpectrum(field, jacobian, start, { dt: 0.1, numSteps: 10, numExponents: 2 }),
    RangeError,
    "1 units",
  );
  assertThrows(
    () => largestLyapunovExponent(field, start, { dt: 0.1, numSteps: 0 }),
    RangeError,
    "numSteps 0",
  );
});
