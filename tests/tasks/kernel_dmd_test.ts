// The task `kernel_dmd`: the stored fits through artifacts, the choice of centres, and what it refuses.

import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type Operator, operator as operatorType } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import task from "#tasks/kernel_dmd.ts";
import { exampleTrajectories } from "#tasks/_states.ts";
import reference from "#tests/reference/dsa/kernel_dmd.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";
import { assertSameSet } from "../lib/math/dmd/stored_fits.ts";
import { storedTrials } from "../lib/math/dmd/trial_sets.ts";

const fit = async (params: object, trajectories: Trajectories) =>
  (await runTask(task, { ...params }, { trajectories })).operator as Operator;

Deno.test("kernel_dmd gives all stored fits to 1e-6", async () => {
  const { data, numUnits } = storedTrials(reference.input);
  const rows = reference.rows_used;
  const states = tensor(
    ["trial", "time", "unit"],
    [1, rows, numUnits],
    data.slice(0, rows * numUnits),
  );
  const trajectories = { states, dt: 1, timeUnit: "1" } as const;
  for (const stored of reference.cases) {
    const { matrix, singularValues: spectrum, about } = await fit({
      n_delays: reference.n_delays,
      bandwidth: stored.length_scale,
      ridge: stored.lamb,
      rank: stored.rank,
      regression: stored.variant,
      ...(stored.centres === "all rows"
        ? { num_centers: 1 }
        : { center_rows: JSON.parse(stored.centres.slice("rows ".length)) }),
    }, trajectories);
    const label = JSON.stringify([stored.centres, stored.variant, stored.rank]);
    assertEquals([about.rank, about.method], [stored.rank, "kernel"]);
    const a = matrix.data as Float64Array;
    assertAllClose(spectrum!.data.slice(0, stored.rank), stored.spectrum, { atol: 1e-6 }, label);
    assertSameSet(eigenvalues(a, stored.rank), stored.A_v_eigenvalues, 1e-6, label);
    const spread = singularValues(a, stored.rank, stored.rank);
    assertAllClose(spread, stored.A_v_singular_values, { atol: 1e-6 }, label);
  }
});

Deno.test("kernel_dmd draws centres by share or number and seed, or takes those listed", async () => {
  const given = exampleTrajectories(3, 30, 3); // 3 · 28 pairs at two delays
  const base = { n_delays: 2, rank: 2, ridge: 1e-6 };
  const numCenters = async (num_centers: number) =>
    (await fit({ ...base, num_centers }, given)).about.num_centers;
  assertEquals(await numCenters(0.25), 21);
  assertEquals(await numCenters(1), 84);
  assertEquals(await numCenters(5), 5);
  assertEquals(await numCenters(1000), 84);
  const bytes = async (more: object) => operatorType.encode(await fit({ ...base, ...more }, given));
  assertEquals(await bytes({ seed: 3 }), await bytes({ seed: 3 }));
  assertNotEquals(await bytes({ seed: 3 }), await bytes({ seed: 4 }));
  assertEquals(
    await bytes({ num_centers: 1, seed: 1 }),
    await bytes({ center_rows: Array.from({ length: 84 }, (_, i) => i) }),
    "all rows are all rows",
  );
});

Deno.test("kernel_dmd advances by the delay interval unless told otherwise, and takes its bandwidth from the centres", async () => {
  const given = exampleTrajectories();
  const base = { n_delays: 2, delay_interval: 3, rank: 2 };
  const { about } = await fit(base, given);
  assertEquals([about.steps_ahead, about.n_delays, about.delay_interval], [3, 2, 3]);
  assert((about.kernel as { bandwidth: number }).bandwidth > 0);
  assertEquals((await fit({ ...base, steps_ahead: 1 }, given)).about.steps_ahead, 1);
  const few = await fit({ n_delays: 1, kernel: "dot", rank: 9, ridge: 1e-6 }, given);
  assertEquals(few.about.rank, 3);
  assertStringIncludes((few.about.warnings as string[]).join(), "rank 9 was asked for");
  const many = await fit({
    n_delays: 4,
    kernel: "dot",
    rank: 3,
    ridge: 0.1,
    regression: "principal_component",
  }, given);
  assertEquals(many.about.rank, 3);
  const spectrum = many.singularValues!.data;
  assertEquals(many.about.singular_ratio, spectrum[2] / spectrum[0]);
  const heavy = await fit(
    { n_delays: 4, rank: 8, ridge: 1, regression: "principal_component" },
    given,
  );
  assertStringIncludes((heavy.about.warnings as string[]).join(), "rounding or ridge");
});

Deno.test("kernel_dmd refuses what it cannot fit, in words", async () => {
  const given = exampleTrajectories();
  const refuse = (
    params: object,
    message: string,
    kind: typeof RangeError | typeof TypeError = RangeError,
  ) => assertRejects(() => fit(params, given), kind, message);
  await refuse({ n_delays: 2, center_rows: [500] }, "there are 84 of them");
  await refuse(
    { n_delays: 31 },
    "kernel_dmd got trajectories (trial 3 × time 30 × unit 3): too many delays",
  );
  await refuse({ n_delays: 2, steps_ahead: 29 }, "no trial has two rows 29 apart");
  await refuse({ n_delays: 2, kernel: "dot", bandwidth: 1 }, "belongs to kernel: rbf", TypeError);
  await refuse({ n_delays: 2, num_centers: 2.5 }, "whole number above 1", TypeError);
  await refuse({ n_delays: 2, center_rows: [1, 1, 1, 1, 2] }, "median distance is 0");
  const scaled = (factor: number) => ({
    ...given,
    states: tensor(
      given.states.dims,
      given.states.shape,
      (given.states.data as Float64Array).map((x) => x * factor),
    ),
  });
  const dot = { n_delays: 1, kernel: "dot" };
  await assertRejects(() => fit(dot, scaled(1e160)), RangeError, "scale the data down (normalize)");
  await assertRejects(() => fit(dot, scaled(1e-200)), RangeError, "scale the data up (normalize)");
  await refuse({ n_delays: 2, center_rows: [1] }, "median distance is 0");
});
