// Surrogates of a multivariate time series that keep its linear structure and nothing else: every power spectrum and,
// with phases shared by the units, every cross-spectrum (hence all auto- and cross-correlations, circularly).
// Sources: Theiler et al. 1992 and Prichard & Theiler 1994 (phases, one vector for all channels); Schreiber & Schmitz 1996
// and 2000, section 4.4 (iterated amplitude adjustment, univariate and multivariate).
// Leaves out surrogates that move whole samples (order_surrogates.ts).

import type { RandomStream } from "../../core/random.ts";
import { fourier } from "./fourier.ts";

/** One trial, time × units, units fastest. */
export interface Series {
  readonly data: Float64Array;
  readonly numTime: number;
  readonly numUnits: number;
}

/** How phases are drawn. */
export interface PhaseOptions {
  /** Sequence of the stream: the trial's number. */
  readonly index: number;
  /** Whether all units get one vector of phases, which keeps their cross-spectra. */
  readonly sharedPhases: boolean;
}

/**
 * The series with random phases: X[k] · exp(iφₖ) for every frequency between 0 and Nyquist, which stay, as do mean and power
 * spectrum. 2 N transforms of length T.
 *
 * @throws {RangeError} if a number is not finite.
 *
 * @example
 * ```ts
 * import { randomisePhases } from "#lib/math/statistics/phase_surrogates.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const series = { data: Float64Array.of(1, 5, 2, 8, 4), numTime: 5, numUnits: 1 };
 * const out = randomisePhases(series, randomStream(0, "x"), { index: 0, sharedPhases: true });
 * const squares = (x: Float64Array) => x.reduce((sum, value) => sum + value * value, 0);
 * assertAlmostEquals(squares(out), squares(series.data), 1e-12); // Parseval
 * ```
 */
export function randomisePhases(
  series: Series,
  stream: RandomStream,
  options: PhaseOptions,
): Float64Array {
  const { numTime, numUnits } = series;
  const spectra = spectraOf(series);
  const turned = new Float64Array(series.data.length);
  const real = new Float64Array(numTime);
  const imaginary = new Float64Array(numTime);
  const transform = fourier(numTime);
  for (let unit = 0; unit < numUnits; unit++) {
    const phases = phasesOf(stream, numTime, options, unit);
    const { re, im } = spectra[unit];
    real.set(re);
    imaginary.set(im);
    for (let k = 1; 2 * k < numTime; k++) {
      const cosine = Math.cos(phases[k - 1]);
      const sine = Math.sin(phases[k - 1]);
      setConjugates(
        real,
        imaginary,
        k,
        re[k] * cosine - im[k] * sine,
        re[k] * sine + im[k] * cosine,
      );
    }
    transform.inverse(real, imaginary);
    for (let t = 0; t < numTime; t++) turned[t * numUnits + unit] = real[t];
  }
  return turned;
}

/**
 * A surrogate with exactly the values of the series, unit by unit, and nearly its power spectra (and, with shared
 * phases, cross-spectra): starting from {@link randomisePhases}, the ranks are given the series' own values and the
 * spectra the series' own amplitudes in turn, until no rank changes or `maxIterations` have passed. The values come last.
 *
 * @throws {RangeError} if a number is not finite.
 *
 * @example
 * ```ts
 * import { adjustAmplitudes } from "#lib/math/statistics/phase_surrogates.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import { assertEquals } from "@std/assert";
 * const series = { data: Float64Array.of(1, 5, 2, 8, 4, 3), numTime: 6, numUnits: 1 };
 * const options = { index: 0, sharedPhases: true, maxIterations: 100 };
 * const out = adjustAmplitudes(series, randomStream(0, "x"), options);
 * assertEquals(out.toSorted(), series.data.toSorted());
 * ```
 */
export function adjustAmplitudes(
  series: Series,
  stream: RandomStream,
  options: PhaseOptions & { readonly maxIterations: number },
): Float64Array {
  const { numTime, numUnits } = series;
  const own = spectraOf(series);
  const columns = unitsOf(randomisePhases(series, stream, options), numTime, numUnits);
  const sorted = unitsOf(series.data, numTime, numUnits).map((column) => column.sort());
  const transform = fourier(numTime);
  let ranks = columns.map(ranksOf);
  for (let iteration = 0; iteration < options.maxIterations; iteration++) {
    const imaginary = columns.map(() => new Float64Array(numTime));
    columns.forEach((column, unit) => {
      ranks[unit].forEach((t, rank) => column[t] = sorted[unit][rank]);
      transform.forward(column, imaginary[unit]);
    });
    restoreAmplitudes(own, columns, imaginary, options.sharedPhases);
    columns.forEach((column, unit) => transform.inverse(column, imaginary[unit]));
    const next = columns.map(ranksOf);
    const isSettled = next.every((order, unit) =>
      order.every((t, rank) => t === ranks[unit][rank])
    );
    ranks = next;
    if (isSettled) break;
  }
  const adjusted = new Float64Array(series.data.length);
  ranks.forEach((order, unit) =>
    order.forEach((t, rank) => adjusted[t * numUnits + unit] = sorted[unit][rank])
  );
  return adjusted;
}

interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function spectraOf({ data, numTime, numUnits }: Series): Spectrum[] {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    throw new RangeError(
      `a spectrum needs finite numbers, but time ${Math.floor(at / numUnits)} of unit ${
        at % numUnits
      } is ${data[at]}; fill or cut such samples`,
    );
  }
  const transform = fourier(numTime);
  return unitsOf(data, numTime, numUnits).map((re) => {
    const im = new Float64Array(numTime);
    transform.forward(re, im);
    return { re, im };
  });
}

/** Angles of the frequencies between 0 and Nyquist. */
function phasesOf(
  stream: RandomStream,
  numTime: number,
  { index, sharedPhases }: PhaseOptions,
  unit: number,
): Float64Array {
  const phases = new Float64Array(Math.max(0, Math.ceil(numTime / 2) - 1));
  stream.uniform(phases, index, sharedPhases ? 0 : unit);
  for (let k = 0; k < phases.length; k++) phases[k] *= 2 * Math.PI;
  return phases;
}

/** Amplitudes as they were; phases as found, or, shared, the series' own turned by the angle that fits all units best. */
function restoreAmplitudes(
  own: readonly Spectrum[],
  real: readonly Float64Array[],
  imaginary: readonly Float64Array[],
  sharedPhases: boolean,
): void {
  const numTime = real[0].length;
  for (let k = 0; 2 * k <= numTime; k++) {
    const isReal = k === 0 || 2 * k === numTime;
    let turnRe = 0;
    let turnIm = 0;
    own.forEach(({ re, im }, unit) => {
      // Product with the conjugate: its angle is the turn from the own phase to the one found.
      const a = real[unit][k] * re[k] + imaginary[unit][k] * im[k];
      const b = imaginary[unit][k] * re[k] - real[unit][k] * im[k];
      const size = Math.hypot(a, b);
      if (size > 0) {
        turnRe += a / size;
        turnIm += b / size;
      }
    });
    const turn = Math.hypot(turnRe, turnIm);
    own.forEach(({ re, im }, unit) => {
      if (isReal) {
        real[unit][k] = re[k];
        imaginary[unit][k] = 0;
      } else if (sharedPhases) {
        if (turn === 0) return setConjugates(real[unit], imaginary[unit], k, re[k], im[k]);
        const cosine = turnRe / turn;
        const sine = turnIm / turn;
        const newRe = re[k] * cosine - im[k] * sine;
        setConjugates(real[unit], imaginary[unit], k, newRe, re[k] * sine + im[k] * cosine);
      } else {
        const found = Math.hypot(real[unit][k], imaginary[unit][k]);
        const scale = found === 0 ? 0 : Math.hypot(re[k], im[k]) / found;
        setConjugates(
          real[unit],
          imaginary[unit],
          k,
          real[unit][k] * scale,
          imaginary[unit][k] * scale,
        );
      }
    });
  }
}

function setConjugates(
  real: Float64Array,
  imaginary: Float64Array,
  k: number,
  re: number,
  im: number,
): void {
  const mirrored = real.length - k;
  real[k] = re;
  imaginary[k] = im;
  real[mirrored] = re;
  imaginary[mirrored] = -im;
}

function unitsOf(data: Float64Array, numTime: number, numUnits: number): Float64Array[] {
  return Array.from({ length: numUnits }, (_, unit) => {
    const column = new Float64Array(numTime);
    for (let t = 0; t < numTime; t++) column[t] = data[t * numUnits + unit];
    return column;
  });
}

/** Times from the smallest value to the largest; equal values in order of time. */
function ranksOf(column: Float64Array): Int32Array {
  return Int32Array.from(column, (_, t) => t).sort((a, b) => column[a] - column[b] || a - b);
}
