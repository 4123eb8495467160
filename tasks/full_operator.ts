// The operator of a fit in the space of its delay embedding, h(t + s) ≈ A h(t): features × features numbers, for small
// embeddings. Comparisons, predictions and its norm and trace (`about` of a fit) do without.

import { z } from "zod";
import { type Operator, operator } from "#lib/core/artifacts/operator.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { fullOperator } from "#lib/math/dmd/full_operator.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";

export default defineTask({
  name: "full_operator",
  summary: "Writes a fitted operator out in the space of its delay embedding.",
  version: 1,
  numerics: "f64",
  params: z.strictObject({}),
  inputs: { operator: one(operator) },
  outputs: { operator },
  examples: [{ params: {}, inputs: () => ({ operator: exampleFit() }) }],
  run(_context, _params, { operator: { matrix, modes, singularValues, about } }) {
    if (modes === undefined || singularValues === undefined) {
      throw new RangeError(
        `full_operator got an operator (${
          describeShape(matrix.dims, matrix.shape)
        }) without modes; ` +
          "fit it by dmd with keep_modes: true",
      );
    }
    const size = matrix.shape[0];
    const [numFeatures, maxRank] = modes.shape;
    if (numFeatures > mostFeatures) {
      throw new RangeError(
        `full_operator got modes (${
          describeShape(modes.dims, modes.shape)
        }), whose operator would take ${(8e-9 * numFeatures ** 2).toFixed(1)} GB; ` +
          `give at most ${mostFeatures} features: fewer delays, or units reduced first (reduce). Comparisons, predictions and ` +
          "residuals do without it",
      );
    }
    const data = matrix.data as Float64Array;
    const full = fullOperator({
      operator: about.transposed === true ? transpose(data, size, size) : data,
      rank: size,
      modes: modes.data as Float64Array,
      maxRank,
      singularValues: singularValues.data as Float64Array,
      numFeatures,
    });
    const { n_delays, delay_interval, steps_ahead, num_units } = about;
    return {
      operator: {
        matrix: tensor(["target", "source"], [numFeatures, numFeatures], full),
        about: {
          rank: about.rank,
          method: "full",
          n_delays,
          delay_interval,
          steps_ahead,
          ...(about.step_ms === undefined ? {} : { step_ms: about.step_ms }),
          num_units,
          num_features: numFeatures,
          warnings: [],
        },
      },
    };
  },
});

/** Features of which the operator (half a GB) is written out. */
const mostFeatures = 8192;

function exampleFit(): Operator {
  const identity = Float64Array.of(1, 0, 0, 1);
  return {
    matrix: tensor(["target", "source"], [2, 2], Float64Array.of(0.9, 0.1, -0.1, 0.9)),
    singularValues: tensor(["component"], [2], Float64Array.of(2, 1)),
    modes: tensor(["feature", "component"], [2, 2], identity),
    about: { rank: 2, n_delays: 1, delay_interval: 1, steps_ahead: 1, num_units: 2 },
  };
}
