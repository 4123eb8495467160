// What the comparison needs to know of one operator alone: unit norm, Schur frame, eigenframes of symmetric
// functions of it, spectra. Made once per operator, however many pairs it enters.
// Leaves out everything that concerns a pair.

import { digestOf } from "#lib/core/digest.ts";
import { multiply, multiplyTransposeA, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { frobeniusNorm } from "#lib/math/linalg/norms.ts";
import { requireFinite, requireShape } from "#lib/math/linalg/require_shape.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import { symmetricEigen } from "#lib/math/linalg/symmetric_eigen.ts";
import { realSchur } from "#lib/math/linalg/real_schur.ts";

/** An orthonormal frame (columns) fixed by an operator up to signs, and the operator seen in it. */
export interface Eigenframe {
  readonly name: string;
  readonly vectors: Float64Array;
  readonly operator: Float64Array;
}

/** An operator prepared for comparison. All matrices n×n, row-major. */
export interface OperatorFrames {
  readonly n: number;
  /** The operator divided by its Frobenius norm. */
  readonly unit: Float64Array;
  /** Digest of the unit operator rounded to 24 bits: the same for positive multiples. */
  readonly digest: string;
  /** Real Schur form, unit = Z T Zᵀ. */
  readonly t: Float64Array;
  readonly z: Float64Array;
  /** The other index of each index's 2×2 block of T, or −1. */
  readonly partner: Int32Array;
  /**
   * Eigenvalues of the part of T made of its diagonal and of the skew parts of its 2×2 blocks, by index: conjugates
   * share a block, the one with positive imaginary part first. T's own eigenvalues if the operator is normal.
   */
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** Sign of the upper right entry of the skew part of each 2×2 block, by index; 1 elsewhere. */
  readonly turn: Int8Array;
  /** Frobenius norms of that part and of the rest of T. */
  readonly normalNorm: number;
  readonly departure: number;
  /** Eigenvalues of the symmetric part, singular values of the skew part and of the whole, descending. */
  readonly symmetricValues: Float64Array;
  readonly skewValues: Float64Array;
  readonly singularValues: Float64Array;
  /** Eigenframes of the symmetric part S, of A Aᵀ, of Aᵀ A, and of a mixture. */
  readonly eigenframes: readonly Eigenframe[];
}

/**
 * Prepares an operator A (n×n, n ≥ 1) for comparison.
 *
 * @throws {RangeError} if the length does not fit, an entry is not finite, or A is zero (it has no direction).
 *
 * @example
 * ```ts
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const operator = describeOperator(Float64Array.of(3, 0, 0, 4), 2);
 * assertEquals(operator.unit, Float64Array.of(0.6, 0, 0, 0.8));
 * assertEquals(operator.departure, 0);
 * ```
 */
export function describeOperator(a: Float64Array, n: number): OperatorFrames {
  requireShape("describeOperator", "a", a, n, n);
  requireFinite("describeOperator", "a", a);
  const unit = unitNorm(a, n);
  const { t, z } = realSchur(unit, n);
  const { symmetric, skew } = parts(unit, n);
  const symmetricPart = symmetricEigen(symmetric, n);
  return {
    n,
    unit,
    digest: roundedDigest(unit),
    t,
    z,
    ...normalPart(t, n),
    symmetricValues: symmetricPart.values,
    skewValues: singularValues(skew, n, n),
    singularValues: singularValues(unit, n, n),
    eigenframes: eigenframes(unit, symmetric, symmetricPart.vectors, n),
  };
}

function unitNorm(a: Float64Array, n: number): Float64Array {
  const norm = frobeniusNorm(a);
  if (n < 1 || norm === 0) {
    throw new RangeError(
      `describeOperator: the ${n}×${n} operator is ${
        n < 1 ? "empty" : "zero"
      }; an angle needs a direction`,
    );
  }
  // Twice, because the quotient by a subnormal or huge norm is itself only roughly of unit norm.
  const unit = a.map((x) => x / norm);
  const again = frobeniusNorm(unit);
  return unit.map((x) => x / again);
}

function roundedDigest(unit: Float64Array): string {
  const rounded = Int32Array.from(unit, (x) => Math.round(x * 16777216));
  return digestOf(new Uint8Array(rounded.buffer));
}

function parts(a: Float64Array, n: number) {
  const symmetric = new Float64Array(n * n);
  const skew = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      symmetric[i * n + j] = 0.5 * (a[i * n + j] + a[j * n + i]);
      skew[i * n + j] = 0.5 * (a[i * n + j] - a[j * n + i]);
    }
  }
  return { symmetric, skew };
}

// The orthogonal projection of T onto the normal matrices with its block structure.
function normalPart(t: Float64Array, n: number) {
  const partner = new Int32Array(n).fill(-1);
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const turn = new Int8Array(n).fill(1);
  let kept = 0;
  let rest = 0;
  for (let i = 0; i < n; i++) {
    re[i] = t[i * n + i];
    kept += re[i] * re[i];
    const below = i + 1 < n ? t[(i + 1) * n + i] : 0;
    for (let j = below === 0 ? i + 1 : i + 2; j < n; j++) rest += t[i * n + j] * t[i * n + j];
    if (below === 0) continue;
    partner[i] = i + 1;
    partner[i + 1] = i;
    const skew = 0.5 * (t[i * n + i + 1] - below), shear = 0.5 * (t[i * n + i + 1] + below);
    im[i] = Math.abs(skew);
    im[i + 1] = -im[i];
    if (skew < 0) turn[i] = turn[i + 1] = -1;
    kept += 2 * skew * skew;
    rest += 2 * shear * shear;
  }
  return { partner, re, im, turn, normalNorm: Math.sqrt(kept), departure: Math.sqrt(rest) };
}

function eigenframes(
  unit: Float64Array,
  symmetric: Float64Array,
  symmetricVectors: Float64Array,
  n: number,
): readonly Eigenframe[] {
  const left = multiplyTransposeB(unit, unit, n, n, n);
  const right = multiplyTransposeA(unit, unit, n, n, n);
  // √n brings quadratic terms of a unit operator to the size of linear ones; the weights are generic.
  const square = parts(multiply(unit, unit, n, n, n), n).symmetric;
  const root = Math.sqrt(n);
  const mixture = symmetric.map((x, p) =>
    x + root * (0.7 * left[p] - 0.43 * right[p] + 0.31 * square[p])
  );
  return [
    frame("symmetric", unit, symmetricVectors, n),
    frame("left", unit, symmetricEigen(left, n).vectors, n),
    frame("right", unit, symmetricEigen(right, n).vectors, n),
    frame("mixture", unit, symmetricEigen(mixture, n).vectors, n),
  ];
}

function frame(name: string, unit: Float64Array, vectors: Float64Array, n: number): Eigenframe {
  const half = multiplyTransposeA(vectors, unit, n, n, n);
  return { name, vectors, operator: multiply(half, vectors, n, n, n) };
}
