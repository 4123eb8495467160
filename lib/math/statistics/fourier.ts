// Discrete Fourier transforms of any length, for surrogates: radix 2 where the length is a power of two, else Bluestein's
// chirp transform through one of twice the length or more. O(n log n) operations, 48 n bytes of scratch.
// Sources: Cooley & Tukey 1965; Bluestein 1970, "A linear filtering approach to the computation of the discrete Fourier
// transform". Leaves out real-input savings and windows.

/** A transform of one length, to be used many times; tables are made once. */
export interface Fourier {
  readonly length: number;
  /** In place: X[k] = Σ x[t] e^(−2πi kt/n). */
  forward(real: Float64Array, imaginary: Float64Array): void;
  /** In place: x[t] = (1/n) Σ X[k] e^(2πi kt/n). */
  inverse(real: Float64Array, imaginary: Float64Array): void;
}

/**
 * A Fourier transform of `length` complex numbers.
 *
 * @throws {RangeError} unless the length is an integer from 1 up; the transforms throw if an array has another length.
 *
 * @example
 * ```ts
 * import { fourier } from "#lib/math/statistics/fourier.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const real = Float64Array.of(1, 2, 6);
 * fourier(3).forward(real, new Float64Array(3));
 * assertAlmostEquals(real[0], 9, 1e-14);
 * assertAlmostEquals(real[1], 1 - 8 / 2, 1e-14);
 * ```
 */
export function fourier(length: number): Fourier {
  if (!Number.isInteger(length) || length < 1) {
    throw new RangeError(`fourier() got length ${length}; it takes an integer from 1 up`);
  }
  const transform = (length & (length - 1)) === 0 ? radixTwo(length) : chirp(length);
  const checked = (real: Float64Array, imaginary: Float64Array) => {
    if (real.length !== length || imaginary.length !== length) {
      throw new RangeError(
        `a Fourier transform of length ${length} got ${real.length} and ${imaginary.length} numbers`,
      );
    }
    transform(real, imaginary);
  };
  return {
    length,
    forward: checked,
    inverse(real, imaginary) {
      // Swapping the parts conjugates, which turns the forward transform into n times the inverse.
      checked(imaginary, real);
      for (let i = 0; i < length; i++) {
        real[i] /= length;
        imaginary[i] /= length;
      }
    },
  };
}

type InPlace = (real: Float64Array, imaginary: Float64Array) => void;

function radixTwo(n: number): InPlace {
  const cosine = new Float64Array(n >> 1);
  const sine = new Float64Array(n >> 1);
  for (let k = 0; k < n >> 1; k++) {
    cosine[k] = Math.cos(2 * Math.PI * k / n);
    sine[k] = -Math.sin(2 * Math.PI * k / n);
  }
  return (real, imaginary) => {
    for (let i = 1, j = 0; i < n; i++) {
      let bit = n >> 1;
      for (; j & bit; bit >>= 1) j ^= bit;
      j ^= bit;
      if (i < j) {
        [real[i], real[j]] = [real[j], real[i]];
        [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
      }
    }
    for (let half = 1; half < n; half <<= 1) {
      const stride = n / (2 * half);
      for (let start = 0; start < n; start += 2 * half) {
        for (let k = 0, at = 0; k < half; k++, at += stride) {
          const even = start + k;
          const odd = even + half;
          const re = real[odd] * cosine[at] - imaginary[odd] * sine[at];
          const im = real[odd] * sine[at] + imaginary[odd] * cosine[at];
          real[odd] = real[even] - re;
          imaginary[odd] = imaginary[even] - im;
          real[even] += re;
          imaginary[even] += im;
        }
      }
    }
  };
}

/** kt = (k² + t² − (k − t)²)/2 makes the sum a convolution with a chirp, done at a power of two. */
function chirp(n: number): InPlace {
  let padded = 1;
  while (padded < 2 * n - 1) padded *= 2;
  const transform = radixTwo(padded);
  const cosine = new Float64Array(n);
  const sine = new Float64Array(n);
  const filterRe = new Float64Array(padded);
  const filterIm = new Float64Array(padded);
  for (let t = 0; t < n; t++) {
    // t² modulo 2n first: the angle keeps full precision at any length.
    const angle = Math.PI * ((t * t) % (2 * n)) / n;
    cosine[t] = Math.cos(angle);
    sine[t] = Math.sin(angle);
    filterRe[t] = cosine[t];
    filterIm[t] = sine[t];
    if (t > 0) {
      filterRe[padded - t] = cosine[t];
      filterIm[padded - t] = sine[t];
    }
  }
  transform(filterRe, filterIm);
  const re = new Float64Array(padded);
  const im = new Float64Array(padded);
  return (real, imaginary) => {
    re.fill(0);
    im.fill(0);
    for (let t = 0; t < n; t++) {
      re[t] = real[t] * cosine[t] + imaginary[t] * sine[t];
      im[t] = imaginary[t] * cosine[t] - real[t] * sine[t];
    }
    transform(re, im);
    for (let k = 0; k < padded; k++) {
      const product = re[k] * filterRe[k] - im[k] * filterIm[k];
      // Parts swapped for the inverse transform.
      im[k] = re[k] * filterIm[k] + im[k] * filterRe[k];
      re[k] = product;
    }
    transform(im, re);
    for (let k = 0; k < n; k++) {
      const a = re[k] / padded;
      const b = im[k] / padded;
      real[k] = a * cosine[k] + b * sine[k];
      imaginary[k] = b * cosine[k] - a * sine[k];
    }
  };
}
