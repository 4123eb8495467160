// Rössler: fixed points, and the way to chaos as c grows.

import { assert, assertAlmostEquals } from "@std/assert";
import { lyapunovSpectrum } from "#lib/math/ode/lyapunov.ts";
import rossler from "#lib/models/attractors/rossler.ts";
import { settle, speed, upwardCrossings } from "./measure.ts";

Deno.test("rossler vanishes at its two fixed points", () => {
  const params = { a: 0.2, b: 0.2, c: 5.7 };
  for (const sign of [-1, 1]) {
    const z = (params.c + sign * Math.sqrt(params.c ** 2 - 4 * params.a * params.b)) /
      (2 * params.a);
    assert(speed(rossler.vectorField(params), Float64Array.of(params.a * z, -z, z)) < 1e-12);
  }
});

Deno.test("rossler has the exponents 0.0714, 0 and −5.39 at the defaults", () => {
  const params = rossler.params.parse({});
  const found = lyapunovSpectrum(
    rossler.vectorField(params),
    rossler.jacobian!(params),
    Float64Array.of(1, 1, 0),
    { dt: 0.02, numSteps: 200_000, numTransient: 10_000, numExponents: 3 },
  );
  // Sprott 2003, Chaos and Time-Series Analysis, table A.1: 0.0714, 0, −5.3943.
  assertAlmostEquals(found[0], 0.0714, 0.004);
  assertAlmostEquals(found[1], 0, 0.001);
  assertAlmostEquals(found[2], -5.3943, 0.02);
});

Deno.test("rossler doubles its period on the way to chaos", () => {
  const field = (c: number) => rossler.vectorField({ a: 0.2, b: 0.2, c });
  // Returns of the cycle repeat after one turn at c = 2.5, after two at 3.5, after four at 4, never at 5.7.
  const turns = (c: number) => {
    const onCycle = settle(field(c), Float64Array.of(1, 1, 0), 3000);
    const times = upwardCrossings(field(c), onCycle, 400, 0.01);
    const returns = times.slice(1).map((time, k) => time - times[k]);
    return [1, 2, 4, 8].find((lag) =>
      returns.every((time, k) => k < lag || Math.abs(time - returns[k - lag]) < 1e-5)
    );
  };
  const found = [2.5, 3.5, 4, 5.7].map(turns);
  assert(found.join() === [1, 2, 4, undefined].join(), `${found}`);
});
