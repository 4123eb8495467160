// The tasks around a sweep: split, fit, predict, score, residuals and choice reproduce the stored sweep.

import { recordsOf, type Table } from "#lib/core/table.ts";
import choose from "#tasks/choose_dmd.ts";
import forecast from "#tasks/forecast_horizon.ts";
import eigenfunctions from "#tasks/eigenfunctions.ts";
import predict from "#tasks/predict.ts";
import residuals from "#tasks/dmd_residuals.ts";
import score from "#tasks/score_prediction.ts";
import split from "#tasks/split.ts";
import reference from "#tests/reference/dsa/sweep_resdmd.json" with { type: "json" };
import { boundItems, runTask } from "#tests/support/run_task.ts";
import { assertAlmostEquals, assertEquals, assertLess, assertRejects } from "@std/assert";
import { fit, rowOf, stored, trajectoriesOf } from "./stored_fit.ts";

Deno.test("a sweep by tasks reproduces the stored one, and chooses from it", async () => {
  const { train, test } = await runTask(split, { fraction: reference.train_fraction }, {
    trajectories: stored(reference.input),
  });
  assertEquals(train.states.shape[0], reference.train_trials);
  const tables: Record<string, Table[]> = { scores: [], trials: [], horizons: [], residuals: [] };
  for (const expected of reference.cases) {
    if (!expected.valid) continue;
    const { n_delays, rank } = expected;
    const operator = await fit({ n_delays, rank, ridge: reference.lamb }, train);
    const { prediction } = await runTask(predict, { reseed: reference.reseed }, {
      operator,
      trajectories: test,
    });
    const { scores, trials } = await runTask(score, {}, { truth: test, prediction, operator });
    const found = await runTask(residuals, { epsilon: 0.1 }, { operator, trajectories: test });
    const { horizon } = await runTask(forecast, { num_leads: 5 }, { operator, trajectories: test });
    tables.scores.push(scores);
    tables.trials.push(trials);
    tables.horizons.push(horizon);
    tables.residuals.push(found.summary);
    const label = `${n_delays} delays, rank ${rank}`;
    const row = rowOf(scores, { scored: "all" });
    assertAlmostEquals(row.aic as number, expected.AIC!, 1e-6, label);
    assertAlmostEquals(row.mase as number, expected.MASE!, 1e-6, label);
    assertAlmostEquals(row.mse as number, expected.MSE!, 1e-6, label);
    assertAlmostEquals(row.non_normality as number, expected.nonnormality!, 1e-6, label);
    const summary = rowOf(found.summary);
    assertAlmostEquals(summary.average_residual as number, expected.average_residual!, 1e-6, label);
    assertAlmostEquals(
      summary.inverse_participation as number,
      expected.inverse_participation!,
      1e-6,
      label,
    );
    for (const one of recordsOf(found.spectrum)) {
      const [re, im] = [one.re as number, one.im as number];
      const nearest = expected.eigenvalues!
        .map(([a, b], k) => ({ k, far: Math.hypot(re - a, im - b) }))
        .reduce((a, b) => b.far < a.far ? b : a);
      assertLess(nearest.far, 1e-6, label);
      assertAlmostEquals(one.residual as number, expected.residuals![nearest.k], 1e-6, label);
      assertAlmostEquals(
        one.normalized_residual as number,
        expected.normalized_residuals![nearest.k],
        1e-6,
        label,
      );
      assertEquals(one.kept, expected.residuals![nearest.k] <= 0.1, label);
    }
    const kept = expected.residuals!.filter((value) => value <= 0.1).length;
    assertEquals(summary.num_kept, kept, label);
  }
  const asItems = Object.fromEntries(
    Object.entries(tables).map(([port, list]) => [port, boundItems(list)]),
  );
  const { choices, recommended, grid, by_score } = await runTask(
    choose,
    { scored: "all", prefer: ["aic"] },
    asItems,
  );
  const best = reference.cases.reduce((a, b) => (b.AIC ?? Infinity) < (a.AIC ?? Infinity) ? b : a);
  const { n_delays, rank, rule } = rowOf(recommended);
  assertEquals([n_delays, rank, rule], [best.n_delays, best.rank, "aic"]);
  assertEquals(rowOf(choices, { rule: "aic" }).recommended, true);
  assertEquals(grid.rows.length, 8);
  assertEquals(by_score.rows.length, 8 * 9);
  assertEquals(
    rowOf(grid, { n_delays: best.n_delays, rank: best.rank }).average_residual,
    rowOf(tables.residuals[reference.cases.filter(({ valid }) => valid).indexOf(best)])
      .average_residual,
  );
});

Deno.test("choose_dmd takes one of several equal fits, and says when no rule can be applied", async () => {
  const trajectories = stored("dmd_data_2d.npy");
  const operator = await fit({ n_delays: 1, rank: 2 }, trajectories);
  const { prediction } = await runTask(predict, {}, { operator, trajectories });
  const { scores, trials } = await runTask(score, {}, {
    truth: trajectories,
    prediction,
    operator,
  });
  const twice = { scores: boundItems([scores, scores]), trials: boundItems([trials, trials]) };
  const { grid, recommended, by_trial } = await runTask(choose, {}, twice);
  // One trial, however often it is said, has no standard error.
  assertEquals([grid.rows.length, rowOf(recommended).rule, by_trial.rows.length], [1, "aic", 1]);
  const none = await runTask(choose, { prefer: ["horizon"] }, twice);
  assertEquals(none.recommended.rows, []);
  const off = { ...prediction, states: trajectories.states };
  const other = await runTask(score, {}, { truth: trajectories, prediction: off, operator });
  await assertRejects(
    () => runTask(choose, {}, { scores: boundItems([scores, other.scores]) }),
    RangeError,
    "two fits of n_delays 1, delay_interval 1, rank 2 with different scores",
  );
  const plain = await runTask(score, {}, { truth: trajectories, prediction });
  await assertRejects(
    () => runTask(choose, {}, { scores: boundItems([plain.scores]) }),
    TypeError,
    "table 1 of scores has no column n_delays, delay_interval, rank",
  );
});

Deno.test("dmd_residuals and eigenfunctions tell turns and decays in physical terms", async () => {
  // 0.98 e^{±0.2i} in steps of 10 ms: 3.18 Hz, and 495 ms until 1/e is left.
  const data = new Float64Array(2 * 60 * 2);
  for (let trial = 0, at = 0; trial < 2; trial++) {
    for (let t = 0; t < 60; t++) {
      data[at++] = 0.98 ** t * Math.cos(0.2 * t + trial);
      data[at++] = 0.98 ** t * Math.sin(0.2 * t + trial);
    }
  }
  const trajectories = trajectoriesOf(data, [2, 60, 2]);
  const operator = await fit({ n_delays: 2, rank: 2 }, trajectories);
  const { spectrum } = await runTask(residuals, {}, { operator, trajectories });
  const row = rowOf(spectrum);
  assertAlmostEquals(row.frequency_hz as number, 0.2 / (2 * Math.PI * 0.01), 1e-9);
  assertAlmostEquals(row.time_constant_ms as number, -10 / Math.log(0.98), 1e-6);
  assertLess(row.residual as number, 1e-20);
  const read = await runTask(eigenfunctions, {}, { operator, trajectories });
  const { states } = read.trajectories;
  assertEquals(states.shape, [2, 59, 4]);
  assertEquals(states.coords, { unit: ["re_0", "im_0", "re_1", "im_1"] });
  const size = await runTask(eigenfunctions, { part: "modulus" }, { operator, trajectories });
  const moduli = size.trajectories.states.data as Float64Array;
  assertAlmostEquals(moduli[2 * 20] / moduli[0], 0.98 ** 20, 1e-9);
  assertAlmostEquals(Math.hypot(states.data[0], states.data[1]), moduli[0], 1e-12);
});

Deno.test("forecast_horizon looks half a trial ahead unless told, and says how far it can", async () => {
  const trajectories = stored("dmd_data_2d.npy");
  const operator = await fit({ n_delays: 3, rank: 4 }, trajectories);
  const { horizon, skill } = await runTask(forecast, {}, { operator, trajectories });
  const { longest_lead, num_starts } = rowOf(horizon);
  assertEquals([longest_lead, num_starts], [58, 60]);
  assertEquals(skill.rows.length, 2 * 58);
  const skipped = await runTask(forecast, { num_skipped: 40, num_leads: 10 }, {
    operator,
    trajectories,
  });
  // The first sample that is predicted is number 40: starts 39 … 109.
  assertEquals(rowOf(skipped.horizon).num_starts, 71);
  await assertRejects(
    () => runTask(forecast, { num_leads: 118 }, { operator, trajectories }),
    RangeError,
    "ask for at most 117 leads",
  );
});
