// The rows of dsa: which score a pair gets, from what comparison, with which unit and bound. Every row has the same columns,
// whichever score it is. Leaves out the searches.

import type { Score } from "../core/metric.ts";
import type { DsaResult } from "../math/dsa/dsa.ts";
import { spectrumDistance } from "../math/dsa/wasserstein.ts";
import type { PreparedOperator } from "./_dsa_operators.ts";
import type { DsaParams } from "./_dsa_params.ts";
import { angleUnit, scaled } from "./_angle_scale.ts";
import { requireOneStep } from "./_one_step.ts";

/** Which score a pair gets. */
export type DsaScore = "angular" | "euclidean" | "wasserstein";

/**
 * The score of a pair, which differs from the wanted one only where sizes do.
 *
 * @throws {RangeError} if sizes or steps differ and the policy is to refuse that.
 *
 * @example
 * ```ts
 * import { tensor } from "#lib/core/tensor.ts";
 * import { prepareOperator } from "#lib/metrics/_dsa_operators.ts";
 * import { dsaParams } from "#lib/metrics/_dsa_params.ts";
 * import { scoreKind } from "#lib/metrics/_dsa_scores.ts";
 * import { assertEquals } from "@std/assert";
 * const [a, b] = [1, 2].map((n) => {
 *   const matrix = tensor(["target", "source"], [n, n], new Float64Array(n * n).fill(1));
 *   return prepareOperator({ matrix, about: {} }, { direction: true, normalise: false, spectral: true });
 * });
 * assertEquals(scoreKind(a, b, dsaParams.parse({ on_size_mismatch: "wasserstein" })), "wasserstein");
 * ```
 */
export function scoreKind(a: PreparedOperator, b: PreparedOperator, params: DsaParams): DsaScore {
  requireOneStep(a, b, params.on_step_mismatch);
  if (a.n === b.n || params.on_size_mismatch === "zero_pad") return params.score;
  if (params.on_size_mismatch === "wasserstein") return "wasserstein";
  throw new RangeError(
    `operators of ${a.n} and ${b.n} dimensions cannot be compared as they are: ${a.shown} and ${b.shown}; ` +
      "fit them with one rank, bind a common rank, or set on_size_mismatch to zero_pad or wasserstein",
  );
}

/**
 * Unit of a score.
 *
 * @example
 * ```ts
 * import { dsaParams } from "#lib/metrics/_dsa_params.ts";
 * import { scoreUnit } from "#lib/metrics/_dsa_scores.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(scoreUnit("wasserstein", dsaParams.parse({})), "λ²");
 * assertEquals(scoreUnit("wasserstein", dsaParams.parse({ spectrum: "singular_values", rooted: true })), "σ");
 * ```
 */
export function scoreUnit(kind: DsaScore, { scale, spectrum, rooted }: DsaParams): string {
  if (kind === "angular") return angleUnit(scale);
  if (kind === "euclidean") return "1";
  return (spectrum === "eigenvalues" ? "λ" : "σ") + (rooted ? "" : "²");
}

/**
 * The row of a pair compared over changes of coordinates.
 *
 * @example
 * ```ts
 * import { tensor } from "#lib/core/tensor.ts";
 * import { sameOperator } from "#lib/math/dsa/comparison.ts";
 * import { prepareOperator } from "#lib/metrics/_dsa_operators.ts";
 * import { dsaParams } from "#lib/metrics/_dsa_params.ts";
 * import { alignedScore } from "#lib/metrics/_dsa_scores.ts";
 * import { assertEquals } from "@std/assert";
 * const matrix = tensor(["target", "source"], [1, 1], Float64Array.of(1));
 * const a = prepareOperator({ matrix, about: {} }, { direction: true, normalise: false, spectral: true });
 * assertEquals(alignedScore(a, a, sameOperator(1), dsaParams.parse({})).value, 0);
 * ```
 */
export function alignedScore(
  a: PreparedOperator,
  b: PreparedOperator,
  result: DsaResult & { readonly condition?: number; readonly euclideanBound?: number },
  params: DsaParams,
): Score {
  const euclidean = params.score === "euclidean";
  const value = euclidean ? result.euclidean : scaled(result.angle, params.scale);
  const bound = euclidean
    ? result.euclideanBound ?? 2 * Math.sin(result.lowerBound / 2)
    : scaled(result.lowerBound, params.scale);
  return withColumns(a, b, value, Math.min(bound, value), {
    num_starts: result.numStarts,
    best_start: result.bestStart,
    iterations: result.iterations,
    gradient_norm: result.gradientNorm,
    score_kind: params.score,
    ...(params.group === "general_linear" ? { condition: result.condition ?? null } : {}),
  });
}

/**
 * The row of a pair of spectra: a closed form, so its bound is itself.
 *
 * @example
 * ```ts
 * import { tensor } from "#lib/core/tensor.ts";
 * import { prepareOperator } from "#lib/metrics/_dsa_operators.ts";
 * import { dsaParams } from "#lib/metrics/_dsa_params.ts";
 * import { spectralScore } from "#lib/metrics/_dsa_scores.ts";
 * import { assertEquals } from "@std/assert";
 * const [a, b] = [1, 4].map((value) => {
 *   const matrix = tensor(["target", "source"], [1, 1], Float64Array.of(value));
 *   return prepareOperator({ matrix, about: {} }, { direction: false, normalise: false, spectral: true });
 * });
 * assertEquals(spectralScore(a, b, dsaParams.parse({ score: "wasserstein" })).value, 9);
 * ```
 */
export function spectralScore(a: PreparedOperator, b: PreparedOperator, params: DsaParams): Score {
  const squared = spectrumDistance(
    a.spectrum(params.spectrum),
    b.spectrum(params.spectrum),
    params.compat === "v2" ? "split" : "zeros",
  );
  const value = params.rooted ? Math.sqrt(squared) : squared;
  const row = withColumns(a, b, value, value, {
    num_starts: 0,
    best_start: "matching",
    iterations: 0,
    gradient_norm: 0,
    score_kind: "wasserstein",
    ...(params.group === "general_linear" ? { condition: null } : {}),
  });
  return params.score === "wasserstein" ? row : { ...row, unit: scoreUnit("wasserstein", params) };
}

function withColumns(
  a: PreparedOperator,
  b: PreparedOperator,
  value: number,
  lowerBound: number,
  more: NonNullable<Score["more"]>,
): Score {
  return {
    value,
    more: {
      rank: Math.max(a.n, b.n),
      singular_ratio: lesser(a.singularRatio, b.singularRatio),
      lower_bound: lowerBound,
      gap: value - lowerBound,
      ...more,
    },
  };
}

function lesser(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}
