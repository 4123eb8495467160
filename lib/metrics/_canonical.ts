// What metrics by canonical correlations share: which mean counts, and the columns that tell ranks and correlations.

import { z } from "zod";
import type { Cell } from "../core/table.ts";
import type { CcaItems, CcaScore } from "../math/similarity/cca.ts";
import { RANK_TOLERANCE } from "../math/similarity/item_basis.ts";

/** Params of `cca`, `svcca` and `pwcca`. */
export const canonicalParams = {
  rank_tolerance: z.number().min(0).lt(1).default(RANK_TOLERANCE)
    .describe("directions weaker than this share of the strongest count as rounding"),
  n_correlations: z.int().min(0).default(64)
    .describe("how many canonical correlations the column `correlations` lists, largest first"),
};

/** Which mean of the correlations is the similarity. */
export const meanOver = z.enum(["both_ranks", "smaller_rank"]).default("both_ranks").describe(
  "both_ranks: sum of correlations / √(rank · rank), 1 only for equal spans; " +
    "smaller_rank: their mean, 1 also where one span lies within the other",
);

/**
 * The columns: ranks, correlations that any two systems of these ranks have, and the correlations as a JSON list.
 *
 * @example
 * ```ts
 * import { canonicalColumns } from "#lib/metrics/_canonical.ts";
 * import { assertEquals } from "@std/assert";
 * const found = { correlations: Float64Array.of(0.9, 0.5), mean: 0.7, numTrivial: 0 };
 * const columns = canonicalColumns(found, { rank: 2 }, { rank: 3 }, { n_correlations: 1 });
 * assertEquals([columns.correlations, columns.smaller_rank, columns.larger_rank], ["[0.9]", 2, 3]);
 * ```
 */
export function canonicalColumns(
  { correlations, mean, numTrivial }: Pick<CcaScore, "correlations" | "mean" | "numTrivial">,
  a: Pick<CcaItems, "rank">,
  b: Pick<CcaItems, "rank">,
  { n_correlations }: { readonly n_correlations: number },
): Readonly<Record<string, Cell>> {
  return {
    mean_correlation: mean,
    smaller_rank: Math.min(a.rank, b.rank),
    larger_rank: Math.max(a.rank, b.rank),
    num_trivial: numTrivial,
    correlations: JSON.stringify([...correlations.subarray(0, n_correlations)]),
  };
}
