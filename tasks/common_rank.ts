// One rank for a whole study: alignment over O(n) needs operators of one size, and every comparison the same one.

import { z } from "zod";
import { commonRank as studyRank } from "#lib/core/artifacts/common_rank.ts";
import { type Operator, operator } from "#lib/core/artifacts/operator.ts";
import { defineTask, many } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import { commonRank } from "#lib/math/dmd/common_rank.ts";

const params = z.strictObject({
  threshold: z.number().gt(0).max(1).default(1e-3)
    .describe("a component counts if its singular value is at least this share of the largest"),
});

export default defineTask({
  name: "common_rank",
  summary: "Finds the largest rank that every operator of a study supports.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { operators: many(operator) },
  outputs: { rank: studyRank },
  examples: [
    { params: {}, inputs: () => ({ operators: [exampleOperator(0.5), exampleOperator(0.01)] }) },
  ],
  run(_context, { threshold }, { operators }) {
    const spectra = operators.map(({ value: { singularValues } }, i) => {
      if (singularValues === undefined) {
        throw new RangeError(
          `common_rank looks at singular values, but operator ${i + 1} of ${operators.length} ` +
            "has none (it was imported as a matrix); compare it at its own size",
        );
      }
      return singularValues.data as Float64Array;
    });
    const { rank, counts } = commonRank(spectra, threshold);
    const largest = Math.min(
      ...operators.map(({ value }) => (value.auto ?? value.matrix).shape[0]),
    );
    if (rank > largest) {
      throw new RangeError(
        `the common rank is ${rank}, but an operator was fitted with max_rank ${largest}; raise max_rank of dmd`,
      );
    }
    return { rank: { rank, threshold, counts } };
  },
});

function exampleOperator(second: number): Operator {
  const square = (...dims: string[]) => tensor(dims, [2, 2], Float64Array.of(1, 0, 0, 1));
  return {
    matrix: square("target", "source"),
    auto: square("row", "column"),
    cross: square("row", "column"),
    singularValues: tensor(["component"], [2], Float64Array.of(1, second)),
    about: { rank: 2 },
  };
}
