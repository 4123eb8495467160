// The noise ceiling of subjects' dissimilarity matrices: between which similarities a model of all of them would lie.
// Nili et al. 2014, "A toolbox for representational similarity analysis".

import { z } from "zod";
import { rdm } from "#lib/core/artifacts/rdm.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { tableOf } from "#lib/core/table.ts";
import { defineTask, many } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { rdmComparisons, TIE_TOLERANCE } from "#lib/math/rsa/compare_rdms.ts";
import { noiseCeiling } from "#lib/math/rsa/noise_ceiling.ts";

const params = z.strictObject({
  comparison: z.enum(rdmComparisons).default("cosine")
    .describe("how matrices are compared: as the metric rdm_comparison that models are held to"),
  tie_tolerance: z.number().min(0).max(1e-3).default(TIE_TOLERANCE)
    .describe(
      "by rank: dissimilarities that differ by no more than this share of the largest are equal",
    ),
});

export default defineTask({
  name: "noise_ceiling",
  summary: "Bounds how well a model could agree with the dissimilarities of several subjects.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { rdms: many(rdm, { coords: true }) },
  outputs: { ceiling: table, subjects: table },
  examples: [
    {
      params: { comparison: "spearman" },
      inputs: () => ({
        rdms: [[1, 2, 3, 5, 6, 4], [1, 3, 2, 4, 6, 5], [2, 1, 3, 4, 5, 6]].map((values) => ({
          arrays: { values: tensor(["pair"], [6], Float64Array.from(values)) },
          about: { measure: "correlation", num_items: 4 },
        })),
      }),
    },
  ],
  run(_context, { comparison, tie_tolerance }, { rdms }) {
    const triangles = rdms.map(({ value: { arrays: { values } } }) =>
      Float64Array.from(values.data)
    );
    const { upper, lower } = inTerms(
      rdms.map(({ value: { arrays: { values } } }) => describeShape(values.dims, values.shape)),
      () => noiseCeiling(triangles, comparison, tie_tolerance),
    );
    const mean = (values: Float64Array) =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const about = {
      lower: { unit: "1", description: "similarity to the mean of the others" },
      upper: {
        unit: "1",
        description:
          "similarity to the mean of all (of their ranks, by rank: no strict bound for Kendall's τ)",
      },
    };
    return {
      ceiling: tableOf([{
        comparison,
        lower: mean(lower),
        upper: mean(upper),
        num_subjects: rdms.length,
      }], about),
      subjects: tableOf(
        rdms.map(({ coords }, at) => ({
          subject: Object.entries(coords).sort(([a], [b]) => a < b ? -1 : 1)
            .map(([, id]) => String(id)).join(" ") || String(at),
          ...coords,
          comparison,
          lower: lower[at],
          upper: upper[at],
        })),
        about,
      ),
    };
  },
});

function inTerms<T>(shapes: readonly string[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const which = [...new Set(shapes)].join(", ");
    throw new RangeError(
      `noise_ceiling got ${shapes.length} rdms (${which}): ${error.message}; give one rdm per subject, all of the same items`,
      { cause: error },
    );
  }
}
