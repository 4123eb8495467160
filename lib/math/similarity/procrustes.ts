// Procrustes distances between two representations of the same items: the best rotation or reflection of one onto the
// other. Schönemann 1966; as shape metrics: Williams, Kunz, Kornblith & Linderman 2021.
// Widths may differ: padding the narrower system with zero columns changes nothing below, so none is done.
// Leaves out partial whitening, which is done to each system beforehand (partial_whitening.ts).

import { crossGram } from "../linalg/gram.ts";
import { luFactor } from "../linalg/lu.ts";
import { multiply, multiplyTransposeB } from "../linalg/matmul.ts";
import { triangularFactor } from "../linalg/qr.ts";
import { singularValues, svd } from "../linalg/svd.ts";
import { transpose } from "../linalg/transpose.ts";
import { type CentredItems, centreItems, nearUnitNorm, requireSameItems } from "./centred_items.ts";

/** A system ready for Procrustes. */
export interface ShapeItems extends CentredItems {
  /** Features before they were reduced to as many as items; the same number where they were not. */
  readonly width: number;
  /** What data and norm are to be multiplied by: 1 unless squares would overflow or vanish. */
  readonly scale: number;
}

/** All rotations and reflections, or rotations alone. Of systems of unequal width, or wider than items, it is all the same. */
export type RotationGroup = "orthogonal" | "special_orthogonal";

/** The Procrustes quantities of a pair; ν is the nuclear norm of X̃ᵀỸ, for rotations alone less twice its last term if the best
 * map is a reflection. */
export interface ProcrustesScore {
  readonly nuclearNorm: number;
  /** Singular values of X̃ᵀỸ, descending; over `scale` of both. */
  readonly singularValues: Float64Array;
  /** ν / (‖X̃‖ ‖Ỹ‖), in [0, 1]; with `special_orthogonal` and a single feature in [−1, 1]. */
  readonly cosine: number;
  /** arccos of it in radians, in [0, π/2] (as above: [0, π]): a metric on shapes. */
  readonly angle: number;
  /** (2/π)·angle, in [0, 1]. */
  readonly normalizedAngle: number;
  /** min over rotations ‖X̃ − ỸQ‖ = √(‖X̃‖² + ‖Ỹ‖² − 2ν), in the units of the data: a metric on shape and size. */
  readonly sizeAndShape: number;
  /** 1 − cosine²: residual with the best scale, as in SciPy. */
  readonly disparity: number;
}

/**
 * Prepares X (items × features): centred, and reduced to items × items where it is wider than that (rotating
 * features changes nothing).
 *
 * @throws {RangeError} as `centreItems`.
 *
 * @example
 * ```ts
 * import { compareProcrustes, prepareProcrustes } from "#lib/math/similarity/procrustes.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const x = prepareProcrustes(Float64Array.of(0, 0, 1, 0, 0, 2), 3, 2);
 * const turned = prepareProcrustes(Float64Array.of(0, 0, 0, 1, -2, 0), 3, 2);
 * assertAlmostEquals(compareProcrustes(x, turned).angle, 0, 1e-14);
 * ```
 */
export function prepareProcrustes(
  x: Float64Array,
  numItems: number,
  numFeatures: number,
  { centre = true }: { readonly centre?: boolean } = {},
): ShapeItems {
  const centred = centreItems(x, numItems, numFeatures, { centre });
  const extreme = centred.norm < 1e-100 || centred.norm > 1e100;
  const scaled = extreme ? nearUnitNorm(centred) : { ...centred, scale: 1 };
  const items = { ...scaled, width: numFeatures };
  if (numFeatures <= numItems) return items;
  // X̃ᵀ = QR, so X̃ = RᵀQᵀ has the geometry of Rᵀ.
  const r = triangularFactor(transpose(items.data, numItems, numFeatures), numFeatures, numItems);
  return { ...items, data: transpose(r, numItems, numItems), numFeatures: numItems };
}

/**
 * Compares two prepared systems: 2mpq operations and the singular values of a p×q matrix. Where the two are nearly the
 * same shape (angle below 1e-4 rad), angle and distance are taken from the residual of the best rotation,
 * which keeps their leading digits.
 *
 * @throws {RangeError} if the numbers of items differ.
 *
 * @example
 * ```ts
 * import { compareProcrustes, prepareProcrustes } from "#lib/math/similarity/procrustes.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const x = prepareProcrustes(Float64Array.of(1, 2, 3), 3, 1);
 * const y = prepareProcrustes(Float64Array.of(1, 3, 2), 3, 1);
 * assertAlmostEquals(compareProcrustes(x, y).cosine, 0.5, 1e-15);
 * ```
 */
export function compareProcrustes(
  x: ShapeItems,
  y: ShapeItems,
  { group = "orthogonal" }: { readonly group?: RotationGroup } = {},
): ProcrustesScore {
  requireSameItems(x, y);
  const { numItems: m, numFeatures: p } = x;
  const q = y.numFeatures;
  const cross = crossGram(x.data, y.data, m, p, q);
  const values = singularValues(cross, p, q);
  const flip = group === "special_orthogonal" && isReflection(x, y, cross);
  const nuclearNorm = sum(values) - (flip ? 2 * values[values.length - 1] : 0);
  const cosine = Math.min(1, nuclearNorm / x.norm / y.norm);
  const near = 1 - cosine < RESIDUAL_BELOW;
  const angle = near
    ? 2 * Math.asin(residual(x, y, cross, 1 / x.norm, 1 / y.norm, flip) / 2)
    : Math.acos(Math.max(-1, cosine));
  const unit = Math.max(x.scale, y.scale);
  const [a, b] = [x.scale / unit, y.scale / unit];
  const sizeAndShape = unit * (near ? residual(x, y, cross, a, b, flip) : Math.sqrt(
    Math.max(0, a * a * (x.norm * x.norm) + b * b * (y.norm * y.norm) - 2 * a * b * nuclearNorm),
  ));
  const sine = Math.sin(angle);
  return {
    nuclearNorm: x.scale * y.scale * nuclearNorm,
    singularValues: values,
    cosine,
    angle,
    normalizedAngle: (2 / Math.PI) * angle,
    sizeAndShape,
    disparity: near ? sine * sine : 1 - Math.max(0, cosine) ** 2,
  };
}

/**
 * ‖X̃U − ỸV‖ on the paired directions of the best rotation, leaving out what the wider system has outside them.
 *
 * @example
 * ```ts
 * import { pairedDistance, prepareProcrustes } from "#lib/math/similarity/procrustes.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const x = prepareProcrustes(Float64Array.of(0, 2), 2, 1);
 * const y = prepareProcrustes(Float64Array.of(6, 0), 2, 1);
 * assertAlmostEquals(pairedDistance(x, y), 2 * Math.SQRT2, 1e-14);
 * ```
 */
export function pairedDistance(x: CentredItems, y: CentredItems): number {
  const cross = crossGram(x.data, y.data, x.numItems, x.numFeatures, y.numFeatures);
  return Math.sqrt(pairing(x, y, cross, 1, 1, false).squares);
}

// ‖a X̃ Q − b Ỹ‖ (or with the wider system rotated into the narrower's padding) for the best rotation Q.
function residual(
  x: CentredItems,
  y: CentredItems,
  cross: Float64Array,
  a: number,
  b: number,
  flip: boolean,
): number {
  const { u, v, k, onX, onY, squares } = pairing(x, y, cross, a, b, flip);
  // Both on the k paired directions, then what each has outside them.
  return Math.sqrt(squares + a * a * outside(x, onX, u, k) + b * b * outside(y, onY, v, k));
}

function pairing(
  x: CentredItems,
  y: CentredItems,
  cross: Float64Array,
  a: number,
  b: number,
  flip: boolean,
) {
  const { numItems: m, numFeatures: p } = x;
  const q = y.numFeatures;
  const k = Math.min(p, q);
  const { u, v } = svd(cross, p, q);
  if (flip) { for (let i = 0; i < p; i++) u[i * k + k - 1] = -u[i * k + k - 1]; }
  const onX = multiply(x.data, u, m, p, k);
  const onY = multiply(y.data, v, m, q, k);
  let squares = 0;
  for (let i = 0; i < onX.length; i++) squares += (a * onX[i] - b * onY[i]) ** 2;
  return { u, v, k, onX, onY, squares };
}

// Whether the best map is a reflection that no direction without content makes up for: det X̃ᵀỸ < 0, of the sign of its pivots.
function isReflection(x: ShapeItems, y: ShapeItems, cross: Float64Array): boolean {
  const n = x.numFeatures;
  if (x.width !== y.width || x.width !== n) return false;
  const { lu, sign, singular } = luFactor(cross, n);
  let negative = sign < 0;
  for (let i = 0; i < n; i++) negative = negative !== lu[i * n + i] < 0;
  return negative && !singular;
}

// ‖X̃ − (X̃U)Uᵀ‖²: zero unless the system is the wider one.
function outside(x: CentredItems, onX: Float64Array, u: Float64Array, k: number): number {
  const { numItems: m, numFeatures: p } = x;
  if (p === k) return 0;
  const inside = multiplyTransposeB(onX, u, m, k, p);
  let squares = 0;
  for (let i = 0; i < inside.length; i++) squares += (x.data[i] - inside[i]) ** 2;
  return squares;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = values.length - 1; i >= 0; i--) total += values[i];
  return total;
}

// cos θ > 1 − 5e-9, θ < 1e-4: the error of arccos, eps/θ, would pass 2e-12.
const RESIDUAL_BELOW = 5e-9;
