// Minibatch CKA: unbiased estimates summed over batches of moments, then their ratio. Nguyen, Raghu & Kornblith 2021. A pair
// costs time and memory in proportion to its moments, whatever their number.

import { z } from "zod";
import { trajectories } from "../core/artifacts/trajectories.ts";
import { defineMetric } from "../core/metric.ts";
import { randomStream } from "../core/random.ts";
import { compareDebiasedCka, prepareDebiasedCka } from "../math/similarity/debiased_cka.ts";
import type { Items } from "./_flatten.ts";
import { inBatchOrder } from "./_in_order.ts";
import { comparePaired, pairedItems } from "./_paired_items.ts";
import { scoreUnit, scoreValue, similarityScore, underScore } from "./_similarity_score.ts";

export default defineMetric({
  name: "minibatch_cka",
  summary: "Debiased centred kernel alignment from batches of paired states",
  version: 1,
  params: z.strictObject({
    ...similarityScore,
    batch_size: z.int().min(4).default(256)
      .describe(
        "moments in a batch, what is left over is dropped; all as one where there are fewer",
      ),
    order: z.enum(["consecutive", "shuffled"]).default("consecutive")
      .describe(
        "consecutive: batches of moments that follow each other, trial by trial; shuffled: drawn with `seed`, which time series " +
          "want, because what differs between batches does not count and neighbouring moments are alike",
      ),
    seed: z.int().min(0).default(0).describe("of the shuffled order"),
  }),
  port: "trajectories",
  takes: trajectories,
  sense: "distance",
  unit: scoreUnit,
  laws: {
    symmetric: true,
    triangle: true,
    identity: 0,
    range: [0, Math.PI],
    invariantTo: ["translation", "isotropic-scale", "rotation", "permutation"],
    anyItemOrder: false,
  },
  under: (params) => underScore(params, -1),
  reference: { paper: "Nguyen, Raghu & Kornblith 2021, eq. 2", agreesWith: "dsa/rep_similarity" },
  prepare: (system, { batch_size, order, seed }) =>
    pairedItems(system, (items) => {
      const data = order === "consecutive" ? items.data : shuffled(items, seed);
      const { numItems, numFeatures } = items;
      return prepareDebiasedCka(data, numItems, numFeatures, { batchSize: batch_size });
    }),
  compare: (a, b, params) =>
    comparePaired(a, b, (x, y) => {
      const { cka, angle } = compareDebiasedCka(...inBatchOrder(x, y));
      const similarity = cka;
      return {
        value: scoreValue({ similarity, angle }, params),
        more: { similarity, batch_size: x.batchSize, num_batches: x.batches.length },
      };
    }),
});

/** The same order for all systems of as many moments. */
function shuffled({ data, numItems, numFeatures }: Items, seed: number): Float64Array {
  const order = randomStream(seed, "minibatch_cka").permutation(numItems);
  const out = new Float64Array(data.length);
  order.forEach((from, to) => {
    out.set(data.subarray(from * numFeatures, (from + 1) * numFeatures), to * numFeatures);
  });
  return out;
}
