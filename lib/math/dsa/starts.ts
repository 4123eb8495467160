// Starting points of the search for C, as rotations between the Schur frames of two operators: those that the
// operators' own structure suggests, and random ones. Leaves out the descent from them.

import { randomStream } from "#lib/core/random.ts";
import { determinant } from "#lib/math/linalg/lu.ts";
import { multiply, multiplyTransposeA, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { requireShape } from "#lib/math/linalg/require_shape.ts";
import type { EigenvalueMatching } from "./eigenvalue_matching.ts";
import type { OperatorFrames } from "./operator_frames.ts";
import { randomOrthogonal } from "./random_orthogonal.ts";
import { resolveSigns } from "./sign_resolution.ts";
import { spectralStarts } from "./spectral_starts.ts";

/** Orthogonal matrices allowed: all, or those of determinant 1. */
export type RotationGroup = "orthogonal" | "special_orthogonal";

/** A rotation (n×n) from y's Schur frame to x's, and where it comes from. */
export interface Start {
  readonly name: string;
  readonly rotation: Float64Array;
}

/**
 * Starts from structure: matched eigenvalues, and matched eigenframes of symmetric functions with signs resolved
 * (exact for conjugate operators whose functions have simple spectra).
 *
 * @example
 * ```ts
 * import { matchEigenvalues } from "#lib/math/dsa/eigenvalue_matching.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { structuredStarts } from "#lib/math/dsa/starts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const a = describeOperator(Float64Array.of(1, 0, 0, 2), 2);
 * const starts = structuredStarts(a, a, matchEigenvalues(a, a), "orthogonal");
 * assertEquals(starts.map((start) => start.name), ["eigenvalues", "symmetric", "left", "right", "mixture"]);
 * ```
 */
export function structuredStarts(
  x: OperatorFrames,
  y: OperatorFrames,
  matching: EigenvalueMatching,
  group: RotationGroup,
): readonly Start[] {
  const n = x.n;
  const rotation = matching.rotation.slice();
  if (group === "special_orthogonal") makeProper(x, y, rotation);
  const starts: Start[] = [{ name: "eigenvalues", rotation }];
  for (let f = 0; f < x.eigenframes.length; f++) {
    const from = y.eigenframes[f], to = x.eigenframes[f];
    const parity = group === "orthogonal"
      ? 0
      : sign(determinant(from.vectors, n) * determinant(to.vectors, n));
    const signs = resolveSigns(to.operator, from.operator, n, parity);
    const signed = to.vectors.map((value, p) => value * signs[p % n]);
    const c = multiplyTransposeB(signed, from.vectors, n, n, n);
    starts.push({ name: to.name, rotation: betweenFrames(x, y, c) });
  }
  return starts;
}

/**
 * The identity and a reflection of the first coordinate in the coordinates the operators came in (under
 * `special_orthogonal` the identity alone), then `count` random rotations, of alternating determinant if both are allowed,
 * every fourth one from a random mixture of spectra instead. Made one by one; random numbers are keyed by the seed and the two
 * operators.
 *
 * @example
 * ```ts
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { unstructuredStarts } from "#lib/math/dsa/starts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const a = describeOperator(Float64Array.of(1, 0, 0, 2), 2);
 * const starts = unstructuredStarts(a, a, 2, "orthogonal", 0);
 * assertEquals([...starts].map(({ name }) => name), ["identity", "reflection", "random 1", "random 2"]);
 * ```
 */
export function* unstructuredStarts(
  x: OperatorFrames,
  y: OperatorFrames,
  count: number,
  group: RotationGroup,
  seed: number | string,
): Iterable<Start> {
  const n = x.n;
  const both = group === "orthogonal";
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  yield { name: "identity", rotation: betweenFrames(x, y, identity) };
  if (both) {
    identity[0] = -1;
    yield { name: "reflection", rotation: betweenFrames(x, y, identity) };
  }
  const stream = randomStream(seed, `dsa/starts/${x.digest}/${y.digest}`);
  const spectral = randomStream(seed, `dsa/mixtures/${x.digest}/${y.digest}`);
  let mixture: ((index: number) => Float64Array) | undefined;
  for (let k = 0; k < count; k++) {
    if (k % 4 !== 3) {
      const index = k - (k >> 2);
      const c = randomOrthogonal(stream, index, n, both && index % 2 === 0 ? -1 : 1);
      yield { name: `random ${index + 1}`, rotation: betweenFrames(x, y, c) };
    } else {
      const index = k >> 2;
      mixture ??= spectralStarts(x, y, !both, spectral);
      yield { name: `mixture ${index + 1}`, rotation: mixture(index) };
    }
  }
}

/**
 * Starts from given orthogonal C (n×n).
 *
 * @throws {RangeError} if a length does not fit.
 *
 * @example
 * ```ts
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { givenStarts } from "#lib/math/dsa/starts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const a = describeOperator(Float64Array.of(2), 1);
 * assertEquals(givenStarts(a, a, [Float64Array.of(-1)])[0].name, "given 1");
 * ```
 */
export function givenStarts(
  x: OperatorFrames,
  y: OperatorFrames,
  rotations: readonly Float64Array[],
): readonly Start[] {
  return rotations.map((c, k) => {
    requireShape("givenStarts", `starts[${k}]`, c, x.n, x.n);
    return { name: `given ${k + 1}`, rotation: betweenFrames(x, y, c) };
  });
}

/**
 * The matrix C that a rotation between Schur frames stands for: Z_x R Z_yᵀ.
 *
 * @example
 * ```ts
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { fromFrames } from "#lib/math/dsa/starts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const a = describeOperator(Float64Array.of(2), 1);
 * assertEquals(fromFrames(a, a, Float64Array.of(-1)), Float64Array.of(-1));
 * ```
 */
export function fromFrames(x: OperatorFrames, y: OperatorFrames, rotation: Float64Array) {
  const n = x.n;
  return multiplyTransposeB(multiply(x.z, rotation, n, n, n), y.z, n, n, n);
}

function betweenFrames(x: OperatorFrames, y: OperatorFrames, c: Float64Array): Float64Array {
  const n = x.n;
  return multiply(multiplyTransposeA(x.z, c, n, n, n), y.z, n, n, n);
}

// Negates the row that costs least if the rotation's C has determinant −1.
function makeProper(x: OperatorFrames, y: OperatorFrames, rotation: Float64Array): void {
  const n = x.n;
  const det = determinant(x.z, n) * determinant(rotation, n) * determinant(y.z, n);
  if (det > 0) return;
  const moved = multiplyTransposeB(multiply(rotation, y.t, n, n, n), rotation, n, n, n);
  let row = 0;
  let least = Infinity;
  for (let i = 0; i < n; i++) {
    let loss = 0;
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      loss += x.t[i * n + j] * moved[i * n + j] + x.t[j * n + i] * moved[j * n + i];
    }
    if (loss < least) {
      least = loss;
      row = i;
    }
  }
  for (let j = 0; j < n; j++) rotation[row * n + j] = -rotation[row * n + j];
}

function sign(value: number): 1 | -1 {
  return value < 0 ? -1 : 1;
}
