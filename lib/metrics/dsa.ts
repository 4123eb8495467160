// Dynamical similarity analysis: the angle between two fitted operators after the best rotation of one of them.
// Ostrow, Eisen, Kozachkov & Fiete 2023, "Beyond geometry". Every score comes with a lower bound that no rotation beats.

import { z } from "zod";
import { type Operator, operator } from "../core/artifacts/operator.ts";
import { defineMetric } from "../core/metric.ts";
import { compareOperators } from "../math/dsa/dsa.ts";
import { matchSizes, type SizePolicy } from "../math/dsa/match_sizes.ts";
import { describeOperator, type OperatorFrames } from "../math/dsa/operator_frames.ts";
import { operatorAtRank } from "../math/dmd/operator_at_rank.ts";
import { angleScale, angleUnit, scaled } from "./_angle_scale.ts";

const params = z.strictObject({
  score: z.enum(["angular", "euclidean"]).default("angular")
    .describe("angular: the angle between the operators; euclidean: 2 sin(angle/2)"),
  scale: angleScale,
  group: z.enum(["orthogonal", "special_orthogonal"]).default("orthogonal")
    .describe("rotations and reflections, or rotations only"),
  rank: z.int().min(1).optional()
    .describe(
      "size of the operators; default: the study's common rank if bound, else the fit's own",
    ),
  on_size_mismatch: z.enum(["error", "zero_pad"]).default("error")
    .describe(
      "operators of different size: refuse them, or compare the further modes with dead ones",
    ),
  effort: z.enum(["pruned", "standard", "thorough"]).default("standard")
    .describe("pruned: starts from the spectra only; standard and thorough: random ones too"),
  optimiser: z.enum(["riemannian", "reference"]).default("riemannian")
    .describe("reference: the published package's Adam search, to understand published numbers"),
  iterations: z.int().min(1).optional().describe("of the reference optimiser"),
  learning_rate: z.number().positive().optional().describe("of the reference optimiser"),
  seed: z.int().default(0).describe(
    "seed of the random starts, together with the pair's own content",
  ),
});

export default defineMetric({
  name: "dsa",
  summary: "Angle between fitted linear dynamics after the best orthogonal change of coordinates",
  version: 1,
  params,
  port: "operators",
  takes: operator,
  sense: "distance",
  unit: ({ score, scale }) => score === "euclidean" ? "1" : angleUnit(scale),
  usesRank: true,
  laws: {
    symmetric: true,
    triangle: false, // at the global optimum only, and no search can promise that
    identity: 0,
    range: [0, Math.PI],
    invariantTo: ["isotropic-scale", "rotation", "permutation"],
  },
  reference: { paper: "Ostrow et al. 2023, eq. 7", agreesWith: "dsa_pairs" },
  prepare(system, { rank }, options) {
    const wanted = rank ?? options.rank ?? system.matrix.shape[0];
    return {
      frames: describeOperator(matrixAt(system, wanted), wanted),
      singularRatio: singularRatioAt(system, wanted),
    };
  },
  compare(first, second, params) {
    const [a, b] = sameSize(first.frames, second.frames, params.on_size_mismatch);
    const result = compareOperators(a, b, {
      effort: params.effort,
      group: params.group,
      optimiser: params.optimiser,
      seed: params.seed,
      ...(params.iterations === undefined ? {} : { iterations: params.iterations }),
      ...(params.learning_rate === undefined ? {} : { learningRate: params.learning_rate }),
    });
    const value = params.score === "euclidean"
      ? result.euclidean
      : scaled(result.angle, params.scale);
    return {
      value,
      more: {
        rank: a.n,
        singular_ratio: Math.min(first.singularRatio, second.singularRatio),
        lower_bound: params.score === "euclidean"
          ? 2 * Math.sin(result.lowerBound / 2)
          : scaled(result.lowerBound, params.scale),
        gap: result.gap,
        num_starts: result.numStarts,
        best_start: result.bestStart,
        iterations: result.iterations,
        gradient_norm: result.gradientNorm,
      },
    };
  },
});

function sameSize(
  a: OperatorFrames,
  b: OperatorFrames,
  policy: SizePolicy,
): readonly [OperatorFrames, OperatorFrames] {
  if (a.n === b.n) return [a, b];
  const matched = matchSizes(a.unit, a.n, b.unit, b.n, policy);
  return [describeOperator(matched.a, matched.n), describeOperator(matched.b, matched.n)];
}

function matrixAt({ matrix, auto, cross, about }: Operator, rank: number): Float64Array {
  if (rank === matrix.shape[0]) return matrix.data as Float64Array;
  const maxRank = auto.shape[0];
  if (rank > maxRank) {
    throw new RangeError(
      `dsa needs operators of rank ${rank}, but one was fitted with max_rank ${maxRank}; raise max_rank of dmd`,
    );
  }
  return operatorAtRank({
    auto: auto.data as Float64Array,
    cross: cross.data as Float64Array,
    maxRank,
    ridge: about.ridge as number,
  }, rank);
}

/** σ_r/σ₁ of the embedding: below about 1e-7 the last modes are rounding, and the score with them. */
function singularRatioAt({ singularValues }: Operator, rank: number): number {
  const values = singularValues.data as Float64Array;
  return values[Math.min(rank, values.length) - 1] / values[0];
}
