// The tasks `score_prediction` and `describe_operator`: stored statistics, copied samples, trials, and refusals.

import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { decodeNpy } from "#lib/core/npy.ts";
import { recordsOf, type Table } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import describe from "#tasks/describe_operator.ts";
import predict from "#tasks/predict.ts";
import task from "#tasks/score_prediction.ts";
import reference from "#tests/reference/dsa/stats.json" with { type: "json" };
import { runTask } from "#tests/support/run_task.ts";
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { fit, rowOf, stored, trajectoriesOf } from "./stored_fit.ts";

const score = (
  params: Readonly<Record<string, unknown>>,
  truth: Trajectories,
  prediction: Trajectories,
  operator?: Operator,
) =>
  runTask(task, params, {
    truth,
    prediction,
    ...(operator === undefined ? {} : { operator }),
  }) as Promise<{ scores: Table; trials: Table }>;

Deno.test("score_prediction reproduces the stored statistics", async () => {
  for (const { truth, prediction, rank, stats } of reference.cases) {
    const given = stored(truth);
    const { data } = decodeNpy(
      Deno.readFileSync(new URL(`../reference/dsa/${prediction}`, import.meta.url)),
    );
    const [numTrials, numTime, numUnits] = given.states.shape;
    const predicted = trajectoriesOf(data as Float64Array, [numTrials, numTime, numUnits]);
    const { scores } = await score({ rank }, given, predicted);
    assertEquals(scores.rows.length, 1);
    const row = rowOf(scores);
    const columns = {
      MAE: "mae",
      MASE: "mase",
      NMSE: "nmse",
      MSE: "mse",
      R2: "r2",
      Correl: "correlation",
      AIC: "aic",
      logMSE: "log_mse",
    };
    for (const [name, column] of Object.entries(columns)) {
      assertAlmostEquals(
        row[column] as number,
        stats[name as keyof typeof stats],
        1e-9,
        `${truth} ${name}`,
      );
    }
  }
});

Deno.test("score_prediction scores predicted samples alone, and takes the rank from the operator", async () => {
  const truth = stored("dmd_data_trials.npy");
  const operator = await fit({ n_delays: 3, delay_interval: 2, rank: 4, steps_ahead: 2 }, truth);
  const prediction = (await runTask(predict, {}, { operator, trajectories: truth })).prediction;
  const { scores, trials } = await score({}, truth, prediction, operator);
  const all = rowOf(scores, { scored: "all" }), alone = rowOf(scores, { scored: "predicted" });
  assertEquals([all.num_entries, alone.num_entries], [6 * 40 * 5, 6 * 34 * 5]);
  assertEquals([all.persistence_lag, alone.persistence_lag], [1, 2]);
  // Copied samples have no error: the sum of squares is the same over fewer entries.
  assertAlmostEquals(alone.mse as number, (all.mse as number) * 40 / 34, 1e-12);
  assert((all.r2 as number) > (alone.r2 as number), "copied samples flatter");
  assertAlmostEquals(
    alone.aic as number,
    (alone.log_mse as number) + 2 * 17 / (6 * 34 * 5),
    1e-12,
  );
  assertEquals([alone.n_delays, alone.delay_interval, alone.rank], [3, 2, 4]);
  assertAlmostEquals(alone.non_normality as number, operator.about.non_normality as number, 1e-12);
  const own = recordsOf(trials).filter(({ scored }) => scored === "predicted");
  assertEquals(own.map(({ trial }) => trial), [0, 1, 2, 3, 4, 5]);
  assertAlmostEquals(
    own.reduce((sum, { mse }) => sum + (mse as number), 0) / 6,
    alone.mse as number,
    1e-12,
  );
});

Deno.test("score_prediction leaves out trials in which nothing was predicted", async () => {
  const states = tensor(
    ["trial", "time", "unit"],
    [2, 4, 1],
    Float64Array.of(1, 2, 4, 3, 5, NaN, NaN, NaN),
  );
  const truth: Trajectories = { states, lengths: [4, 1], dt: 1, timeUnit: "1" };
  const { scores, trials } = await score({ rank: 1, num_skipped: 2 }, truth, truth);
  assertEquals(
    recordsOf(trials).map(({ scored, trial }) => [scored, trial]),
    [["all", 0], ["all", 1], ["predicted", 0]],
  );
  assertEquals(rowOf(scores, { scored: "predicted" }).num_entries, 2);
  // A trial of one sample has no persistence: missing, not a number that means something else.
  assertEquals(rowOf(trials, { scored: "all", trial: 1 }).mase, null);
});

Deno.test("score_prediction has no AIC where nobody says the rank", async () => {
  const truth = stored("dmd_data_2d.npy");
  const row = rowOf((await score({}, truth, truth)).scores);
  assertEquals([row.aic, row.mse, row.log_mse], [null, 0, -Infinity]);
});

Deno.test("score_prediction refuses unlike trajectories, naming both", async () => {
  const truth = stored("dmd_data_2d.npy");
  const other = trajectoriesOf(new Float64Array(119 * 4), [1, 119, 4]);
  await assertRejects(
    () => score({}, truth, other),
    RangeError,
    "truth (trial 1 × time 120 × unit 4) and prediction (trial 1 × time 119 × unit 4)",
  );
  const holed = trajectoriesOf(new Float64Array(480).fill(NaN), [1, 120, 4]);
  await assertRejects(() => score({}, holed, truth), RangeError, "truth (trial 1");
  // A prediction that diverged is scored, not refused.
  assertEquals(rowOf((await score({}, truth, holed)).scores).mse, Infinity);
});

Deno.test("describe_operator reproduces the stored non-normality and transient growth", async () => {
  const { matrix, nonnormality, transient_growth } = reference.nonnormality;
  const n = matrix.length;
  const operator: Operator = {
    matrix: tensor(["target", "source"], [n, n], Float64Array.from(matrix.flat())),
    about: { rank: n, method: "imported", warnings: [] },
  };
  const { summary, spectrum } = await runTask(describe, {}, { operator });
  const row = rowOf(summary);
  assertAlmostEquals(row.non_normality as number, nonnormality, 1e-9);
  assertAlmostEquals(row.transient_growth as number, transient_growth, 1e-9);
  assertEquals(rowOf(spectrum).singular_value, row.transient_growth);
  const trace = recordsOf(spectrum).reduce((sum, { re }) => sum + (re as number), 0);
  assertAlmostEquals(trace, row.trace as number, 1e-12);
});
