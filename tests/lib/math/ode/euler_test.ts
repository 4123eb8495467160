// Forward Euler by hand, and Euler–Maruyama against what is known of it.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { euler } from "#lib/math/ode/euler.ts";

const doubleWell = (x: Float64Array, dx: Float64Array) => void (dx[0] = x[0] - x[0] ** 3);

Deno.test("euler() is x + f dt in exactly this rounding", () => {
  const field = (x: Float64Array, dx: Float64Array) =>
    void (dx[0] = 3 * (x[1] - x[0]), dx[1] = -x[0]);
  const [a, b] = randomStream(3, "test/euler").uniform(new Float64Array(2));
  const states = euler(field, Float64Array.of(a, b), { numUnits: 2, numTime: 2, dt: 0.01 });
  assertEquals([...states], [a, b, a + 3 * (b - a) * 0.01, b + -a * 0.01]);
});

Deno.test("euler() adds std · √(dt / substeps) times the draws, in order of trial, step and unit", () => {
  const still = (_: Float64Array, dx: Float64Array) => void dx.fill(0);
  const draws = Float64Array.from({ length: 2 * 2 * 3 * 2 }, (_, i) => i);
  const options = { numUnits: 2, numTime: 3, dt: 0.12, substeps: 3, noise: { std: 5, draws } };
  const states = euler(still, Float64Array.of(0, 0, 100, 100), options);
  // Steps of 0.04 have the root 0.2, so each draw counts once; a point sums every second of six draws.
  assertEquals([...states].map((x) => Math.round(x * 1e9) / 1e9), [
    ...[0, 0, 6, 9, 30, 36],
    ...[100, 100, 142, 145, 202, 208],
  ]);
});

Deno.test("euler() with additive noise has strong order 1", () => {
  const seed = 77;
  const numTrials = 200;
  const finest = 2 ** 11;
  const initial = new Float64Array(numTrials).fill(0.5);
  const fine = randomStream(seed, "test/maruyama").normal(
    new Float64Array(numTrials * finest),
  ) as Float64Array;
  const ends = (substeps: number) => {
    const together = finest / substeps;
    const draws = new Float64Array(numTrials * substeps);
    for (let i = 0; i < fine.length; i++) draws[Math.floor(i / together)] += fine[i];
    for (let i = 0; i < draws.length; i++) draws[i] /= Math.sqrt(together);
    const grid = { numUnits: 1, numTime: 2, dt: 1, substeps, noise: { std: 0.5, draws } };
    return euler(doubleWell, initial, grid).filter((_, i) => i % 2 === 1);
  };
  const best = ends(finest);
  const error = (substeps: number) => {
    const found = ends(substeps);
    return found.reduce((sum, x, trial) => sum + Math.abs(x - best[trial]), 0) / numTrials;
  };
  const slope = Math.log2(error(16) / error(64)) / 2;
  assert(Math.abs(slope - 1) < 0.15, `seed ${seed}: slope ${slope}`);
});

Deno.test("euler() with noise gives a linear decay its stationary variance", () => {
  const seed = 78;
  const [rate, std, dt, numTime] = [2, 0.7, 0.05, 40001];
  const decay = (x: Float64Array, dx: Float64Array) => void (dx[0] = -rate * x[0]);
  const draws = randomStream(seed, "test/ou").normal(new Float64Array(numTime - 1)) as Float64Array;
  const grid = { numUnits: 1, numTime, dt, noise: { std, draws } };
  const states = euler(decay, Float64Array.of(0), grid).subarray(1000);
  const variance = states.reduce((sum, x) => sum + x * x, 0) / states.length;
  const exact = std ** 2 / (2 * rate - rate ** 2 * dt);
  // Correlation lasts 1/(2 rate dt) steps for squares, which sets the standard error; five of them.
  const standardError = exact * Math.sqrt(2 / (states.length * rate * dt));
  assert(Math.abs(variance - exact) < 5 * standardError, `seed ${seed}: ${variance}, not ${exact}`);
});

Deno.test("euler() refuses a wrong number of draws", () => {
  const noise = { std: 1, draws: new Float64Array(3) };
  assertThrows(
    () => euler(doubleWell, Float64Array.of(0, 1), { numUnits: 1, numTime: 3, dt: 0.1, noise }),
    RangeError,
    "need 4",
  );
});
