// Squared 2-Wasserstein distances between spectra with uniform weights: no optimisation over rotations, no
// normalisation, no square root (the convention of the published package). Of unequal operators the smaller spectrum is
// filled up with zeros, or its points are split (as version 2 of the package does on its usual path).
// Leaves out entropic regularisation.

import { requireShape } from "#lib/math/linalg/require_shape.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import { leastCostAssignment } from "./assignment.ts";
import { leastCostTransport } from "./transport.ts";

/** Points in the complex plane: eigenvalues, or singular values with no imaginary part. */
export interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** What becomes of unequal numbers of points: zeros are added to the fewer, or all weigh the same in sum and are split. */
export type UnequalSpectra = "zeros" | "split";

/**
 * The squared 2-Wasserstein distance of two spectra: (1/n) min over matchings of Σ |λᵢ − μ_π(i)|² for n points each. Exactly
 * symmetric.
 *
 * @throws {RangeError} if a spectrum is empty or a point is not finite.
 *
 * @example
 * ```ts
 * import { spectrumDistance } from "#lib/math/dsa/wasserstein.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const one = { re: Float64Array.of(2), im: Float64Array.of(0) };
 * const two = { re: Float64Array.of(2, 1), im: Float64Array.of(0, 0) };
 * assertAlmostEquals(spectrumDistance(one, two), 0.5); // 1 is matched with an added 0
 * assertAlmostEquals(spectrumDistance(one, two, "split"), 0.5); // half of 2 goes to 1
 * ```
 */
export function spectrumDistance(
  x: Spectrum,
  y: Spectrum,
  unequal: UnequalSpectra = "zeros",
): number {
  if (x.re.length > y.re.length) return spectrumDistance(y, x, unequal);
  const [rows, columns] = [x.re.length, y.re.length];
  if (rows < 1) {
    throw new RangeError("spectrumDistance: a spectrum is empty; give at least one point");
  }
  if (unequal === "split" && rows < columns) {
    return leastCostTransport(squaredDistances(x, y, rows, columns), rows, columns);
  }
  const n = columns;
  const cost = squaredDistances({ re: filledUp(x.re, n), im: filledUp(x.im, n) }, y, n, n);
  const { columns: matched } = leastCostAssignment(cost, n);
  // Summed by size, so that the order of the operators does not show in the last bit.
  return Float64Array.from(matched, (j, i) => cost[i * n + j]).sort()
    .reduce((sum, value) => sum + value, 0) / n;
}

/**
 * {@link spectrumDistance} of the eigenvalues of A (numRowsA squared) and B.
 *
 * @throws {RangeError} if a length does not fit, a size is zero or an entry is not finite.
 *
 * @example
 * ```ts
 * import { eigenvalueWasserstein } from "#lib/math/dsa/wasserstein.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const turn = Float64Array.of(0, -1, 1, 0); // ±i
 * const shrink = Float64Array.of(1, 0, 0, -1); // ±1
 * assertAlmostEquals(eigenvalueWasserstein(turn, 2, shrink, 2), 2, 1e-14);
 * ```
 */
export function eigenvalueWasserstein(
  a: Float64Array,
  numRowsA: number,
  b: Float64Array,
  numRowsB: number,
): number {
  requireSizes("eigenvalueWasserstein", a, numRowsA, b, numRowsB);
  return spectrumDistance(eigenvalues(a, numRowsA), eigenvalues(b, numRowsB));
}

/**
 * {@link spectrumDistance} of the singular values.
 *
 * @throws {RangeError} if a length does not fit, a size is zero or an entry is not finite.
 *
 * @example
 * ```ts
 * import { singularValueWasserstein } from "#lib/math/dsa/wasserstein.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(singularValueWasserstein(Float64Array.of(3), 1, Float64Array.of(1, 0, 0, 0), 2), 2);
 * ```
 */
export function singularValueWasserstein(
  a: Float64Array,
  numRowsA: number,
  b: Float64Array,
  numRowsB: number,
): number {
  requireSizes("singularValueWasserstein", a, numRowsA, b, numRowsB);
  return spectrumDistance(singularSpectrum(a, numRowsA), singularSpectrum(b, numRowsB));
}

/**
 * Singular values of A (n×n) as points on the real axis.
 *
 * @example
 * ```ts
 * import { singularSpectrum } from "#lib/math/dsa/wasserstein.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(singularSpectrum(Float64Array.of(-3), 1).re, Float64Array.of(3));
 * ```
 */
export function singularSpectrum(a: Float64Array, n: number): Spectrum {
  return { re: singularValues(a, n, n), im: new Float64Array(n) };
}

function squaredDistances(x: Spectrum, y: Spectrum, rows: number, columns: number): Float64Array {
  const cost = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      cost[i * columns + j] = (x.re[i] - y.re[j]) ** 2 + (x.im[i] - y.im[j]) ** 2;
    }
  }
  return cost;
}

function requireSizes(
  caller: string,
  a: Float64Array,
  numRowsA: number,
  b: Float64Array,
  numRowsB: number,
): void {
  requireShape(caller, "a", a, numRowsA, numRowsA);
  requireShape(caller, "b", b, numRowsB, numRowsB);
  if (numRowsA < 1 || numRowsB < 1) {
    throw new RangeError(`${caller}: sizes ${numRowsA} and ${numRowsB}; both must be at least 1`);
  }
}

function filledUp(values: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n);
  out.set(values);
  return out;
}
