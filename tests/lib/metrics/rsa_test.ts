import { assertAlmostEquals, assertThrows } from "@std/assert";
import rdmComparison from "#lib/metrics/rdm_comparison.ts";
import rsa from "#lib/metrics/rsa.ts";
import { compareRdms, prepareRdm } from "#lib/math/rsa/compare_rdms.ts";
import { noiseCovariance } from "#lib/math/rsa/noise_precision.ts";
import { rdmOf } from "#lib/math/rsa/rdm.ts";
import { recordsOf } from "#lib/core/table.ts";
import compare from "#tasks/compare.ts";
import rdmTask from "#tasks/rdm.ts";
import reference from "#tests/reference/dsa/rsa_compare.json" with { type: "json" };
import { itemTrajectories } from "#tests/support/items.ts";
import { boundItems, runTask } from "#tests/support/run_task.ts";
import { representation } from "../math/rsa/representations.ts";

Deno.test("rsa and rdm_comparison give the stored scores", async () => {
  for (const one of reference.cases) {
    const measure = one.rdm === "euclidean_sq_per_channel" ? "squared_euclidean" : one.rdm;
    const systems = [one.a, one.b].map((name) =>
      itemTrajectories(representation(name, reference.rows).data, reference.rows)
    );
    const matrices = await Promise.all(
      systems.map(async (trajectories) =>
        (await runTask(rdmTask, { measure }, { trajectories })).rdm
      ),
    );
    for (
      const comparison of [
        "cosine",
        "pearson",
        "spearman",
        "rho_a",
        "kendall_tau_a",
        "kendall_tau_b",
      ] as const
    ) {
      for (const score of ["similarity", "angle"]) {
        const wanted = score === "similarity"
          ? one[comparison]
          : Math.acos(Math.min(1, one[comparison]));
        const own = rsa.params.parse({ measure, comparison, score });
        const [a, b] = systems.map((system) => rsa.prepare(system, own, {}));
        assertAlmostEquals(rsa.compare(a, b, own).value, wanted, 1e-10, `${comparison} ${score}`);
        const theirs = rdmComparison.params.parse({ comparison, score });
        const [x, y] = matrices.map((matrix) => rdmComparison.prepare(matrix, theirs, {}));
        assertAlmostEquals(rdmComparison.compare(x, y, theirs).value, wanted, 1e-10);
      }
    }
  }
});

Deno.test("comparisons that ties lower are computed on the diagonal of a matrix, too", async () => {
  // Four items at two places: of the six distances two are 0 and four are 1.
  const twoPlaces = itemTrajectories(Float64Array.of(0, 0, 1, 1), 4);
  const diagonal = async (comparison: string) => {
    const options = { comparison, score: "similarity" };
    const { scores } = await runTask(
      compare,
      { metric: "rsa", options },
      { trajectories: boundItems([twoPlaces, twoPlaces]) },
      { metric: rsa },
    );
    return recordsOf(scores).map(({ value }) => value as number);
  };
  // 8 of 15 pairs of distances are not tied.
  for (const value of await diagonal("kendall_tau_a")) assertAlmostEquals(value, 8 / 15, 1e-15);
  for (const value of await diagonal("kendall_tau_b")) assertAlmostEquals(value, 1, 1e-15);
});

Deno.test("rdm_comparison refuses items in another order, where both say what they are", async () => {
  const named = async (names: string[]) =>
    (await runTask(rdmTask, {}, {
      trajectories: itemTrajectories(Float64Array.of(1, 2, 4, 9), 4, { trial: names }),
    })).rdm;
  const params = rdmComparison.params.parse({});
  const [a, b, c] = await Promise.all([[..."abcd"], [..."abdc"], [..."abcd"]].map(named))
    .then((all) => all.map((one) => rdmComparison.prepare(one, params, {})));
  assertThrows(
    () => rdmComparison.compare(a, b, params),
    RangeError,
    "item 2 is 'c' in one and 'd'",
  );
  assertAlmostEquals(rdmComparison.compare(a, c, params).value, 0);
});

Deno.test("rsa takes a ridge in the units of the states", () => {
  const ridge = 5, params = rsa.params.parse({ measure: "mahalanobis", ridge });
  const items = ["X", "Y"].map((name) => {
    const { data, numItems, numFeatures } = representation(name, 12);
    return { data: data.map((value) => 100 * value), numItems, numFeatures };
  });
  const [a, b] = items.map(({ data, numItems }) =>
    rsa.prepare(itemTrajectories(data, numItems), params, {})
  );
  const [x, y] = items.map((one) => {
    const { data, numItems, numFeatures } = one;
    const covariance = noiseCovariance(data, numItems, numFeatures, undefined, { ridge });
    return prepareRdm(rdmOf(one, "mahalanobis", covariance), "cosine");
  });
  assertAlmostEquals(rsa.compare(a, b, params).value, compareRdms(x, y).angle, 1e-12);
});
