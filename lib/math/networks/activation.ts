// Activation functions of recurrent networks: values, and derivatives as functions of the value, so that a backward pass
// needs no pre-activations. In f64; the same numbers choose them in kernels. Leaves out the networks.

/** Names as in YAML; the place in the list is the number that kernels know. */
export const activations = [
  "identity",
  "relu",
  "leaky_relu",
  "softplus",
  "tanh",
  "sigmoid",
] as const;

/** Name of an activation function. */
export type Activation = typeof activations[number];

/** Slope of `leaky_relu` below zero. */
export const leakySlope = 0.01;

/**
 * The number by which kernels know an activation.
 *
 * @example
 * ```ts
 * import { activationCode } from "#lib/math/networks/activation.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([activationCode("relu"), activationCode("tanh")], [1, 4]);
 * ```
 */
export function activationCode(name: Activation): number {
  return activations.indexOf(name);
}

/**
 * φ(z).
 *
 * @param code as `activationCode` has it
 * @example
 * ```ts
 * import { activate, activationCode } from "#lib/math/networks/activation.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(activate(activationCode("leaky_relu"), -3), -0.03);
 * assertEquals(activate(activationCode("softplus"), 0), Math.LN2);
 * ```
 */
export function activate(code: number, z: number): number {
  switch (code) {
    case 1:
      return Math.max(z, 0);
    case 2:
      return z > 0 ? z : leakySlope * z;
    case 3:
      return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
    case 4:
      return Math.tanh(z);
    case 5:
      return logistic(z);
    default:
      return z;
  }
}

/**
 * φ'(z) from y = φ(z). At a kink the derivative from below is taken, as PyTorch does.
 *
 * @example
 * ```ts
 * import { activate, activationCode, activationSlope } from "#lib/math/networks/activation.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const code = activationCode("softplus");
 * const difference = (activate(code, 0.3 + 1e-5) - activate(code, 0.3 - 1e-5)) / 2e-5;
 * assertAlmostEquals(activationSlope(code, activate(code, 0.3)), difference, 1e-9);
 * ```
 */
export function activationSlope(code: number, y: number): number {
  switch (code) {
    case 1:
      return y > 0 ? 1 : 0;
    case 2:
      return y > 0 ? 1 : leakySlope;
    case 3:
      return -Math.expm1(-y);
    case 4:
      return 1 - y * y;
    case 5:
      return y * (1 - y);
    default:
      return 1;
  }
}

/**
 * 1 / (1 + e^−z), without overflow on either side.
 *
 * @example
 * ```ts
 * import { logistic } from "#lib/math/networks/activation.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([logistic(0), logistic(-800), logistic(800)], [0.5, 0, 1]);
 * ```
 */
export function logistic(z: number): number {
  const e = Math.exp(-Math.abs(z));
  return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}
