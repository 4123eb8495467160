// Dynamical similarity of two linear operators: the angle between A and C B Cᵀ for the best orthogonal C (Ostrow, Eisen,
// Kozachkov & Fiete 2023, "Beyond geometry", eq. 7), with a certificate of how far from optimal it can be.
// Leaves out operators of unequal size (zero_pad.ts) and distances of spectra (wasserstein.ts).

import { multiply, multiplyTransposeA, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { angleLowerBound } from "./certificate.ts";
import { concludeComparison, openComparison, sameOperator, scoresOf } from "./comparison.ts";
import { matchEigenvalues } from "./eigenvalue_matching.ts";
import { describeOperator, type OperatorFrames } from "./operator_frames.ts";
import { referenceMatch } from "./reference_optimiser.ts";
import { search } from "./search.ts";
import type { RotationGroup } from "./starts.ts";

/**
 * How much to search. `pruned`: the five starts from structure; `standard`: also identity, reflection and random ones, each
 * followed by a hop from the best so far, until six of them (ten above 12 dimensions) have ended at the best angle, or there
 * have been 96 (192 above 12 dimensions, 64 above 24, 24 above 32, 12 above 40, 6 above 50); `thorough`: four times as many
 * of both. With `standard` a pair takes at most about 0.05 s in 10 dimensions, 0.3 s in 20, 0.5 s up to 50 and 3 s in 100 (one
 * core of 2.5 GHz). Up to 20 dimensions it then misses the best angle known in fewer than one pair of a hundred; dense
 * operators in 40 have so many minima that another seed may still find a better one (by some 1e-3 rad).
 */
export type DsaEffort = "pruned" | "standard" | "thorough";

/** Settings of a comparison. */
export interface DsaOptions {
  /** Default `standard`. */
  readonly effort?: DsaEffort;
  /** Default `orthogonal`. */
  readonly group?: RotationGroup;
  /**
   * `riemannian` (default), or `reference`: the published package's, with its `iterations` and `learningRate`. The latter
   * depends on the order of the pair.
   */
  readonly optimiser?: "riemannian" | "reference";
  readonly iterations?: number;
  readonly learningRate?: number;
  /** Most random starts, instead of what goes with the effort. */
  readonly numRandomStarts?: number;
  /** Independent starts that must have ended at the best angle before the search stops; Infinity for never. */
  readonly numAgreeing?: number;
  /** Seed of the random starts. Default 0. */
  readonly seed?: number | string;
  /** Further starts C, orthogonal n×n: for example C_ik C_kj of two other pairs of a set, to repair a triangle. */
  readonly starts?: readonly Float64Array[];
}

/** A comparison. Angles in radians. */
export interface DsaResult {
  /** Angle between A and C B Cᵀ, in [0, π]. */
  readonly angle: number;
  /** ‖A − C B Cᵀ‖ of the unit operators, 2 sin(angle/2). */
  readonly euclidean: number;
  /** No orthogonal C gives a smaller angle than this. */
  readonly lowerBound: number;
  /** angle − lowerBound; 0 proves the angle optimal. */
  readonly gap: number;
  /** C (n×n). */
  readonly rotation: Float64Array;
  /** Starts that were descended (1 if the first was proved optimal as it is). */
  readonly numStarts: number;
  /** Name of the start that led to C. */
  readonly bestStart: string;
  /** Descent steps of all starts together. */
  readonly iterations: number;
  /** Frobenius norm of the Riemannian gradient of half the squared Euclidean score at C. */
  readonly gradientNorm: number;
}

/**
 * Compares A and B (n×n, not zero). Positive multiples of an operator are the same operator. Exactly symmetric: the
 * pair is put in an order of its own first, and exchanging A and B transposes C.
 *
 * @throws {RangeError} if lengths do not fit, an entry is not finite, or an operator is zero.
 *
 * @example
 * ```ts
 * import { dsa } from "#lib/math/dsa/dsa.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const a = Float64Array.of(1, 0, 0, 2); // the same dynamics with the axes exchanged
 * const b = Float64Array.of(2, 0, 0, 1);
 * assertAlmostEquals(dsa(a, b, 2).angle, 0, 1e-12);
 * ```
 */
export function dsa(
  a: Float64Array,
  b: Float64Array,
  n: number,
  options: DsaOptions = {},
): DsaResult {
  return compareOperators(describeOperator(a, n), describeOperator(b, n), options);
}

/**
 * The same for operators prepared by `describeOperator`: in a study each is prepared once.
 *
 * @throws {RangeError} if the operators differ in size.
 *
 * @example
 * ```ts
 * import { compareOperators } from "#lib/math/dsa/dsa.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const a = describeOperator(Float64Array.of(1, 2, 3, 4), 2);
 * assertEquals(compareOperators(a, a).angle, 0);
 * ```
 */
export function compareOperators(
  a: OperatorFrames,
  b: OperatorFrames,
  options: DsaOptions = {},
): DsaResult {
  if (options.optimiser === "reference" && a.n === b.n) return compareAsPublished(a, b, options);
  const comparison = openComparison(a, b, options);
  if (comparison === undefined) return sameOperator(a.n);
  const { x, y, first, later, lowerBound } = comparison;
  return concludeComparison(comparison, search(x, y, first, later, lowerBound));
}

function compareAsPublished(a: OperatorFrames, b: OperatorFrames, options: DsaOptions): DsaResult {
  const { rotation, losses, exchanged } = referenceMatch(a.unit, b.unit, a.n, {
    ...options,
    seed: `${options.seed ?? 0}/${a.digest}/${b.digest}`,
  });
  const lowerBound = angleLowerBound(a, b, matchEigenvalues(a, b).bound);
  const numStarts = options.group === "special_orthogonal" || a.n === 1 ? 1 : 2;
  return {
    ...scoresOf(a, b, rotation, lowerBound),
    rotation,
    numStarts,
    bestStart: exchanged ? "network, exchanged" : "network",
    iterations: numStarts * losses.length,
    gradientNorm: gradientNorm(a.unit, b.unit, rotation, a.n),
  };
}

// Frobenius norm of the skew part of S Aᵀ − Aᵀ S, S = C B Cᵀ.
function gradientNorm(a: Float64Array, b: Float64Array, c: Float64Array, n: number): number {
  const s = multiplyTransposeB(multiply(c, b, n, n, n), c, n, n, n);
  const left = multiplyTransposeB(s, a, n, n, n);
  const right = multiplyTransposeA(a, s, n, n, n);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const ij = i * n + j, ji = j * n + i;
      sum += (0.5 * (left[ij] - left[ji] - right[ij] + right[ji])) ** 2;
    }
  }
  return Math.sqrt(sum);
}
