// The parameterisation of C in the published DSA package: X = tanh(tanh(P W₁ᵀ) W₂ᵀ) W₃ᵀ, S = X − Xᵀ,
// C = (I + S)⁻¹ (I − S), with the loss ‖A − C B Cᵀ‖² and its gradient in all four matrices by hand. Determinant +1 always.
// Over GL(n) it leaves out the last two steps: C = X, with the loss ‖A − C B C⁻¹‖².
// Leaves out training (reference_optimiser.ts).

import { multiply, multiplyTransposeA, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { solve } from "#lib/math/linalg/lu.ts";

/** The four n×n matrices P, W₁, W₂, W₃. */
export type CayleyParameters = readonly [Float64Array, Float64Array, Float64Array, Float64Array];

/** Loss, gradient and C at some parameters. */
export interface CayleyLoss {
  readonly loss: number;
  readonly gradient: CayleyParameters;
  /** C (n×n). */
  readonly rotation: Float64Array;
}

/**
 * The orthogonal C of the parameters.
 *
 * @example
 * ```ts
 * import { cayleyRotation } from "#lib/math/dsa/cayley_network.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const zero = new Float64Array(4);
 * assertEquals(cayleyRotation([zero, zero, zero, zero], 2), Float64Array.of(1, 0, 0, 1));
 * ```
 */
export function cayleyRotation(parameters: CayleyParameters, n: number): Float64Array {
  return forward(parameters, n).c;
}

/**
 * ‖A − C B Cᵀ‖² and its gradient. With E = C B Cᵀ − A: ∂/∂C = 2 (E C Bᵀ + Eᵀ C B), and dC = −(I + S)⁻¹ dS (I + C), where
 * I + C = 2 (I + S)⁻¹.
 *
 * @example
 * ```ts
 * import { cayleyLoss } from "#lib/math/dsa/cayley_network.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const [one, zero] = [Float64Array.of(1), Float64Array.of(0)];
 * assertEquals(cayleyLoss([one, zero, zero, zero], Float64Array.of(1), Float64Array.of(-1), 1).loss, 4);
 * ```
 */
export function cayleyLoss(
  parameters: CayleyParameters,
  a: Float64Array,
  b: Float64Array,
  n: number,
): CayleyLoss {
  const { h1, h2, c } = forward(parameters, n);
  const cb = multiply(c, b, n, n, n);
  const e = multiplyTransposeB(cb, c, n, n, n);
  let loss = 0;
  for (let i = 0; i < e.length; i++) {
    e[i] -= a[i];
    loss += e[i] * e[i];
  }
  const byC = multiply(e, multiplyTransposeB(c, b, n, n, n), n, n, n);
  const second = multiplyTransposeA(e, cb, n, n, n);
  for (let i = 0; i < byC.length; i++) byC[i] = 2 * (byC[i] + second[i]);
  const plus = c.slice();
  for (let i = 0; i < n; i++) plus[i * n + i] += 1;
  const inner = multiplyTransposeA(plus, byC, n, n, n);
  const byS = multiplyTransposeB(inner, plus, n, n, n);
  const byX = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) byX[i * n + j] = -0.5 * (byS[i * n + j] - byS[j * n + i]);
  }
  return { loss, gradient: backward(parameters, { h1, h2 }, byX, n), rotation: c };
}

/**
 * The C of the parameters over GL(n): X itself.
 *
 * @example
 * ```ts
 * import { freeTransform } from "#lib/math/dsa/cayley_network.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const one = Float64Array.of(1);
 * assertAlmostEquals(freeTransform([one, one, one, one], 1)[0], Math.tanh(Math.tanh(1)));
 * ```
 */
export function freeTransform(parameters: CayleyParameters, n: number): Float64Array {
  return hidden(parameters, n).x;
}

/**
 * ‖A − C B C⁻¹‖² for C = X and its gradient. With E = C B C⁻¹ − A: ∂/∂C = 2 (E Cᵀ⁻¹ Bᵀ − (C B C⁻¹)ᵀ E Cᵀ⁻¹).
 *
 * @throws {RangeError} if X is singular.
 *
 * @example
 * ```ts
 * import { freeLoss } from "#lib/math/dsa/cayley_network.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const one = Float64Array.of(1);
 * assertEquals(freeLoss([one, one, one, one], Float64Array.of(1), Float64Array.of(-1), 1).loss, 4);
 * ```
 */
export function freeLoss(
  parameters: CayleyParameters,
  a: Float64Array,
  b: Float64Array,
  n: number,
): CayleyLoss {
  const { h1, h2, x: c } = hidden(parameters, n);
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  const inverse = solve(c, n, identity, n);
  const right = multiply(b, inverse, n, n, n);
  const moved = multiply(c, right, n, n, n);
  const e = moved.map((value, p) => value - a[p]);
  let loss = 0;
  for (let i = 0; i < e.length; i++) loss += e[i] * e[i];
  const byC = multiplyTransposeB(e, right, n, n, n);
  const second = multiplyTransposeA(moved, multiplyTransposeB(e, inverse, n, n, n), n, n, n);
  for (let i = 0; i < byC.length; i++) byC[i] = 2 * (byC[i] - second[i]);
  return { loss, gradient: backward(parameters, { h1, h2 }, byC, n), rotation: c };
}

interface Hidden {
  readonly h1: Float64Array;
  readonly h2: Float64Array;
}

function hidden([p, w1, w2, w3]: CayleyParameters, n: number) {
  const h1 = multiplyTransposeB(p, w1, n, n, n).map(Math.tanh);
  const h2 = multiplyTransposeB(h1, w2, n, n, n).map(Math.tanh);
  return { h1, h2, x: multiplyTransposeB(h2, w3, n, n, n) };
}

function backward(
  [p, w1, w2, w3]: CayleyParameters,
  { h1, h2 }: Hidden,
  byX: Float64Array,
  n: number,
): CayleyParameters {
  const byU2 = throughTanh(multiply(byX, w3, n, n, n), h2);
  const byU1 = throughTanh(multiply(byU2, w2, n, n, n), h1);
  return [
    multiply(byU1, w1, n, n, n),
    multiplyTransposeA(byU1, p, n, n, n),
    multiplyTransposeA(byU2, h1, n, n, n),
    multiplyTransposeA(byX, h2, n, n, n),
  ];
}

function forward(parameters: CayleyParameters, n: number) {
  const { h1, h2, x } = hidden(parameters, n);
  const plus = new Float64Array(n * n);
  const minus = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const s = x[i * n + j] - x[j * n + i];
      plus[i * n + j] = (i === j ? 1 : 0) + s;
      minus[i * n + j] = (i === j ? 1 : 0) - s;
    }
  }
  return { h1, h2, c: solve(plus, n, minus, n) };
}

function throughTanh(byOutput: Float64Array, output: Float64Array): Float64Array {
  for (let i = 0; i < byOutput.length; i++) byOutput[i] *= 1 - output[i] * output[i];
  return byOutput;
}
