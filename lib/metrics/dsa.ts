// Dynamical similarity analysis: the angle between two fitted operators after the best rotation of one of them.
// Ostrow, Eisen, Kozachkov & Fiete 2023, "Beyond geometry". Every score comes with a lower bound that no rotation beats.

import { z } from "zod";
import { type Operator, operator } from "../core/artifacts/operator.ts";
import { defineMetric, type Score } from "../core/metric.ts";
import { concludeComparison, openComparison, sameOperator } from "../math/dsa/comparison.ts";
import { compareOperators, type DsaOptions, type DsaResult } from "../math/dsa/dsa.ts";
import { matchSizes, type SizePolicy } from "../math/dsa/match_sizes.ts";
import { describeOperator, type OperatorFrames } from "../math/dsa/operator_frames.ts";
import { operatorAtRank } from "../math/dmd/operator_at_rank.ts";
import { angleScale, angleUnit, scaled } from "./_angle_scale.ts";
import { searchOnEngine } from "./_dsa_search.ts";

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
  search: z.enum(["f64", "engine"]).default("f64")
    .describe(
      "engine: all starts of all pairs at once on the run's engine, the best ends polished in f64",
    ),
  seed: z.int().default(0).describe(
    "seed of the random starts, together with the pair's own content",
  ),
});

type Params = z.output<typeof params>;

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
    return scoreOf(first, second, compareOperators(a, b, optionsOf(params)), a.n, params);
  },
  numerics: onEngine,
  async compareMany(engine, pairs, params, progress) {
    const sized = pairs.map(([first, second]) =>
      sameSize(first.frames, second.frames, params.on_size_mismatch)
    );
    const open = sized.map(([a, b]) => openComparison(a, b, optionsOf(params)));
    const found = await searchOnEngine(engine, open.filter((one) => one !== undefined), progress);
    let next = 0;
    return open.map((comparison, i) => {
      const { n } = sized[i][0];
      const result = comparison === undefined
        ? sameOperator(n)
        : concludeComparison(comparison, found[next++]);
      return scoreOf(...pairs[i], result, n, params);
    });
  },
});

/** The published optimiser stays as published, whatever the search. */
function onEngine({ search, optimiser }: Params): "f64" | "engine" {
  return search === "engine" && optimiser === "riemannian" ? "engine" : "f64";
}

function optionsOf(params: Params): DsaOptions {
  return {
    effort: params.effort,
    group: params.group,
    optimiser: params.optimiser,
    seed: params.seed,
    ...(params.iterations === undefined ? {} : { iterations: params.iterations }),
    ...(params.learning_rate === undefined ? {} : { learningRate: params.learning_rate }),
  };
}

interface Prepared {
  readonly frames: OperatorFrames;
  /** `null` for an operator without singular values. */
  readonly singularRatio: number | null;
}

function scoreOf(
  first: Prepared,
  second: Prepared,
  result: DsaResult,
  rank: number,
  params: Params,
): Score {
  const isEuclidean = params.score === "euclidean";
  return {
    value: isEuclidean ? result.euclidean : scaled(result.angle, params.scale),
    more: {
      rank,
      singular_ratio: lesser(first.singularRatio, second.singularRatio),
      lower_bound: isEuclidean
        ? 2 * Math.sin(result.lowerBound / 2)
        : scaled(result.lowerBound, params.scale),
      gap: result.gap,
      num_starts: result.numStarts,
      best_start: result.bestStart,
      iterations: result.iterations,
      gradient_norm: result.gradientNorm,
    },
  };
}

function lesser(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

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
  if (auto === undefined || cross === undefined) {
    throw new RangeError(
      `dsa needs operators of rank ${rank}, but one has ${
        matrix.shape[0]
      } and no moments to read others off; ` +
        "leave out rank, or fit it by dmd",
    );
  }
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
function singularRatioAt({ singularValues }: Operator, rank: number): number | null {
  if (singularValues === undefined) return null;
  const values = singularValues.data as Float64Array;
  return values[Math.min(rank, values.length) - 1] / values[0];
}
