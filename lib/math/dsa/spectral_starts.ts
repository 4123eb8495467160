// Starts from spectra, as many as wanted: eigenframes of random mixtures of an operator's symmetric functions, matched in
// the order of their eigenvalues with signs resolved. For conjugate operators each is exact; for others they differ from one
// another and lead to the best minimum as often as random rotations in fewer steps, and to those that random ones miss.
// Leaves out the fixed frames that every search begins with (starts.ts).

import type { RandomStream } from "#lib/core/random.ts";
import { determinant } from "#lib/math/linalg/lu.ts";
import { multiply, multiplyTransposeA, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { symmetricEigen } from "#lib/math/linalg/symmetric_eigen.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import type { OperatorFrames } from "./operator_frames.ts";
import { resolveSigns } from "./sign_resolution.ts";

/**
 * Makes the `index`-th start of a stream: a rotation from y's Schur frame to x's. With `proper` the C it stands for has
 * determinant 1.
 *
 * @example
 * ```ts
 * import { randomStream } from "#lib/core/random.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { spectralStarts } from "#lib/math/dsa/spectral_starts.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const a = describeOperator(Float64Array.of(1, 0, 0, 2), 2);
 * const start = spectralStarts(a, a, false, randomStream(1, "example"));
 * assertAlmostEquals(Math.abs(start(0)[0]), 1, 1e-12);
 * ```
 */
export function spectralStarts(
  x: OperatorFrames,
  y: OperatorFrames,
  proper: boolean,
  stream: RandomStream,
): (index: number) => Float64Array {
  const n = x.n;
  const [ofX, ofY] = [x, y].map(({ t }) => symmetricFunctions(t, n));
  const handedness = proper ? determinant(x.z, n) * determinant(y.z, n) : 0;
  return (index) => {
    const weights = stream.normal(new Float64Array(ofX.length), index);
    const [to, from] = [ofX, ofY].map((functions) =>
      symmetricEigen(mixture(functions, weights, n), n).vectors
    );
    const parity = proper ? handedness * determinant(to, n) * determinant(from, n) < 0 ? -1 : 1 : 0;
    const signs = resolveSigns(seenIn(to, x.t, n), seenIn(from, y.t, n), n, parity);
    return multiplyTransposeB(to.map((value, p) => value * signs[p % n]), from, n, n, n);
  };
}

/** A's symmetric part S; A Aᵀ, Aᵀ A, symmetric A², K Kᵀ, S², S K − K S with K the skew part, times √n (as large as S then). */
function symmetricFunctions(a: Float64Array, n: number): readonly Float64Array[] {
  const turned = transpose(a, n, n);
  const symmetric = a.map((value, p) => 0.5 * (value + turned[p]));
  const skew = a.map((value, p) => 0.5 * (value - turned[p]));
  const square = multiply(a, a, n, n, n);
  const product = multiply(symmetric, skew, n, n, n);
  const root = Math.sqrt(n);
  const plusTranspose = (m: Float64Array, factor: number) => {
    const other = transpose(m, n, n);
    return m.map((value, p) => factor * (value + other[p]));
  };
  const scaled = (m: Float64Array) => m.map((value) => root * value);
  return [
    symmetric,
    scaled(multiplyTransposeB(a, a, n, n, n)),
    scaled(multiplyTransposeA(a, a, n, n, n)),
    plusTranspose(square, 0.5 * root),
    scaled(multiplyTransposeB(skew, skew, n, n, n)),
    scaled(multiply(symmetric, symmetric, n, n, n)),
    plusTranspose(product, root),
  ];
}

function mixture(functions: readonly Float64Array[], weights: ArrayLike<number>, n: number) {
  const out = new Float64Array(n * n);
  functions.forEach((m, f) => {
    for (let p = 0; p < out.length; p++) out[p] += weights[f] * m[p];
  });
  return out;
}

function seenIn(vectors: Float64Array, a: Float64Array, n: number): Float64Array {
  return multiply(multiplyTransposeA(vectors, a, n, n, n), vectors, n, n, n);
}
