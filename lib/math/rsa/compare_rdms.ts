// Comparisons of two dissimilarity matrices by their upper triangles: correlations of several kinds, each in [−1, 1].
// What belongs to one matrix is done once (prepareRdm), so that n matrices in n² pairs are ranked n times.
// ρ_a: Schütt, Kipnis, Diedrichsen & Kriegeskorte 2023, "Statistical inference on representational geometries";
// the angle between unit vectors: Kahan 2006, exact also where it is small.

import { exactScale } from "../linalg/exact_scale.ts";
import { requireFinite } from "../linalg/require_shape.ts";
import { kendallCounts, tauA, tauB } from "./kendall.ts";
import { rank, type Ranks } from "./ranks.ts";
import { itemsOfPairs } from "./triangle.ts";
import { whitenedTriangle } from "./whitened_rdm.ts";

/** Ways to compare two dissimilarity matrices. */
export const rdmComparisons = [
  "cosine",
  "pearson",
  "spearman",
  "rho_a",
  "kendall_tau_a",
  "kendall_tau_b",
  "whitened_cosine",
  "whitened_correlation",
] as const;

/** One of {@link rdmComparisons}. */
export type RdmComparison = typeof rdmComparisons[number];

/** Entries that differ by less than this share of the largest are tied in comparisons by rank. */
export const TIE_TOLERANCE = 1e-12;

/** A dissimilarity matrix made ready for one comparison. */
export interface PreparedRdm {
  readonly comparison: RdmComparison;
  readonly numItems: number;
  /** Entries of length one (ρ_a: centred ranks, not scaled). */
  readonly vector: Float64Array;
  /** For Kendall's coefficients. */
  readonly ranks?: Ranks;
}

/** What comparing two matrices gives. */
export interface RdmScore {
  /** The coefficient, in [−1, 1]. */
  readonly similarity: number;
  /** Its arc cosine, exact also near 0. */
  readonly angle: number;
}

/**
 * Readies an upper triangle for a comparison.
 *
 * @param tieTolerance see {@link TIE_TOLERANCE}
 * @throws {RangeError} if there are fewer than three items, an entry is not finite, or nothing is left to compare: all
 * entries zero (cosine) or equal (all others).
 *
 * @example
 * ```ts
 * import { compareRdms, prepareRdm } from "#lib/math/rsa/compare_rdms.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const [a, b] = [[1, 2, 3], [1, 2, 4]].map((d) => prepareRdm(Float64Array.from(d), "spearman"));
 * assertAlmostEquals(compareRdms(a, b).similarity, 1, 1e-15);
 * ```
 */
export function prepareRdm(
  values: Float64Array,
  comparison: RdmComparison,
  tieTolerance: number = TIE_TOLERANCE,
): PreparedRdm {
  requireFinite("comparison of dissimilarity matrices", "the upper triangle", values);
  const numItems = itemsOfPairs(values.length);
  if (numItems < 3) {
    throw new RangeError(
      `comparison of dissimilarity matrices: ${numItems} items have one dissimilarity, which agrees ` +
        "with anything; give at least 3 items",
    );
  }
  const scale = exactScale(values);
  const scaled = scale === 1 ? values : values.map((value) => value / scale);
  const whole = { comparison, numItems };
  switch (comparison) {
    case "cosine":
      return { ...whole, vector: unit(scaled, scaled, "zero") };
    case "whitened_cosine":
      return { ...whole, vector: unit(whitenedTriangle(scaled), scaled, "zero") };
    case "pearson":
      return { ...whole, vector: unit(centred(scaled), scaled, "equal") };
    case "whitened_correlation":
      return { ...whole, vector: unit(whitenedTriangle(scaled, false), scaled, "equal") };
    case "spearman":
      return { ...whole, vector: unit(centred(ranked(scaled, tieTolerance).ranks), null, "equal") };
    case "rho_a":
      return { ...whole, vector: centred(ranked(scaled, tieTolerance).ranks) };
    case "kendall_tau_a":
    case "kendall_tau_b":
      return { ...whole, vector: scaled, ranks: ranked(scaled, tieTolerance) };
  }
}

/**
 * Compares two matrices made ready for the same comparison; symmetric to the last bit.
 *
 * @throws {RangeError} if they have different numbers of items or were made ready for different comparisons.
 *
 * @example
 * ```ts
 * import { compareRdms, prepareRdm } from "#lib/math/rsa/compare_rdms.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const [a, b] = [[1, 0, 0], [1, 1, 0]].map((d) => prepareRdm(Float64Array.from(d), "cosine"));
 * assertAlmostEquals(compareRdms(a, b).angle, Math.PI / 4, 1e-15);
 * ```
 */
export function compareRdms(a: PreparedRdm, b: PreparedRdm): RdmScore {
  if (a.comparison !== b.comparison) {
    throw new RangeError(
      `one matrix was made ready for ${a.comparison}, the other for ${b.comparison}`,
    );
  }
  if (a.numItems !== b.numItems) {
    throw new RangeError(
      `dissimilarities of ${a.numItems} items against ${b.numItems}; give matrices of the same items`,
    );
  }
  switch (a.comparison) {
    case "kendall_tau_a":
      return scoreOf(tauA(kendallCounts(a.ranks!, b.ranks!)));
    case "kendall_tau_b":
      return scoreOf(tauB(kendallCounts(a.ranks!, b.ranks!)));
    case "rho_a": {
      const n = a.vector.length;
      return scoreOf(12 * dot(a.vector, b.vector) / (n ** 3 - n));
    }
    default:
      return ofUnitVectors(a.vector, b.vector);
  }
}

/** ½‖u − v‖² = 1 − cos θ, and θ = 2 atan2(‖u − v‖, ‖u + v‖). */
function ofUnitVectors(u: Float64Array, v: Float64Array): RdmScore {
  let apart = 0, together = 0;
  for (let i = 0; i < u.length; i++) {
    apart += (u[i] - v[i]) ** 2;
    together += (u[i] + v[i]) ** 2;
  }
  return {
    similarity: clipped(dot(u, v)),
    angle: 2 * Math.atan2(Math.sqrt(apart), Math.sqrt(together)),
  };
}

function scoreOf(coefficient: number): RdmScore {
  const similarity = clipped(coefficient);
  return { similarity, angle: Math.acos(similarity) };
}

function clipped(value: number): number {
  return Math.min(1, Math.max(-1, value));
}

function dot(u: Float64Array, v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i] * v[i];
  return sum;
}

function centred(values: Float64Array): Float64Array {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  return values.map((value) => value - mean);
}

function ranked(scaled: Float64Array, tieTolerance: number): Ranks {
  let largest = 0;
  for (const value of scaled) largest = Math.max(largest, Math.abs(value));
  const found = rank(scaled, tieTolerance * largest);
  if (found.tiedPairs === scaled.length * (scaled.length - 1) / 2) throw nothingLeft("equal");
  return found;
}

/** A vector of length one. `of`: what it was made from, which tells rounding from a difference; null if it is exact. */
function unit(
  vector: Float64Array,
  of: Float64Array | null,
  otherwise: "zero" | "equal",
): Float64Array {
  const norm = Math.sqrt(dot(vector, vector));
  const rounding = of === null ? 0 : 4 * Number.EPSILON * Math.sqrt(dot(of, of));
  if (!(norm > rounding)) throw nothingLeft(otherwise);
  return vector.map((value) => value / norm);
}

function nothingLeft(what: "zero" | "equal"): RangeError {
  return new RangeError(
    `all dissimilarities are ${what}, so there is no geometry to compare; ` +
      (what === "zero"
        ? "the items do not differ: give items that do, or leave this system out"
        : "use the comparison cosine, or give items that differ unequally"),
  );
}
