// Motif functions against plain formulas on random arrays, and the line motif as published.

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { LegacyRandom } from "#lib/math/random/mt19937.ts";
import { admix } from "#lib/models/motifs/admix.ts";
import { attach, downsampleTime } from "#lib/models/motifs/attach.ts";
import { minMaxNormalize, zScoreUnits } from "#lib/models/motifs/normalize.ts";
import { perturb } from "#lib/models/motifs/perturb.ts";
import { reverseTime, reverseTrials } from "#lib/models/motifs/reverse.ts";
import type { TrajectoryShape } from "#lib/models/motifs/shape.ts";
import {
  acceleratingLine,
  publishedLineDirections,
  randomDirections,
  straightLine,
} from "#lib/models/motifs/straight_line.ts";
import reference from "#tests/reference/attractors/legacy_random.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";

const shape = { numTrials: 4, numTime: 7, numUnits: 3 };
const size = 4 * 7 * 3;

function random(index: number, length = size): Float64Array {
  return randomStream(1234, "test/motifs").normal(new Float64Array(length), index) as Float64Array;
}

function at(states: Float64Array, s: TrajectoryShape, trial: number, t: number, unit: number) {
  return states[(trial * s.numTime + t) * s.numUnits + unit];
}

/** Calls `visit` for every trial, time and unit. */
function forEach(s: TrajectoryShape, visit: (trial: number, t: number, unit: number) => void) {
  for (let trial = 0; trial < s.numTrials; trial++) {
    for (let t = 0; t < s.numTime; t++) {
      for (let unit = 0; unit < s.numUnits; unit++) visit(trial, t, unit);
    }
  }
}

Deno.test("minMaxNormalize() uses one minimum and one maximum per trial", () => {
  const states = random(1);
  for (const epsilon of [0, 1e-6, 0.5]) {
    const scaled = minMaxNormalize(states, shape, { epsilon });
    forEach(shape, (trial, t, unit) => {
      const rows = [...states.subarray(trial * 21, trial * 21 + 21)];
      const [low, high] = [Math.min(...rows), Math.max(...rows)];
      const expected = (at(states, shape, trial, t, unit) - low) / (high - low + epsilon);
      assertEquals(at(scaled, shape, trial, t, unit), expected);
    });
  }
  const twice = minMaxNormalize(minMaxNormalize(states, shape), shape);
  assertEquals(twice, minMaxNormalize(states, shape));
});

Deno.test("minMaxNormalize() keeps NaN in its trial, and makes a resting trial 0 given an epsilon", () => {
  const states = random(2);
  states[30] = NaN;
  states.fill(5, 42, 63);
  const scaled = minMaxNormalize(states, shape, { epsilon: 1e-6 });
  forEach(shape, (trial, t, unit) => {
    const value = at(scaled, shape, trial, t, unit);
    if (trial === 1) assert(Number.isNaN(value));
    else if (trial === 2) assertEquals(value, 0);
    else assert(value >= 0 && value < 1);
  });
});

Deno.test("zScoreUnits() gives each unit of each trial mean 0 and deviation 1", () => {
  const states = random(3).map((x, i) => 3 * x + (i % 3));
  for (let t = 0; t < 7; t++) states[3 * t + 2] = 0.1;
  const scaled = zScoreUnits(states, shape);
  for (let trial = 0; trial < 4; trial++) {
    for (let unit = 0; unit < 3; unit++) {
      let sum = 0;
      let squares = 0;
      for (let t = 0; t < 7; t++) {
        sum += at(scaled, shape, trial, t, unit);
        squares += at(scaled, shape, trial, t, unit) ** 2;
      }
      assertAlmostEquals(sum, 0, 1e-12);
      assertAlmostEquals(squares / 7, trial === 0 && unit === 2 ? 0 : 1, 1e-12);
    }
  }
});

Deno.test("attach() continues each motif by its increments, from a nudge past the end", () => {
  for (const numMotifs of [2, 3, 4]) {
    const motifs = Array.from({ length: numMotifs }, (_, m) => random(10 + m));
    const joined = attach(motifs, shape);
    const long = { ...shape, numTime: 7 * numMotifs };
    forEach(long, (trial, t, unit) => {
      const [m, i] = [Math.floor(t / 7), t % 7];
      const value = at(joined, long, trial, t, unit);
      if (m === 0) return assertEquals(value, at(motifs[0], shape, trial, t, unit));
      const before = at(joined, long, trial, t - 1, unit);
      const increment = i === 0
        ? 1e-4 * (before - at(joined, long, trial, t - 2, unit))
        : at(motifs[m], shape, trial, i, unit) - at(motifs[m], shape, trial, i - 1, unit);
      assertAlmostEquals(value - before, increment, 1e-13);
    });
    const kept = downsampleTime(joined, long, numMotifs);
    forEach(shape, (trial, t, unit) => {
      assertEquals(at(kept, shape, trial, t, unit), at(joined, long, trial, t * numMotifs, unit));
    });
  }
});

Deno.test("downsampleTime() keeps the first point and every factor-th after it", () => {
  const states = random(20);
  for (const factor of [1, 2, 3, 6, 7, 8]) {
    const numTime = Math.ceil(7 / factor);
    const kept = downsampleTime(states, shape, factor);
    assertEquals(kept.length, 4 * numTime * 3);
    const short = { ...shape, numTime };
    forEach(short, (trial, t, unit) => {
      assertEquals(at(kept, short, trial, t, unit), at(states, shape, trial, t * factor, unit));
    });
  }
});

Deno.test("admix() adds a share of the motif's course, not of its place", () => {
  const [base, added] = [random(30), random(31)];
  const mixed = admix(base, added, 0.25, shape);
  forEach(shape, (trial, t, unit) => {
    const course = at(added, shape, trial, t, unit) - at(added, shape, trial, 0, unit);
    const expected = at(base, shape, trial, t, unit) + 0.25 * course;
    assertEquals(at(mixed, shape, trial, t, unit), expected);
  });
  assertEquals(admix(base, added, 0, shape), base);
  assertAllClose(admix(base, added.map((x) => x + 8), 0.25, shape), mixed, { atol: 1e-14 });
});

Deno.test("perturb() keeps the variance of standardised states, for any sigma", () => {
  const [states, draws] = [random(40, 100_000), random(41, 100_000)];
  for (const sigma of [0, 0.004, 0.6, 1]) {
    const noisy = perturb(states, sigma, draws);
    const variance = noisy.reduce((sum, x) => sum + x * x, 0) / noisy.length;
    assertAlmostEquals(variance, 1, 5 * Math.sqrt(2 / noisy.length));
    const shared = noisy.reduce((sum, x, i) => sum + x * draws[i], 0) / noisy.length;
    assertAlmostEquals(shared, sigma, 5 * Math.sqrt(2 / noisy.length));
  }
  assertEquals(perturb(states, 0, draws), states);
  assertEquals(perturb(states, 1, draws), draws);
  const inPlace = draws.slice();
  assertEquals(perturb(states, 0.3, inPlace, inPlace), perturb(states, 0.3, draws));
});

Deno.test("reverseTime() and reverseTrials() turn one axis and undo themselves", () => {
  const states = random(50);
  const [backwards, upsideDown] = [reverseTime(states, shape), reverseTrials(states, shape)];
  forEach(shape, (trial, t, unit) => {
    const value = at(states, shape, trial, t, unit);
    assertEquals(at(backwards, shape, trial, 6 - t, unit), value);
    assertEquals(at(upsideDown, shape, 3 - trial, t, unit), value);
  });
  assertEquals(reverseTime(backwards, shape), states);
  assertEquals(reverseTrials(upsideDown, shape), states);
});

Deno.test("straightLine() is straight and even, acceleratingLine() is straight and quadratic", () => {
  const [starts, directions] = [random(60, 12), random(61, 12)];
  const even = straightLine(starts, directions, shape);
  const growing = acceleratingLine(starts, directions, shape);
  forEach(shape, (trial, t, unit) => {
    const [x0, d] = [starts[3 * trial + unit], directions[3 * trial + unit]];
    assertAlmostEquals(at(even, shape, trial, t, unit), x0 + t * d, 1e-14);
    assertAlmostEquals(at(growing, shape, trial, t, unit), x0 + d * t * (t - 1) / 2, 1e-13);
  });
});

Deno.test("randomDirections() have the given length and favour no direction", () => {
  const numTrials = 3000;
  const directions = randomDirections(randomStream(65, "test/line"), numTrials, 3, 2);
  const mean = [0, 0, 0];
  for (let trial = 0; trial < numTrials; trial++) {
    const direction = directions.subarray(3 * trial, 3 * trial + 3);
    assertAlmostEquals(Math.hypot(...direction), 2, 1e-14);
    direction.forEach((x, axis) => mean[axis] += x / numTrials);
  }
  // Each component has variance 4/3; five standard errors.
  for (const x of mean) assert(Math.abs(x) < 5 * Math.sqrt(4 / 3 / numTrials), `mean ${mean}`);
  const fewer = randomDirections(randomStream(65, "test/line"), 10, 3, 2);
  assertEquals(fewer, directions.slice(0, 30));
});

Deno.test("publishedLineDirections() are NumPy's, and shrink to nothing as was measured", () => {
  const legacy = new LegacyRandom(42);
  legacy.fillUniform(new Float64Array(150));
  const directions = publishedLineDirections(legacy, 50);
  assertAllClose(directions, reference.published_line.flat(), { rtol: 1e-13 });
  const magnitude = (trial: number) => Math.abs(directions[3 * trial]);
  assert(magnitude(0) > 1e-6 && magnitude(40) < 1e-10 * magnitude(0));
});

Deno.test("motif functions refuse arrays that do not have their shape", () => {
  const short = new Float64Array(size - 1);
  const whole = new Float64Array(size);
  const refuse = (call: () => unknown, message = `${size}`) =>
    assertThrows(call, RangeError, message);
  refuse(() => minMaxNormalize(short, shape));
  refuse(() => zScoreUnits(short, shape));
  refuse(() => attach([whole, short], shape));
  refuse(() => attach([whole], shape), "1 motifs");
  refuse(() => downsampleTime(short, shape, 2));
  refuse(() => downsampleTime(whole, shape, 0), "factor 0");
  refuse(() => admix(short, whole, 1, shape));
  refuse(() => admix(whole, short, 1, shape));
  refuse(() => perturb(whole, 0.1, short), `${size - 1} draws`);
  refuse(() => perturb(whole, 1.1, whole), "sigma 1.1");
  refuse(() => reverseTime(short, shape));
  refuse(() => reverseTrials(short, shape));
  refuse(() => straightLine(new Float64Array(3), new Float64Array(6), shape), "6 numbers");
  refuse(() => minMaxNormalize(whole, { ...shape, numUnits: 1.5 }), "unit 1.5");
});
