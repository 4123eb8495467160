// What metrics of dissimilarity matrices share: how two matrices are compared, and what that does to the laws.

import { z } from "zod";
import type { Laws, Sense } from "../core/metric.ts";
import { rdmComparisons, TIE_TOLERANCE } from "../math/rsa/compare_rdms.ts";
import { similarityScore, underScore } from "./_similarity_score.ts";

/** The params. */
export const rdmParams = {
  comparison: z.enum(rdmComparisons).default("cosine").describe(
    "cosine, pearson; by rank spearman, rho_a (Spearman's, ties in random order), kendall_tau_a, kendall_tau_b; " +
      "whitened_cosine, whitened_correlation for squared distances, whose entries covary",
  ),
  tie_tolerance: z.number().min(0).max(1e-3).default(TIE_TOLERANCE).describe(
    "by rank: dissimilarities that differ by no more than this share of the largest are equal, so that rounding makes no order",
  ),
  ...similarityScore,
};

/** Those params. */
export type RdmParams = z.output<z.ZodObject<typeof rdmParams>>;

/**
 * What these params do to sense and laws. Coefficients that ties lower (ρ_a, τ_a) are no cosines where there are ties, so
 * their angles need not keep the triangle inequality, and a matrix with ties is less than 1 like itself.
 *
 * @example
 * ```ts
 * import { underRdm } from "#lib/metrics/_rdm_params.ts";
 * import { assertEquals } from "@std/assert";
 * const params = { tie_tolerance: 0, score: "angle", scale: "radian" } as const;
 * assertEquals(underRdm({ ...params, comparison: "cosine" }), {});
 * assertEquals(underRdm({ ...params, comparison: "rho_a" }), {
 *   triangle: false,
 *   identityVaries: true,
 * });
 * ```
 */
export function underRdm(params: RdmParams): Partial<Laws> & { readonly sense?: Sense } {
  const tiesLower = params.comparison === "rho_a" || params.comparison === "kendall_tau_a";
  return {
    ...(tiesLower ? { triangle: false, identityVaries: true } : {}),
    ...underScore(params, -1),
  };
}
