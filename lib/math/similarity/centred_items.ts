// What every geometric similarity needs of one system: its items × features matrix, centred, and its size.
// Done once per system, so that n systems in n² pairs are centred n times.

import { centreColumns } from "../linalg/gram.ts";
import { dividedBy } from "../linalg/exact_scale.ts";
import { frobeniusNorm } from "../linalg/norms.ts";
import { requireFinite, requireShape } from "../linalg/require_shape.ts";

/** A column-centred items × features matrix, row-major. */
export interface CentredItems {
  readonly data: Float64Array;
  readonly numItems: number;
  readonly numFeatures: number;
  /** Frobenius norm of the centred data, positive. */
  readonly norm: number;
}

/**
 * Centres the columns of X (items × features); with `centre: false` takes them as they are.
 *
 * @throws {RangeError} if sizes do not fit, an entry is not finite, or all items are equal, or zero where they are not
 * centred (nothing is left to compare: the similarity would be 0/0).
 *
 * @example
 * ```ts
 * import { centreItems } from "#lib/math/similarity/centred_items.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(centreItems(Float64Array.of(1, 2, 3, 6), 2, 2).data, Float64Array.of(-1, -2, 1, 2));
 * ```
 */
export function centreItems(
  x: Float64Array,
  numItems: number,
  numFeatures: number,
  { centre = true }: { readonly centre?: boolean } = {},
): CentredItems {
  if (numItems < 1 || numFeatures < 1) {
    throw new RangeError(
      `similarity: ${numItems} items × ${numFeatures} features; wants at least 1 × 1`,
    );
  }
  requireShape("similarity", "the data", x, numItems, numFeatures);
  const data = centre ? centreColumns(x, numItems, numFeatures) : x;
  const norm = frobeniusNorm(data);
  if (!Number.isFinite(norm)) {
    requireFinite("similarity", "the data", x);
    requireFinite("similarity", "the centred data", data);
  }
  // Centring leaves rounding of the size of eps times the data where all items are equal.
  if (centre && !(norm > Number.EPSILON * frobeniusNorm(x))) {
    throw new RangeError(
      `similarity: all ${numItems} items are equal, so there is no geometry to compare; ` +
        "give items that differ, or leave this system out",
    );
  }
  if (norm === 0) {
    throw new RangeError(
      `similarity: all ${numItems} items are zero, so there is no geometry to compare; ` +
        "give items that differ, or leave this system out",
    );
  }
  return { data, numItems, numFeatures, norm };
}

/**
 * The same items divided by `scale`, a power of two that brings the norm near 1: exact, and fourth powers of the result
 * neither overflow nor vanish. For similarities that do not depend on scale.
 *
 * @example
 * ```ts
 * import { centreItems, nearUnitNorm } from "#lib/math/similarity/centred_items.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { data, scale } = nearUnitNorm(centreItems(Float64Array.of(0, 6), 2, 1));
 * assertEquals([...data, scale], [-0.75, 0.75, 4]);
 * ```
 */
export function nearUnitNorm(items: CentredItems): CentredItems & { readonly scale: number } {
  const scale = 2 ** Math.max(-1000, Math.min(1000, Math.round(Math.log2(items.norm))));
  return { ...items, data: dividedBy(items.data, scale), norm: items.norm / scale, scale };
}

/**
 * Throws unless two systems have the same number of items.
 *
 * @throws {RangeError} naming both numbers.
 *
 * @example
 * ```ts
 * import { requireSameItems } from "#lib/math/similarity/centred_items.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => requireSameItems({ numItems: 2 }, { numItems: 3 }), RangeError);
 * ```
 */
export function requireSameItems(
  a: { readonly numItems: number },
  b: { readonly numItems: number },
): void {
  if (a.numItems !== b.numItems) {
    throw new RangeError(
      `similarity: ${a.numItems} items against ${b.numItems}; rows must be the same items in both, so cut or resample one of them`,
    );
  }
}
