// Dissimilarities as a table in long form, a row per pair: for heat maps, and for steps of `aggregate`. Leaves out nothing of
// the matrix, so it is for matrices of few items.

import { z } from "zod";
import { rdm } from "#lib/core/artifacts/rdm.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { itemsOfPairs } from "#lib/math/rsa/triangle.ts";

/** Items of a table at most: a million rows. */
const MOST_ITEMS = 1000;

const params = z.strictObject({
  halves: z.enum(["both", "upper"]).default("both")
    .describe(
      "both: all ordered pairs and the diagonal, as a heat map shows them; upper: each pair once",
    ),
  scale: z.enum(["none", "maximum"]).default("none")
    .describe(
      "maximum: divided by the largest, so that matrices of unlike measures share a colour bar",
    ),
});

export default defineTask({
  name: "rdm_table",
  summary: "Turns a dissimilarity matrix into a table, a row per pair of items.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { rdm: one(rdm) },
  outputs: { table },
  examples: [
    { params: { scale: "maximum" }, inputs: () => ({ rdm: example() }) },
    { params: { halves: "upper" }, inputs: () => ({ rdm: example() }) },
  ],
  run(_context, { halves, scale }, { rdm: { arrays: { values }, about } }) {
    const n = itemsOfPairs(values.data.length);
    if (n > MOST_ITEMS) {
      throw new RangeError(
        `rdm_table got an rdm (${
          describeShape(values.dims, values.shape)
        }) of ${n} items, which would be ${
          n * n
        } rows; give at most ${MOST_ITEMS} items: average them in rdm (items, labels)`,
      );
    }
    const labels = about.labels as readonly Cell[] | undefined;
    const name = (item: number): Cell => labels === undefined ? item : String(labels[item]);
    let largest = 0;
    for (const value of values.data) largest = Math.max(largest, Math.abs(value));
    const divisor = scale === "maximum" && largest > 0 ? largest : 1;
    const unit = divisor === 1 && typeof about.unit === "string" ? about.unit : "1";
    const measure = typeof about.measure === "string" ? about.measure : "dissimilarity";
    const row = (i: number, j: number): Record<string, Cell> => {
      const [low, high] = i < j ? [i, j] : [j, i];
      const at = low * n - low * (low + 1) / 2 + high - low - 1;
      return {
        a: name(i),
        b: name(j),
        half: i < j ? "upper" : i === j ? "diagonal" : "lower",
        value: i === j ? 0 : values.data[at] / divisor,
        measure,
      };
    };
    const records = Array.from(
      { length: n },
      (_, i) =>
        Array.from({ length: n }, (_, j) => j).filter((j) => halves === "both" || j > i)
          .map((j) => row(i, j)),
    ).flat();
    return {
      table: tableOf(records, {
        value: { unit, description: `${measure}${divisor === 1 ? "" : " over its largest"}` },
      }),
    };
  },
});

function example() {
  return {
    arrays: { values: tensor(["pair"], [3], Float64Array.of(1, 2, 4)) },
    about: { measure: "euclidean", unit: "1", num_items: 3, labels: ["a", "b", "c"] },
  };
}
