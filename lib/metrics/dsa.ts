// Dynamical similarity analysis: the angle between two fitted operators after the best change of coordinates of one of them
// (Ostrow, Eisen, Kozachkov & Fiete 2023, "Beyond geometry"), or the distance of their spectra. Every score comes with a
// lower bound that no change of coordinates beats. Leaves out params and laws (_dsa_params.ts), systems (_dsa_operators.ts)
// and rows (_dsa_scores.ts).

import { operator } from "../core/artifacts/operator.ts";
import { defineMetric, type Score } from "../core/metric.ts";
import {
  comesFirst,
  concludeComparison,
  openComparison,
  sameOperator,
} from "../math/dsa/comparison.ts";
import { compareOperators, type DsaOptions } from "../math/dsa/dsa.ts";
import { compareGeneralLinear } from "../math/dsa/general_linear_pair.ts";
import { compareOperatorSet } from "../math/dsa/set_search.ts";
import type { RotationGroup } from "../math/dsa/starts.ts";
import { type PreparedOperator, prepareOperator } from "./_dsa_operators.ts";
import { dsaLaws, type DsaParams, dsaParams } from "./_dsa_params.ts";
import { alignedScore, scoreKind, scoreUnit, spectralScore } from "./_dsa_scores.ts";
import { searchOnEngine } from "./_dsa_search.ts";

export default defineMetric({
  name: "dsa",
  summary: "Angle between fitted linear dynamics after the best orthogonal change of coordinates",
  version: 2,
  params: dsaParams,
  port: "operators",
  takes: operator,
  sense: "distance",
  unit: (params) => scoreUnit(params.score, params),
  usesRank: true,
  laws: {
    symmetric: true,
    triangle: false, // at the global optimum only, and no search can promise that
    identity: 0,
    range: [0, Math.PI],
    invariantTo: ["isotropic-scale", "rotation", "permutation"],
  },
  under: dsaLaws,
  reference: { paper: "Ostrow et al. 2023, eq. 7", agreesWith: "dsa_pairs" },
  prepare(system, params, options) {
    const direction = params.score !== "wasserstein";
    return prepareOperator(system, {
      rank: params.rank ?? options.rank,
      direction,
      normalise: params.normalise,
      spectral: !direction || params.on_size_mismatch === "wasserstein",
    });
  },
  check: (a, b, params) => void scoreKind(a, b, params),
  compare(a, b, params) {
    return scoreKind(a, b, params) === "wasserstein"
      ? spectralScore(a, b, params)
      : aligned(a, b, params);
  },
  compareSet(systems, places, params, progress) {
    if (params.starts !== "set" || params.optimiser === "reference" || !isRotation(params)) {
      return undefined;
    }
    const kinds = places.map(([i, j]) => scoreKind(systems[i], systems[j], params));
    const searched = places.filter((_, k) => kinds[k] !== "wasserstein").map(([i, j]) => {
      const [a, b] = sameSize(systems[i], systems[j]);
      return { i, j, a, b };
    });
    const results = compareOperatorSet(searched, optionsOf(params), progress);
    let next = 0;
    return places.map(([i, j], k) =>
      kinds[k] === "wasserstein"
        ? spectralScore(systems[i], systems[j], params)
        : alignedScore(systems[i], systems[j], results[next++], params)
    );
  },
  numerics: onEngine,
  async compareMany(engine, pairs, params, progress) {
    const open = pairs.map(([a, b]) =>
      scoreKind(a, b, params) === "wasserstein"
        ? null
        : openComparison(...sameSize(a, b), optionsOf(params))
    );
    const found = await searchOnEngine(engine, open.filter((one) => one != null), progress);
    let next = 0;
    return open.map((comparison, k) => {
      const [a, b] = pairs[k];
      if (comparison === null) return spectralScore(a, b, params);
      const result = comparison === undefined
        ? sameOperator(Math.max(a.n, b.n))
        : concludeComparison(comparison, found[next++]);
      return alignedScore(a, b, result, params);
    });
  },
});

/** The published optimiser stays as published, whatever the search. */
function onEngine(params: DsaParams): "f64" | "engine" {
  const { search, optimiser, starts } = params;
  return search === "engine" && optimiser === "riemannian" && starts === "pair" &&
      isRotation(params)
    ? "engine"
    : "f64";
}

function isRotation({ group, score }: DsaParams): boolean {
  return group !== "general_linear" && score !== "wasserstein";
}

function aligned(a: PreparedOperator, b: PreparedOperator, params: DsaParams): Score {
  const [x, y] = sameSize(a, b);
  // As the published package does, which leaves the diagonal out; its optimiser would come near 0 only.
  if (comesFirst(x, y) === 0) {
    return alignedScore(a, b, { ...sameOperator(x.n), condition: 1 }, params);
  }
  if (params.group !== "general_linear") {
    return alignedScore(a, b, compareOperators(x, y, optionsOf(params)), params);
  }
  const { group: _, ...options } = optionsOf(params);
  const asPublished = params.compat === "v1";
  return alignedScore(a, b, compareGeneralLinear(x, y, { ...options, asPublished }), params);
}

function optionsOf(params: DsaParams): DsaOptions {
  return {
    effort: params.effort,
    group: params.group as RotationGroup,
    optimiser: params.optimiser,
    seed: params.seed,
    ...(params.iterations === undefined ? {} : { iterations: params.iterations }),
    ...(params.learning_rate === undefined ? {} : { learningRate: params.learning_rate }),
  };
}

function sameSize(a: PreparedOperator, b: PreparedOperator) {
  const size = Math.max(a.n, b.n);
  return [a.frames(size), b.frames(size)] as const;
}
