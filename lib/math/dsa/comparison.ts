// What a comparison of two operators is made of before and after the search: the pair in an order of its own, starts,
// bound; then angle, scores and certificate. Whatever searches in between (dsa.ts; lib/metrics/_dsa_search.ts) is thus
// symmetric, and certified in f64. Leaves out the search.

import { randomStream } from "#lib/core/random.ts";
import { multiply, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import { angleBetween, euclideanFromAngle } from "./angle.ts";
import { angleLowerBound } from "./certificate.ts";
import type { DsaEffort, DsaOptions, DsaResult } from "./dsa.ts";
import { matchEigenvalues } from "./eigenvalue_matching.ts";
import type { OperatorFrames } from "./operator_frames.ts";
import type { LaterSearch, SearchResult } from "./search.ts";
import {
  fromFrames,
  givenStarts,
  type Start,
  structuredStarts,
  unstructuredStarts,
} from "./starts.ts";

/** A pair that is to be searched. */
export interface Comparison {
  /** The operators, in an order that depends on their content alone. */
  readonly x: OperatorFrames;
  readonly y: OperatorFrames;
  /** Whether that is not the order they came in. */
  readonly exchanged: boolean;
  /** No rotation gives a smaller angle. */
  readonly lowerBound: number;
  /** Starts from structure, and given ones. */
  readonly first: readonly Start[];
  /** How to go on when these prove nothing. */
  readonly later: LaterSearch | undefined;
}

/**
 * Opens the comparison of two operators, or none if they are the same.
 *
 * @throws {RangeError} if the operators differ in size.
 *
 * @example
 * ```ts
 * import { openComparison } from "#lib/math/dsa/comparison.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const a = describeOperator(Float64Array.of(1, 2, 3, 4), 2);
 * assertEquals(openComparison(a, a), undefined);
 * ```
 */
export function openComparison(
  a: OperatorFrames,
  b: OperatorFrames,
  options: DsaOptions = {},
): Comparison | undefined {
  if (a.n !== b.n) {
    throw new RangeError(
      `compareOperators: sizes ${a.n} and ${b.n} differ; pad the smaller with zeros or choose one rank`,
    );
  }
  const order = comesFirst(a, b);
  if (order === 0) return undefined;
  const exchanged = order > 0;
  const [x, y, n] = exchanged ? [b, a, a.n] : [a, b, a.n];
  const given = (options.starts ?? []).map((c) => exchanged ? transpose(c, n, n) : c);
  const { effort = "standard", group = "orthogonal", seed = 0 } = options;
  const numRandom = options.numRandomStarts ?? mostRandomStarts(effort, n);
  const matching = matchEigenvalues(x, y);
  return {
    x,
    y,
    exchanged,
    lowerBound: angleLowerBound(x, y, matching.bound),
    first: [...structuredStarts(x, y, matching, group), ...givenStarts(x, y, given)],
    later: effort === "pruned" ? undefined : {
      starts: () => unstructuredStarts(x, y, numRandom, group, seed),
      agreeing: options.numAgreeing ?? (effort === "thorough" ? 4 : 1) * mustAgree(n),
      hops: randomStream(seed, `dsa/hops/${x.digest}/${y.digest}`),
      proper: group === "special_orthogonal",
    },
  };
}

/**
 * The result of a comparison, from what the search found.
 *
 * @example
 * ```ts
 * import { concludeComparison, openComparison } from "#lib/math/dsa/comparison.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { search } from "#lib/math/dsa/search.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [a, b] = [1, -1].map((value) => describeOperator(Float64Array.of(value), 1));
 * const open = openComparison(a, b)!;
 * const found = search(open.x, open.y, open.first, undefined, open.lowerBound);
 * assertAlmostEquals(concludeComparison(open, found).angle, Math.PI);
 * ```
 */
export function concludeComparison(
  { x, y, exchanged, lowerBound }: Comparison,
  { rotation: found, numStarts, bestStart, iterations, gradientNorm }: SearchResult,
): DsaResult {
  const rotation = fromFrames(x, y, found);
  return {
    ...scoresOf(x, y, rotation, lowerBound),
    rotation: exchanged ? transpose(rotation, x.n, x.n) : rotation,
    numStarts,
    bestStart,
    iterations,
    gradientNorm,
  };
}

/**
 * The result for one operator compared with itself.
 *
 * @example
 * ```ts
 * import { sameOperator } from "#lib/math/dsa/comparison.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sameOperator(2).rotation, Float64Array.of(1, 0, 0, 1));
 * ```
 */
export function sameOperator(n: number): DsaResult {
  const rotation = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rotation[i * n + i] = 1;
  return {
    angle: 0,
    euclidean: 0,
    lowerBound: 0,
    gap: 0,
    rotation,
    numStarts: 1,
    bestStart: "identity",
    iterations: 0,
    gradientNorm: 0,
  };
}

/**
 * Angle, Euclidean score and certificate of a rotation C.
 *
 * @example
 * ```ts
 * import { scoresOf } from "#lib/math/dsa/comparison.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const a = describeOperator(Float64Array.of(2), 1);
 * assertEquals(scoresOf(a, a, Float64Array.of(-1), 0).angle, 0);
 * ```
 */
export function scoresOf(
  x: OperatorFrames,
  y: OperatorFrames,
  c: Float64Array,
  lowerBound: number,
): Pick<DsaResult, "angle" | "euclidean" | "lowerBound" | "gap"> {
  const n = y.n;
  const moved = multiplyTransposeB(multiply(c, y.unit, n, n, n), c, n, n, n);
  const angle = angleBetween(x.unit, moved);
  return {
    angle,
    euclidean: euclideanFromAngle(angle),
    lowerBound,
    gap: Math.max(0, angle - lowerBound),
  };
}

/**
 * An order of operators that depends on their content alone, by digest, then by entries: negative if `a` comes first, 0 if
 * both are the same.
 *
 * @example
 * ```ts
 * import { comesFirst } from "#lib/math/dsa/comparison.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = [1, -1].map((value) => describeOperator(Float64Array.of(value), 1));
 * assertEquals([comesFirst(a, a), comesFirst(a, b) + comesFirst(b, a)], [0, 0]);
 * ```
 */
export function comesFirst(a: OperatorFrames, b: OperatorFrames): number {
  if (a.digest !== b.digest) return a.digest < b.digest ? -1 : 1;
  for (let i = 0; i < a.unit.length; i++) {
    if (a.unit[i] !== b.unit[i]) return a.unit[i] < b.unit[i] ? -1 : 1;
  }
  return 0;
}

// A start takes about 0.6 ms · (n/20)^3.4, so these and as many hops take half a second at most up to 50 dimensions.
function mostRandomStarts(effort: DsaEffort, n: number): number {
  const standard = n <= 12 ? 96 : n <= 24 ? 192 : n <= 32 ? 64 : n <= 40 ? 24 : n <= 50 ? 12 : 6;
  return effort === "thorough" ? 4 * standard : standard;
}

// Independent starts that must have ended at the best angle before it is believed: with more dimensions more minima are as
// easily found as the best.
function mustAgree(n: number): number {
  return n <= 12 ? 6 : 10;
}
