// Surrogates keep what they promise to keep, and break what they promise to break.

import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { type RandomStream, randomStream } from "#lib/core/random.ts";
import { fourier } from "#lib/math/statistics/fourier.ts";
import { backwards, shiftInCircle } from "#lib/math/statistics/order_surrogates.ts";
import {
  adjustAmplitudes,
  randomisePhases,
  type Series,
} from "#lib/math/statistics/phase_surrogates.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { fresh } from "../linalg/fresh.ts";

/** A stable autoregression of three coupled units, skewed so that amplitudes are not normal. */
function coupled(stream: RandomStream, numTime: number): Series {
  const numUnits = 3;
  const noise = stream.normal(new Float64Array(numTime * numUnits), 9) as Float64Array;
  const data = new Float64Array(numTime * numUnits);
  for (let t = 1; t < numTime; t++) {
    const [x, y, z] = data.subarray((t - 1) * numUnits, t * numUnits);
    data[t * numUnits] = 0.8 * x - 0.4 * y + noise[t * numUnits];
    data[t * numUnits + 1] = 0.4 * x + 0.8 * y + 0.3 * noise[t * numUnits + 1];
    data[t * numUnits + 2] = 0.5 * z + y + 0.3 * noise[t * numUnits + 2];
  }
  return { data: data.map((value) => value + 0.1 * value ** 2), numTime, numUnits };
}

/** Cross-spectrum of two units, and the power spectrum where they are one: real parts, then imaginary ones. */
function crossSpectrum({ data, numTime, numUnits }: Series, a: number, b: number): Float64Array {
  const [re, im] = [a, b].map((unit) => {
    const real = Float64Array.from({ length: numTime }, (_, t) => data[t * numUnits + unit]);
    const imaginary = new Float64Array(numTime);
    fourier(numTime).forward(real, imaginary);
    return [real, imaginary];
  }).reduce(([r1, i1], [r2, i2]) => [
    r1.map((x, k) => x * r2[k] + i1[k] * i2[k]),
    i1.map((x, k) => x * r2[k] - r1[k] * i2[k]),
  ]);
  return Float64Array.of(...re, ...im);
}

const lengths = [2, 3, 8, 15, 50, 101];

Deno.test("randomisePhases() keeps mean, power spectra and, with shared phases, cross-spectra", () =>
  fresh(({ seed }) => {
    for (const numTime of lengths) {
      const stream = randomStream(seed, `length ${numTime}`);
      const series = coupled(stream, numTime);
      for (const sharedPhases of [true, false]) {
        const data = randomisePhases(series, stream, { index: 0, sharedPhases });
        const made = { ...series, data };
        // Units may differ in size: what rounds is the larger of a pair.
        const sizes = [0, 1, 2].map((unit) =>
          Math.max(...crossSpectrum(series, unit, unit).map(Math.abs))
        );
        for (let a = 0; a < 3; a++) {
          for (let b = 0; b <= a; b++) {
            if (a !== b && !sharedPhases) continue;
            assertAllClose(
              crossSpectrum(made, a, b),
              crossSpectrum(series, a, b),
              { atol: 1e-12 * Math.max(sizes[a], sizes[b]) },
              `units ${a} and ${b}, length ${numTime}, shared ${sharedPhases}`,
            );
          }
        }
        if (numTime > 3) assertNotEquals(data, series.data);
      }
    }
  }));

Deno.test("randomisePhases() breaks cross-spectra where each unit has its own phases", () =>
  fresh(({ seed }) => {
    const stream = randomStream(seed, "own phases");
    const series = coupled(stream, 400);
    const correlation = ({ data }: Series) => {
      let sum = 0;
      for (let t = 0; t < 400; t++) sum += data[3 * t + 1] * data[3 * t + 2];
      return sum;
    };
    const made = (sharedPhases: boolean) => ({
      ...series,
      data: randomisePhases(series, stream, { index: 0, sharedPhases }),
    });
    const whole = correlation(series);
    assertAllClose([correlation(made(true))], [whole], { rtol: 1e-10 });
    assert(Math.abs(correlation(made(false))) < 0.8 * whole);
  }));

Deno.test("adjustAmplitudes() keeps the values exactly and the spectra nearly", () =>
  fresh(({ seed }) => {
    for (const numTime of [64, 199]) {
      for (const sharedPhases of [true, false]) {
        const stream = randomStream(seed, `adjusted ${numTime}`);
        const series = coupled(stream, numTime);
        const options = { index: 0, sharedPhases };
        const data = adjustAmplitudes(series, stream, { ...options, maxIterations: 300 });
        const start = randomisePhases(series, stream, options);
        for (let unit = 0; unit < 3; unit++) {
          const ofUnit = (all: Float64Array) => all.filter((_, i) => i % 3 === unit);
          assertEquals(ofUnit(data).sort(), ofUnit(series.data).sort());
          // Giving the first surrogate the right values at once spoils its spectrum more than the iteration leaves.
          const sorted = ofUnit(series.data).sort();
          const order = [...ofUnit(start).keys()].sort((a, b) =>
            start[3 * a + unit] - start[3 * b + unit]
          );
          const once = new Float64Array(numTime);
          order.forEach((t, rank) => once[t] = sorted[rank]);
          const wanted = crossSpectrum(series, unit, unit);
          const miss = (found: Float64Array) =>
            found.reduce(
              (sum, x, k) => sum + (Math.sqrt(Math.abs(x)) - Math.sqrt(Math.abs(wanted[k]))) ** 2,
              0,
            );
          const found = miss(crossSpectrum({ ...series, data }, unit, unit));
          const single = { data: once, numTime, numUnits: 1 };
          assert(found < miss(crossSpectrum(single, 0, 0)) || found < 1e-3, `unit ${unit}`);
        }
      }
    }
  }));

Deno.test("adjustAmplitudes() leaves a series of one value alone", () => {
  const series = { data: new Float64Array(12).fill(4), numTime: 6, numUnits: 2 };
  const options = { index: 0, sharedPhases: true, maxIterations: 10 };
  assertEquals(adjustAmplitudes(series, randomStream(1, "x"), options), series.data);
});

Deno.test("backwards() twice is the series; shiftInCircle() is a rotation of allowed size", () =>
  fresh(({ seed }) => {
    const stream = randomStream(seed, "order");
    const series = coupled(stream, 11);
    const there = backwards(series);
    assertEquals(backwards({ ...series, data: there }), series.data);
    const seen = new Set<number>();
    for (let index = 0; index < 200; index++) {
      const data = shiftInCircle(series, stream, { index, minShift: 3 });
      const shift = [...Array(11).keys()].find((by) => data[3 * by + 2] === series.data[2])!;
      seen.add(shift);
      for (let t = 0; t < 11; t++) {
        assertEquals(
          data.subarray(3 * ((t + shift) % 11), 3 * ((t + shift) % 11) + 3),
          series.data.subarray(3 * t, 3 * t + 3),
        );
      }
    }
    assertEquals([...seen].sort((a, b) => a - b), [3, 4, 5, 6, 7, 8]);
    assertThrows(
      () => shiftInCircle(series, stream, { index: 0, minShift: 6 }),
      RangeError,
      "at most 5",
    );
  }));

Deno.test("surrogates of spectra refuse numbers that are not finite, by time and unit", () => {
  const data = new Float64Array(8);
  data[5] = NaN;
  const series = { data, numTime: 4, numUnits: 2 };
  const options = { index: 0, sharedPhases: true };
  assertThrows(
    () => randomisePhases(series, randomStream(0, "x"), options),
    RangeError,
    "time 2 of unit 1 is NaN",
  );
});
