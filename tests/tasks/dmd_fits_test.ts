// The stored fits of the reference through the tasks `dmd`, `full_operator` and `components`, artifacts included.

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { recordsOf, type Table } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import componentsTask from "#tasks/components.ts";
import dmd from "#tasks/dmd.ts";
import fullOperator from "#tasks/full_operator.ts";
import ranks from "#tests/reference/dsa/rank_rules.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";
import {
  assertStoredFit,
  isTied,
  raggedFit,
  type StoredCase,
  storedFits,
  type StoredParams,
} from "../lib/math/dmd/stored_fits.ts";
import { storedTrials } from "../lib/math/dmd/trial_sets.ts";

/** As `import` makes them: one length, or the longest with what lies beyond a shorter trial NaN. */
function asTrajectories({ data, numTrials, numTime, numUnits }: TrialSet): Trajectories {
  const rest = { dt: 1, timeUnit: "1" } as const;
  if (typeof numTime === "number") {
    return {
      states: tensor(["trial", "time", "unit"], [numTrials, numTime, numUnits], data),
      ...rest,
    };
  }
  const longest = Math.max(...numTime);
  const padded = new Float64Array(numTrials * longest * numUnits).fill(NaN);
  let from = 0;
  numTime.forEach((length, trial) => {
    padded.set(data.subarray(from, from + length * numUnits), trial * longest * numUnits);
    from += length * numUnits;
  });
  const states = tensor(["trial", "time", "unit"], [numTrials, longest, numUnits], padded);
  return { states, lengths: numTime, ...rest };
}

function paramsOf(
  { n_delays, delay_interval, rank, lamb, steps_ahead, reduced_rank_reg }: StoredParams,
) {
  return {
    n_delays,
    delay_interval,
    ...(rank === undefined ? {} : { rank }),
    ridge: lamb ?? 0,
    steps_ahead: steps_ahead ?? 1,
    ...(reduced_rank_reg === true ? { regression: "reduced_rank" } : {}),
  };
}

async function checkThroughTasks(trials: TrialSet, stored: StoredCase, compat: string) {
  const params = { ...paramsOf(stored.params), compat };
  const trajectories = asTrajectories(trials);
  const operator = (await runTask(dmd, params, { trajectories })).operator as Operator;
  const { matrix, about } = operator;
  const full = (await runTask(fullOperator, {}, { operator })).operator as Operator;
  const listed = (await runTask(componentsTask, {}, { operator })).components as Table;
  const rows = recordsOf(listed);
  assertStoredFit({
    rank: about.rank as number,
    size: matrix.shape[0],
    operator: matrix.data as Float64Array,
    singularValues: operator.singularValues!.data,
    explainedVariance: rows.map((row) => row.explained_variance as number),
    ...(about.projector_eigenvalues === undefined
      ? {}
      : { projectorEigenvalues: about.projector_eigenvalues as number[] }),
    full: full.matrix.data as Float64Array,
  }, stored);
  assertEquals(about.num_units, trials.numUnits);
  if (isTied(stored.params)) {
    assertStringIncludes((about.warnings as string[]).join(), "agree to 0.001");
    return;
  }
  const { A_havok_frobenius, A_havok_trace, A_v_frobenius } = stored.float64;
  assertAlmostEquals(about.norm as number, A_v_frobenius, 1e-8);
  assertAlmostEquals(about.trace as number, A_havok_trace, 1e-8);
  assertAlmostEquals(about.full_norm as number, A_havok_frobenius, 1e-8 * A_havok_frobenius);
}

for (const compat of ["corrected", "v1"]) {
  Deno.test(`dmd with compat ${compat} gives all stored fits, and full_operator writes them out`, async () => {
    for (const stored of storedFits) {
      await checkThroughTasks(storedTrials(stored.input), stored, compat);
    }
  });
}

Deno.test("dmd gives the stored fit of trials of unequal length", async () => {
  const { trials, stored } = raggedFit();
  await checkThroughTasks(trials, stored, "v2");
});

Deno.test("dmd and components choose the stored ranks of both versions", async () => {
  for (const { input, n_delays, rule, value, ranks: expected } of ranks.cases) {
    if (expected === undefined) continue;
    const trajectories = asTrajectories(storedTrials(input));
    const fit = (await runTask(dmd, { n_delays }, { trajectories })).operator as Operator;
    const list = rule === "rank_thresh" ? { thresholds: [value], shares: [] } : { shares: [value] };
    const found = recordsOf(
      (await runTask(componentsTask, list, { operator: fit })).ranks as Table,
    );
    const byCompat = Object.fromEntries(found.map(({ compat, rank }) => [compat, rank]));
    // Whether the last sum is 1 or a rounding less decides v1's rank of all the variance.
    const versions = rule === "rank_explained_variance" && value === 1
      ? ["v2"] as const
      : ["v1", "v2"] as const;
    for (const compat of versions) {
      const label = `${input} ${rule} ${value} ${compat}`;
      assertEquals(byCompat[compat], expected[compat], label);
      const params = { n_delays, compat, [rule]: value };
      const run = () => runTask(dmd, params, { trajectories });
      if (expected[compat] === 0) {
        const error = await run().then(() => "none", (error: Error) => error.message);
        assertStringIncludes(error, "chooses 0 of", label);
      } else {
        assertEquals(((await run()).operator as Operator).about.rank, expected[compat], label);
      }
    }
  }
});

Deno.test("dmd by reduced rank transposes under v1 and v2 only, says so, and full_operator does not care", async () => {
  const trajectories = asTrajectories(storedTrials("dmd_data_trials.npy"));
  const params = { n_delays: 1, rank: 3, regression: "reduced_rank" };
  const fit = async (more: object) =>
    (await runTask(dmd, { ...params, ...more }, { trajectories })).operator as Operator;
  const [right, quirk] = [await fit({}), await fit({ compat: "v2" })];
  const size = right.matrix.shape[0];
  assertEquals(quirk.matrix.data, transpose(right.matrix.data as Float64Array, size, size));
  assertEquals([right.about.transposed, quirk.about.transposed], [undefined, true]);
  assertStringIncludes((quirk.about.warnings as string[]).join(), "transposed");
  assertEquals([right.auto, right.cross], [undefined, undefined]);
  const full = async (operator: Operator) =>
    ((await runTask(fullOperator, {}, { operator })).operator as Operator).matrix.data;
  assertEquals(await full(quirk), await full(right));
  // v(t + 1) ≈ A v(t): the operator predicts better than its transpose.
  const { data, numUnits } = storedTrials("dmd_data_trials.npy");
  const errorOf = (a: ArrayLike<number>) => {
    let sum = 0;
    for (let p = numUnits; p < data.length; p += numUnits) {
      for (let i = 0; i < numUnits; i++) {
        let next = 0;
        for (let j = 0; j < numUnits; j++) next += a[i * numUnits + j] * data[p - numUnits + j];
        sum += (data[p + i] - next) ** 2;
      }
    }
    return sum;
  };
  const a = await full(right);
  const other = transpose(a as Float64Array, numUnits, numUnits);
  assert(errorOf(a) < 0.9 * errorOf(other), `${errorOf(a)} ${errorOf(other)}`);
});

Deno.test("dmd without a rank rule keeps all components under v1 and v2, as many as there are", async () => {
  const trajectories = asTrajectories(storedTrials("dmd_data_trials.npy"));
  const params = { n_delays: 4, max_rank: 3 };
  for (const [compat, rank] of [["v1", 20], ["v2", 20], ["corrected", 3]] as const) {
    const { operator } = await runTask(dmd, { ...params, compat }, { trajectories });
    assertEquals((operator as Operator).about.rank, rank, compat);
  }
});

Deno.test("dmd with many fewer components than features: facts in factored form are those of the full operator", async () => {
  const trajectories = asTrajectories(storedTrials("dmd_data_trials.npy"));
  for (const more of [{}, { regression: "reduced_rank", regress: "newest_block" }]) {
    const params = { n_delays: 3, delay_interval: 2, rank: 2, ...more };
    const operator = (await runTask(dmd, params, { trajectories })).operator as Operator;
    const full = (await runTask(fullOperator, {}, { operator })).operator as Operator;
    const data = full.matrix.data as Float64Array;
    assertAlmostEquals(operator.about.full_norm as number, Math.hypot(...data), 1e-9);
    const trace = data.filter((_, p) => p % (full.matrix.shape[0] + 1) === 0);
    assertAlmostEquals(operator.about.trace as number, trace.reduce((a, b) => a + b), 1e-9);
    assertAllClose([operator.about.num_features as number], [15]);
  }
});
