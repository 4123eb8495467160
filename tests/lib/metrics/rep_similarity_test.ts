// The stored comparisons of representations, each through the metric that a workflow names: items × features as
// trajectories of one moment per trial.

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import type { Member } from "#lib/core/member.ts";
import { tensor } from "#lib/core/tensor.ts";
import { metrics } from "#lib/metrics/mod.ts";
import compare from "#tasks/compare.ts";
import reference from "#tests/reference/dsa/rep_similarity.json" with { type: "json" };
import { runTask } from "#tests/support/run_task.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { stored } from "../math/similarity/representations.ts";

for (const { a, b, ...pair } of reference.pairs) {
  Deno.test(`the metrics of geometry give the stored numbers of ${a} and ${b}, either way round`, async () => {
    for (const [first, second] of [[a, b], [b, a]]) {
      const ask = async (metric: string, options: Record<string, unknown> = {}) =>
        await score(metric, options, imported(first), imported(second));
      const close = (found: Row, expected: number, what: string) =>
        assertAlmostEquals(found.value as number, expected, 1e-10, what);
      // The stored angle is arccos, which is rounding so near 0.
      const angle = pair.cka_linear_angle < 1e-7 ? 0 : pair.cka_linear_angle;
      const linear = await ask("linear_cka");
      close(linear, angle, "angle");
      assertAlmostEquals(linear.similarity as number, pair.cka_linear, 1e-10);
      assertEquals([linear.unit, linear.sense], ["rad", "distance"]);
      close(await ask("debiased_cka"), pair.cka_debiased_angle, "debiased angle");
      const debiased = await ask("debiased_cka", { score: "similarity" });
      close(debiased, pair.cka_debiased, "debiased");
      assertEquals([debiased.unit, debiased.sense], ["1", "similarity"]);
      for (const [size, expected] of Object.entries(pair.cka_minibatch)) {
        const options = { batch_size: Number(size), score: "similarity" };
        const found = await ask("minibatch_cka", options);
        close(found, expected, `minibatch ${size}`);
        assertEquals([found.batch_size, found.num_batches], [Number(size), 40 / Number(size)]);
      }
      for (const [bandwidth, expected] of Object.entries(pair.cka_rbf)) {
        const options = { bandwidth: Number(bandwidth), score: "similarity" };
        close(await ask("rbf_cka", options), expected, `RBF ${bandwidth}`);
      }
      const { procrustes } = pair;
      const shape = await ask("procrustes");
      close(shape, procrustes.angular, "Procrustes");
      assertAlmostEquals(shape.similarity as number, procrustes.cosine, 1e-10);
      for (
        const [name, expected] of [
          ["size_and_shape", procrustes.euclidean_unnormalised],
          ["chord", procrustes.euclidean_normalised],
          ["disparity", procrustes.disparity_optimal_scale],
          ["disparity", pair.scipy_procrustes_disparity ?? procrustes.disparity_optimal_scale],
        ] as const
      ) close(await ask("procrustes", { score: name }), expected, name);
      const canonical = await ask("cca");
      const correlations = JSON.parse(canonical.correlations as string);
      assertAllClose(correlations, pair.cca_correlations, { atol: 1e-10 }, "correlations");
      const mean = pair.cca_correlations.reduce((sum, value) => sum + value, 0) / 8;
      assertAlmostEquals(canonical.mean_correlation as number, mean, 1e-10);
      const ranks = [canonical.smaller_rank, canonical.larger_rank, canonical.num_trivial];
      assertEquals(ranks, [8, a === "Y" || b === "Y" ? 12 : 8, 0]);
    }
  });
}

type Row = Record<string, unknown>;

async function score(
  name: string,
  options: Record<string, unknown>,
  a: Trajectories,
  b: Trajectories,
): Promise<Row> {
  const metric = (await metrics[name as keyof typeof metrics]()).default as unknown as Member;
  const { scores } = await runTask(compare, { metric: name, options }, { a, b }, { metric });
  const { columns, rows } = scores as {
    columns: readonly { readonly name: string }[];
    rows: readonly (readonly unknown[])[];
  };
  return Object.fromEntries(columns.map(({ name }, i) => [name, rows[0][i]]));
}

/** As `import` gives `dims: [item, feature]`. */
function imported(name: string): Trajectories {
  const { data, numItems, numFeatures } = stored(name);
  const states = tensor(["trial", "time", "unit"], [numItems, 1, numFeatures], data);
  return { states, dt: 1, timeUnit: "1" };
}
