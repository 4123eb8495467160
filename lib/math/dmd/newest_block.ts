// The newest samples of a delay embedding in terms of its whitened components, in coordinates where they are white
// themselves: y = R v. Units that repeat others are left out.

import { multiplyTransposeB } from "../linalg/matmul.ts";
import { requireShape } from "../linalg/require_shape.ts";
import { symmetricEigen } from "../linalg/symmetric_eigen.ts";

/** The parts of a fit that place the newest samples. */
export interface NewestBlockOf {
  /** Right singular vectors, F×k; the first `numUnits` rows belong to the newest samples. */
  readonly modes: Float64Array;
  readonly singularValues: Float64Array;
  readonly numUnits: number;
}

/** Maps between components and white newest samples. */
export interface NewestBlock {
  /** R (size×k): y = R v, RRᵀ = I. */
  readonly read: Float64Array;
  /** L (k×size): the change of v that changes the newest samples by what y stands for, and no older ones. */
  readonly write: Float64Array;
  /** Independent directions among the units. */
  readonly size: number;
}

/**
 * R = Λ^(−1/2) Qᵀ U₀ Σ and L = Σ⁻¹ U₀ᵀ Q Λ^(1/2) for the newest rows U₀ of the modes, with U₀ Σ² U₀ᵀ = Q Λ Qᵀ.
 *
 * @throws {RangeError} if a length does not fit or the newest samples are zero.
 *
 * @example
 * ```ts
 * import { newestBlock } from "#lib/math/dmd/newest_block.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const parts = { modes: Float64Array.of(1, 0, 0, 1), singularValues: Float64Array.of(2, 1), numUnits: 1 };
 * assertEquals(newestBlock(parts, 2).read, Float64Array.of(1, 0));
 * ```
 */
export function newestBlock(
  { modes, singularValues, numUnits: n }: NewestBlockOf,
  k: number,
): NewestBlock {
  const scaled = modes.slice(0, n * k);
  requireShape("newestBlock", "modes", scaled, n, k);
  // Relative to σ₁: squares stay in range, and the scale cancels between R and L.
  const ratio = singularValues.slice(0, k).map((s) => s / singularValues[0]);
  for (let p = 0; p < scaled.length; p++) scaled[p] *= ratio[p % k];
  const { values, vectors } = symmetricEigen(multiplyTransposeB(scaled, scaled, n, k, n), n);
  const size = values.filter((value) => value > n * Number.EPSILON * values[0]).length;
  if (size === 0) {
    throw new RangeError(
      "newest block: the newest samples are zero everywhere; leave out trials that end before anything happens",
    );
  }
  const read = new Float64Array(size * k);
  const write = new Float64Array(k * size);
  for (let i = 0; i < size; i++) {
    const root = Math.sqrt(values[i]);
    for (let j = 0; j < k; j++) {
      let sum = 0;
      for (let unit = 0; unit < n; unit++) sum += vectors[unit * n + i] * modes[unit * k + j];
      read[i * k + j] = sum * ratio[j] / root;
      write[j * size + i] = sum * root / ratio[j];
    }
  }
  return { read, write, size };
}
