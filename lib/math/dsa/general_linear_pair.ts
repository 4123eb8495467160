// The comparison of a pair over GL(n): the best of each direction and the score of both. Leaves out the search of one direction
// (general_linear.ts, which also says what is minimised) and the published optimiser's own (reference_optimiser.ts).

import { randomStream } from "#lib/core/random.ts";
import { innerProduct } from "#lib/math/linalg/norms.ts";
import { luFactor, luSolve } from "#lib/math/linalg/lu.ts";
import { multiply, multiplyTransposeA, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import { comesFirst, sameOperator } from "./comparison.ts";
import { compareOperators, type DsaOptions, type DsaResult } from "./dsa.ts";
import {
  generalLinearBound,
  type GeneralLinearMatch,
  matchGeneralLinear,
} from "./general_linear.ts";
import type { OperatorFrames } from "./operator_frames.ts";
import { randomOrthogonal } from "./random_orthogonal.ts";
import { referenceMatch } from "./reference_optimiser.ts";
import type { Start } from "./starts.ts";

/** A comparison over GL(n). `euclidean` is ‖A − C B C⁻¹‖, `rotation` the C that moves the second operator. */
export interface GeneralLinearResult extends DsaResult {
  /** ‖C‖ ‖C⁻¹‖ / n: 1 for orthogonal C. */
  readonly condition: number;
  /** No C brings `euclidean` below this. */
  readonly euclideanBound: number;
}

/**
 * Compares A and B over GL(n): the larger of the two distances, B moved to A and A moved to B, so that the score is symmetric
 * (exactly). With `asPublished` B is moved to A in the given order, the angle is that of tr(Aᵀ C B C⁻¹)/(‖A‖ ‖B‖) cut to
 * [−1, 1], and no bound is known for it. `optimiser: "reference"` searches as published, and always in the given order.
 *
 * @throws {RangeError} if the operators differ in size.
 *
 * @example
 * ```ts
 * import { compareGeneralLinear } from "#lib/math/dsa/general_linear_pair.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const a = describeOperator(Float64Array.of(1, 5, 0, 2), 2); // of unit norm: eigenvalues 1/√30 and 2/√30
 * const b = describeOperator(Float64Array.of(1, 0, 5, 2), 2);
 * assertAlmostEquals(compareGeneralLinear(a, b).angle, 0, 1e-9);
 * ```
 */
export function compareGeneralLinear(
  a: OperatorFrames,
  b: OperatorFrames,
  options: Omit<DsaOptions, "group"> & { readonly asPublished?: boolean } = {},
): GeneralLinearResult {
  const order = comesFirst(a, b);
  if (a.n === b.n && order === 0) return { ...sameOperator(a.n), condition: 1, euclideanBound: 0 };
  const { asPublished = false, ...rest } = options;
  if (rest.optimiser === "reference" && a.n === b.n) return asReference(a, b, rest, asPublished);
  const [x, y] = order < 0 ? [a, b] : [b, a];
  const orthogonal = compareOperators(x, y, rest);
  const starts = [
    { name: "orthogonal", rotation: orthogonal.rotation },
    ...randomStarts(x, y, rest),
  ];
  const backStarts = starts.map(({ name, rotation }) => ({
    name,
    rotation: transpose(rotation, x.n, x.n),
  }));
  const toX = matchGeneralLinear(x, y, starts), toY = matchGeneralLinear(y, x, backStarts);
  const toA = order < 0 ? toX : toY;
  const chosen = asPublished ? toA : toX.distance >= toY.distance ? toX : toY;
  const lowerBound = asPublished ? toA.lowerBound : Math.max(toX.lowerBound, toY.lowerBound);
  return resultOf(chosen, toA.transform, asPublished, lowerBound, {
    numStarts: toX.numStarts + toY.numStarts + orthogonal.numStarts,
    iterations: toX.iterations + toY.iterations + orthogonal.iterations,
  });
}

function resultOf(
  match: GeneralLinearMatch,
  rotation: Float64Array,
  asPublished: boolean,
  euclideanBound: number,
  counts: { readonly numStarts: number; readonly iterations: number },
): GeneralLinearResult {
  const angle = asPublished ? match.publishedAngle : angleOf(match.distance);
  const lowerBound = asPublished ? 0 : Math.min(angle, angleOf(euclideanBound));
  return {
    angle,
    euclidean: match.distance,
    euclideanBound: Math.min(match.distance, euclideanBound),
    lowerBound,
    gap: angle - lowerBound,
    rotation,
    condition: match.condition,
    bestStart: match.bestStart,
    gradientNorm: match.gradientNorm,
    ...counts,
  };
}

function asReference(
  a: OperatorFrames,
  b: OperatorFrames,
  options: DsaOptions,
  asPublished: boolean,
): GeneralLinearResult {
  const n = a.n;
  const { rotation: c, losses } = referenceMatch(a.unit, b.unit, n, {
    ...options,
    group: "general_linear",
    seed: `${options.seed ?? 0}/${a.digest}/${b.digest}`,
  });
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  const factor = luFactor(c, n);
  if (factor.singular) {
    throw new RangeError(
      `compareGeneralLinear: the published optimiser ended at a singular C of ${n} dimensions; try another seed`,
    );
  }
  const inverse = luSolve(factor, n, identity, n);
  const moved = multiply(multiply(c, b.unit, n, n, n), inverse, n, n, n);
  const error = moved.map((x, p) => x - a.unit[p]);
  const norm = (m: Float64Array) => Math.sqrt(innerProduct(m, m));
  const turned = multiplyTransposeA(moved, error, n, n, n);
  const gradient = multiplyTransposeB(error, moved, n, n, n).map((x, p) => x - turned[p]);
  const match = {
    distance: norm(error),
    lowerBound: 0,
    publishedAngle: Math.acos(Math.max(-1, Math.min(1, innerProduct(a.unit, moved)))),
    transform: c,
    condition: norm(c) * norm(inverse) / n,
    bestStart: "network",
    gradientNorm: norm(gradient),
    numStarts: 1,
    iterations: losses.length,
  };
  return resultOf(match, c, asPublished, generalLinearBound(a, b), match);
}

function angleOf(distance: number): number {
  return 2 * Math.asin(Math.min(1, distance / 2));
}

// In up to 24 dimensions; above, a start costs more than it is likely to gain. A pair takes about 0.2 s in 10 dimensions
// and a second in 20.
function randomStarts(
  x: OperatorFrames,
  y: OperatorFrames,
  { effort = "standard", numRandomStarts, seed = 0 }: DsaOptions,
): readonly Start[] {
  const standard = x.n <= 24 ? 4 : 0;
  const count = numRandomStarts ??
    (effort === "pruned" ? 0 : effort === "standard" ? standard : 4 + 2 * standard);
  const stream = randomStream(seed, `dsa/general_linear/${x.digest}/${y.digest}`);
  return Array.from({ length: count }, (_, k) => ({
    name: `random ${k + 1}`,
    rotation: randomOrthogonal(stream, k, x.n, k % 2 === 0 ? 1 : -1),
  }));
}
