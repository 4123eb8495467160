// Linear centred kernel alignment (CKA) between two representations of the same items.
// Kornblith, Norouzi, Lee & Hinton 2019, equation 1; its angle is a metric (Williams, Kunz, Kornblith & Linderman 2021).
// Leaves out debiased and minibatch estimates (debiased_cka.ts) and other kernels (rbf_cka.ts).

import { crossGram, gram } from "../linalg/gram.ts";
import { multiply } from "../linalg/matmul.ts";
import { innerProduct } from "../linalg/norms.ts";
import { transpose } from "../linalg/transpose.ts";
import { type CentredItems, centreItems, nearUnitNorm, requireSameItems } from "./centred_items.ts";
import { kernelDistance } from "./kernel_distance.ts";

/** A system ready for CKA: centred, scaled by a power of two to a norm near 1, with its self-similarity. */
export interface CkaItems extends CentredItems {
  /** X̃X̃ᵀ (items × items) where that is smaller than the features; else null. */
  readonly kernel: Float64Array | null;
  /** ‖X̃ᵀX̃‖² = ‖X̃X̃ᵀ‖². */
  readonly selfSquares: number;
}

/** Similarity and its angle in two units. */
export interface CkaScore {
  /** In [0, 1]; 1 for representations equal up to rotation, isotropic scale and shift. */
  readonly cka: number;
  /** arccos(CKA) in radians, in [0, π/2]: a metric. */
  readonly angle: number;
  /** (2/π)·arccos(CKA), in [0, 1]. */
  readonly normalizedAngle: number;
}

/**
 * Prepares X (items × features): the part of CKA that is done once per system, 2·m·p·min(m, p) operations.
 *
 * @throws {RangeError} as `centreItems`.
 *
 * @example
 * ```ts
 * import { compareLinearCka, prepareLinearCka } from "#lib/math/similarity/linear_cka.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const x = prepareLinearCka(Float64Array.of(1, 0, 0, 1, 1, 1), 3, 2);
 * assertEquals(compareLinearCka(x, x).cka, 1);
 * ```
 */
export function prepareLinearCka(x: Float64Array, numItems: number, numFeatures: number): CkaItems {
  // CKA does not depend on scale; a norm near 1 keeps fourth powers away from overflow, exactly.
  const { scale: _, ...items } = nearUnitNorm(centreItems(x, numItems, numFeatures));
  const wide = numFeatures >= numItems;
  const kernel = wide ? gramOfRows(items.data, numItems, numFeatures) : null;
  const self = kernel ?? gram(items.data, numItems, numFeatures);
  return { ...items, kernel, selfSquares: innerProduct(self, self) };
}

/**
 * CKA(X, Y) = ‖ỸᵀX̃‖² / (‖X̃ᵀX̃‖ ‖ỸᵀỸ‖): 2mpq operations with features p, q < m items, less with kernels.
 * Symmetric to rounding. Angles below 1e-4 rad are taken from the chord between the normalised kernels
 * rather than from arccos, which would round them to multiples of 1e-8.
 *
 * @throws {RangeError} if the numbers of items differ.
 *
 * @example
 * ```ts
 * import { compareLinearCka, prepareLinearCka } from "#lib/math/similarity/linear_cka.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const x = prepareLinearCka(Float64Array.of(1, 2, 3), 3, 1);
 * const y = prepareLinearCka(Float64Array.of(1, 3, 2), 3, 1);
 * assertAlmostEquals(compareLinearCka(x, y).cka, 0.25, 1e-15);
 * ```
 */
export function compareLinearCka(x: CkaItems, y: CkaItems): CkaScore {
  requireSameItems(x, y);
  const ratio = sharedSquares(x, y) / Math.sqrt(x.selfSquares * y.selfSquares);
  const cka = Math.min(1, ratio);
  const angle = 1 - cka < CHORD_BELOW ? 2 * Math.asin(kernelChord(x, y) / 2) : Math.acos(cka);
  return { cka, angle, normalizedAngle: (2 / Math.PI) * angle };
}

// ‖ỸᵀX̃‖² = ⟨X̃X̃ᵀ, ỸỸᵀ⟩, in the cheapest of its forms.
function sharedSquares(x: CkaItems, y: CkaItems): number {
  if (x.kernel !== null && y.kernel !== null) return innerProduct(x.kernel, y.kernel);
  if (x.kernel === null && y.kernel === null) {
    const cross = crossGram(x.data, y.data, x.numItems, x.numFeatures, y.numFeatures);
    return innerProduct(cross, cross);
  }
  const [wide, narrow] = x.kernel !== null ? [x, y] : [y, x];
  const { data, numItems, numFeatures } = narrow;
  return innerProduct(data, multiply(wide.kernel!, data, numItems, numItems, numFeatures));
}

// ‖K/‖K‖ − L/‖L‖‖.
function kernelChord(x: CkaItems, y: CkaItems): number {
  return kernelDistance(x, y, x.selfSquares ** -0.25, y.selfSquares ** -0.25);
}

function gramOfRows(a: Float64Array, m: number, n: number): Float64Array {
  return gram(transpose(a, m, n), n, m);
}

// cos θ > 1 − 5e-9, θ < 1e-4: the error of arccos, eps/θ, would pass 2e-12.
const CHORD_BELOW = 5e-9;
