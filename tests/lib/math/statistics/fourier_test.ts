// Fourier transforms of any length against the sum that defines them, and there and back.

import { assertThrows } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { fourier } from "#lib/math/statistics/fourier.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { fresh } from "../linalg/fresh.ts";

const lengths = [1, 2, 3, 4, 5, 7, 8, 12, 31, 64, 97, 100, 128, 201, 255];

Deno.test("fourier() is the sum that defines it, at any length, and comes back", () =>
  fresh(({ seed }) => {
    for (const n of lengths) {
      const stream = randomStream(seed, "fourier");
      const real = stream.normal(new Float64Array(n), n, 0) as Float64Array;
      const imaginary = stream.normal(new Float64Array(n), n, 1) as Float64Array;
      const [re, im] = [real.slice(), imaginary.slice()];
      fourier(n).forward(re, im);
      const expectedRe = new Float64Array(n);
      const expectedIm = new Float64Array(n);
      for (let k = 0; k < n; k++) {
        for (let t = 0; t < n; t++) {
          const angle = -2 * Math.PI * ((k * t) % n) / n;
          expectedRe[k] += real[t] * Math.cos(angle) - imaginary[t] * Math.sin(angle);
          expectedIm[k] += real[t] * Math.sin(angle) + imaginary[t] * Math.cos(angle);
        }
      }
      const tolerance = { atol: 1e-13 * n };
      assertAllClose(re, expectedRe, tolerance, `real part, n ${n}`);
      assertAllClose(im, expectedIm, tolerance, `imaginary part, n ${n}`);
      fourier(n).inverse(re, im);
      assertAllClose(re, real, { atol: 1e-13 }, `back, n ${n}`);
      assertAllClose(im, imaginary, { atol: 1e-13 }, `back, n ${n}`);
    }
  }));

Deno.test("fourier() keeps its precision at long odd lengths", () => {
  const n = 20011;
  const real = new Float64Array(n);
  for (let t = 0; t < n; t++) real[t] = Math.cos(2 * Math.PI * ((17 * t) % n) / n);
  const imaginary = new Float64Array(n);
  fourier(n).forward(real, imaginary);
  const expected = new Float64Array(n);
  expected[17] = expected[n - 17] = n / 2;
  assertAllClose(real, expected, { atol: 1e-8 });
  assertAllClose(imaginary, new Float64Array(n), { atol: 1e-8 });
});

Deno.test("fourier() refuses lengths that are none, and arrays of another", () => {
  for (const length of [0, 1.5, -3]) assertThrows(() => fourier(length), RangeError, "length");
  const short = new Float64Array(3);
  assertThrows(() => fourier(4).forward(short, short), RangeError, "got 3 and 3");
});
