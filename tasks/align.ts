// The rotation behind a DSA score: brings the coordinates of one operator onto those of another, so that modes and components of
// two systems can be looked at side by side. Ostrow, Eisen, Kozachkov & Fiete 2023, eq. 7: A ≈ C B Cᵀ for unit A and B.

import { z } from "zod";
import { type Arrays, arraysOf } from "#lib/core/artifacts/arrays.ts";
import { commonRank } from "#lib/core/artifacts/common_rank.ts";
import { operator } from "#lib/core/artifacts/operator.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { tableOf } from "#lib/core/table.ts";
import { defineTask, one, optional } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import { dsa } from "#lib/math/dsa/dsa.ts";
import { multiply, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { matrixAt } from "#lib/metrics/_dsa_operators.ts";
import { exampleOperator } from "./_comparisons.ts";

const arrays = arraysOf("arrays");

const params = z.strictObject({
  rank: z.int().min(1).optional().describe(
    "size of the operators; default: the study's common rank if bound, else the fit's own",
  ),
  group: z.enum(["orthogonal", "special_orthogonal"]).default("orthogonal")
    .describe("rotations and reflections, or rotations only"),
  effort: z.enum(["pruned", "standard", "thorough"]).default("standard")
    .describe("of the search: see the metric dsa"),
  seed: z.int().default(0).describe("of the random starts, together with the pair's own content"),
});

export default defineTask({
  name: "align",
  summary: "Finds the rotation that brings one operator's coordinates onto another's.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { a: one(operator), b: one(operator), rank: optional(commonRank) },
  outputs: { aligned: operator, rotation: arrays, score: table },
  examples: [{ params: {}, inputs: () => ({ a: exampleOperator(0.3), b: exampleOperator(0.9) }) }],
  run(_context, params, inputs) {
    const wanted = params.rank ?? inputs.rank?.rank;
    const [a, b] = [inputs.a, inputs.b].map((one) => {
      const rank = wanted ?? one.matrix.shape[0];
      return { rank, matrix: Float64Array.from(matrixAt(one, rank, "operator")) };
    });
    if (a.rank !== b.rank) {
      throw new RangeError(
        `align got operators of ${a.rank} and ${b.rank} dimensions (ports a and b); ` +
          "fit them with one rank, bind a common rank, or give `rank`",
      );
    }
    const n = a.rank;
    const { effort, group, seed } = params;
    const found = dsa(a.matrix, b.matrix, n, { effort, group, seed });
    const c = found.rotation;
    const turned = multiplyTransposeB(multiply(c, b.matrix, n, n, n), c, n, n, n);
    const rotation: Arrays = {
      arrays: { rotation: tensor(["component_a", "component_b"], [n, n], c) },
      about: { size: n, group, angle: found.angle, lower_bound: found.lowerBound },
    };
    const { step_ms } = inputs.b.about;
    return {
      aligned: {
        matrix: tensor(["target", "source"], [n, n], turned),
        about: {
          rank: n,
          method: "aligned",
          ...(step_ms === undefined ? {} : { step_ms }),
          warnings: [],
        },
      },
      rotation,
      score: tableOf([{
        angle: found.angle,
        lower_bound: found.lowerBound,
        gap: found.gap,
        num_starts: found.numStarts,
        best_start: found.bestStart,
      }], {
        angle: { unit: "rad", description: "between A and C B Cᵀ" },
        lower_bound: { unit: "rad", description: "no rotation gives less" },
      }),
    };
  },
});
