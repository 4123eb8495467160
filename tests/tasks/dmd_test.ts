// The task `dmd`: rank rules, spans in ms, what the artifact says of the fit, and what it refuses.

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { decodeNpy } from "#lib/core/npy.ts";
import { tensor } from "#lib/core/tensor.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import task from "#tasks/dmd.ts";
import tutorialBytes from "#tests/reference/dsa/tutorial_trajectories.npy" with { type: "bytes" };
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";
import { smooth } from "#tests/support/random_systems.ts";
import { fresh } from "../lib/math/linalg/fresh.ts";

const dmd = async (params: Record<string, unknown>, trajectories: Trajectories) =>
  (await runTask(task, params, { trajectories })).operator as Operator;

function random(): Trajectories {
  let made: Trajectories | undefined;
  fresh((draws) => void (made = smooth(draws, 6, 60, 3)));
  return made!;
}

/** A damped rotation seen through two units: eigenvalues 0.97 e^{±0.3i}. */
function spiral(numTrials = 4, numTime = 50): Trajectories {
  const data = new Float64Array(numTrials * numTime * 2);
  for (let trial = 0, at = 0; trial < numTrials; trial++) {
    for (let t = 0; t < numTime; t++) {
      data[at++] = 0.97 ** t * Math.cos(0.3 * t + trial);
      data[at++] = 0.97 ** t * Math.sin(0.3 * t + trial);
    }
  }
  return {
    states: tensor(["trial", "time", "unit"], [numTrials, numTime, 2], data),
    dt: 20,
    timeUnit: "ms",
  };
}

Deno.test("dmd finds the eigenvalues of linear dynamics, with any number of delays and steps", async () => {
  for (
    const [n_delays, delay_interval, steps_ahead] of [[1, 1, 1], [4, 1, 1], [3, 5, 1], [2, 1, 3]]
  ) {
    const { matrix, about } = await dmd(
      { n_delays, delay_interval, steps_ahead, rank: 2 },
      spiral(),
    );
    const { re, im } = eigenvalues(matrix.data as Float64Array, 2);
    const [modulus, turn] = [0.97 ** steps_ahead, 0.3 * steps_ahead];
    for (let i = 0; i < 2; i++) {
      assertAlmostEquals(re[i], modulus * Math.cos(turn), 1e-9);
      assertAlmostEquals(Math.abs(im[i]), modulus * Math.sin(turn), 1e-9);
    }
    assertEquals([about.rank, about.n_delays, about.steps_ahead], [2, n_delays, steps_ahead]);
  }
});

Deno.test("dmd understands span_ms as the time from the oldest to the newest sample", async () => {
  const given = spiral();
  const byCount = await dmd({ n_delays: 4, delay_interval: 2, rank: 2 }, given);
  assertEquals(await dmd({ span_ms: 120, delay_interval: 2, rank: 2 }, given), byCount);
  assertEquals((await dmd({ span_ms: 0, rank: 2 }, given)).about.n_delays, 1);
  await assertRejects(
    () => dmd({ span_ms: 50, rank: 2 }, given),
    RangeError,
    "nearest are 40 and 60",
  );
  const timeless = { ...given, timeUnit: "1" as const };
  await assertRejects(() => dmd({ span_ms: 40, rank: 2 }, timeless), RangeError, "n_delays");
});

Deno.test("dmd takes its rank from one rule, or from the threshold of common_rank", async () => {
  const given = random();
  const { singularValues } = await dmd({ n_delays: 5, rank: 1 }, given);
  const s = singularValues!.data as Float64Array;
  const above = (threshold: number) => s.filter((value) => value >= threshold).length;
  assertEquals((await dmd({ n_delays: 5, rank: 4 }, given)).about.rank, 4);
  const middle = Math.sqrt(s[2] * s[3]);
  assertEquals((await dmd({ n_delays: 5, rank_thresh: middle }, given)).about.rank, 3);
  const free = await dmd({ n_delays: 5 }, given);
  assertEquals(free.about.rank, above(1e-3 * s[0]));
  const size = free.about.rank as number;
  assertEquals(free.matrix.shape, [size, size]);
  const explained = await dmd({ n_delays: 5, rank_explained_variance: 0.9 }, given);
  const total = s.reduce((sum, value) => sum + value ** 2, 0);
  const share = (rank: number) =>
    s.subarray(0, rank).reduce((sum, value) => sum + value ** 2, 0) / total;
  const rank = explained.about.rank as number;
  assert(share(rank) >= 0.9 && (rank === 1 || share(rank - 1) < 0.9));
  assertAlmostEquals(explained.about.explained_variance as number, share(rank), 1e-9);
});

Deno.test("dmd keeps what any smaller rank needs: the operator of a rank is the same from every fit", async () => {
  const given = random();
  const small = await dmd({ n_delays: 5, rank: 3, max_rank: 3 }, given);
  const large = await dmd({ n_delays: 5, rank: 3, max_rank: 9 }, given);
  assertAllClose(small.matrix.data, large.matrix.data, { atol: 1e-9 });
  assertEquals([small.auto!.shape, large.auto!.shape], [[3, 3], [9, 9]]);
  assertEquals((await dmd({ n_delays: 5, rank: 8, max_rank: 2 }, given)).auto!.shape, [8, 8]);
});

Deno.test("dmd by the leading components alone is the fit of the Gram route, for a rank or none", async () => {
  const given = random();
  const params = { n_delays: 4, max_rank: 8 };
  for (const rule of [{ rank: 5 }, {}]) {
    const full = await dmd({ ...params, ...rule, method: "gram" }, given);
    const leading = await dmd({ ...params, ...rule, method: "leading" }, given);
    assertEquals(leading.about.method, "leading");
    assertEquals(leading.about.rank, full.about.rank);
    assertEquals(leading.singularValues!.shape, [8]);
    assertAllClose(leading.matrix.data, full.matrix.data, { atol: 1e-8 });
    assertAlmostEquals(
      leading.about.explained_variance as number,
      full.about.explained_variance as number,
      1e-10,
    );
  }
  const judged = { ...params, method: "leading", rank_explained_variance: 0.9 };
  assertStringIncludes(task.params.safeParse(judged).error!.message, "give rank");
});

Deno.test("dmd warns of components that are rounding or carry next to nothing", async () => {
  const { about } = await dmd({ n_delays: 6, rank: 8 }, spiral());
  const warnings = about.warnings as string[];
  assert(warnings.some((text) => text.includes("exceeds the numerical rank 2")), warnings.join());
  assert(warnings.some((text) => text.startsWith("2 of the 8 components")), warnings.join());
  assertEquals((await dmd({ n_delays: 1, rank: 2 }, spiral())).about.warnings, []);
});

Deno.test("dmd warns of the tutorial's full rank, at which most components are noise, and not of few", async () => {
  const { data, shape: [, numTime, numUnits] } = decodeNpy(tutorialBytes);
  for (let system = 0; system < 3; system++) {
    const from = system * numTime * numUnits;
    const states = tensor(
      ["trial", "time", "unit"],
      [1, numTime, numUnits],
      Float64Array.from(data.subarray(from, from + numTime * numUnits)),
    );
    const given = { states, dt: 1, timeUnit: "1" } as const;
    const delays = { n_delays: 20, delay_interval: 10 };
    const full = (await dmd({ ...delays, rank: 40 }, given)).about.warnings as string[];
    assertStringIncludes(full.join(), "of the 40 components carry 99 % of the variance");
    assertEquals((await dmd({ ...delays, rank: 4 }, given)).about.warnings, []);
  }
});

Deno.test("dmd refuses what it cannot fit, in words", async () => {
  const given = spiral();
  await assertRejects(
    () => dmd({ rank: 2 }, given),
    TypeError,
    "exactly one of n_delays and span_ms",
  );
  await assertRejects(() => dmd({ n_delays: 2, span_ms: 20 }, given), TypeError, "exactly one");
  await assertRejects(
    () => dmd({ n_delays: 2, rank: 2, rank_thresh: 1 }, given),
    TypeError,
    "at most one",
  );
  await assertRejects(() => dmd({ n_delays: 60, rank: 2 }, given), RangeError);
  const data = given.states.data.slice();
  data[150] = NaN;
  const holed = {
    ...given,
    states: tensor(given.states.dims, given.states.shape, data as Float64Array),
  };
  await assertRejects(() => dmd({ n_delays: 2, rank: 2 }, holed), RangeError, "NaN in trial 1");
  const message = (params: object, value: Trajectories) =>
    dmd({ ...params }, value).then(() => "fitted", (error: Error) => error.message);
  assertEquals(
    await message({ n_delays: 2, rank: 2 }, holed),
    "dmd got trajectories (trial 4 × time 50 × unit 2) with NaN in trial 1, time 25, unit 0; remove or mask that trial",
  );
  const filled = (value: (trial: number, unit: number) => number) => ({
    ...given,
    states: tensor(
      given.states.dims,
      given.states.shape,
      Float64Array.from({ length: 400 }, (_, p) => value(Math.floor(p / 100), p % 2)),
    ),
  });
  for (const still of [filled(() => 0), filled(() => 3), filled((trial, unit) => trial + unit)]) {
    assertStringIncludes(
      await message({ n_delays: 2, rank: 2 }, still),
      "dmd got trajectories (trial 4 × time 50 × unit 2) in which nothing changes in time",
    );
  }
  assertStringIncludes(
    await message({ n_delays: 60 }, given),
    "dmd got trajectories (trial 4 × time 50 × unit 2): too many delays for trial 0: 60 delays at interval 1 need at least 60",
  );
  assertStringIncludes(
    await message({ n_delays: 45 }, given),
    "90 features but only 24 rows in 4 trials; reduce the number of delays",
  );
  assertStringIncludes(await message({ n_delays: 2, steps_ahead: 49 }, given), "fewer steps ahead");
});

Deno.test("dmd refuses params that do not go together", () => {
  const refused = (params: object) =>
    task.params.safeParse({ n_delays: 2, ...params }).error?.message ?? "";
  assertStringIncludes(refused({ regress: "newest_block" }), "belongs to regression: reduced_rank");
  assertStringIncludes(refused({ num_components: 3 }), "belongs to regression: reduced_rank");
  assertStringIncludes(
    refused({ regression: "reduced_rank", method: "leading", rank: 2 }),
    "needs all components",
  );
  assertEquals(refused({ regression: "reduced_rank", regress: "newest_block" }), "");
});

Deno.test("dmd fits one trial, with fewer rows than features too", async () => {
  const one = spiral(1, 30);
  const { about } = await dmd({ n_delays: 3, rank: 2 }, one);
  assertEquals([about.rank, about.num_rows], [2, 28]);
  const wide = await dmd({ n_delays: 20, rank: 2 }, one);
  assertEquals([wide.about.num_rows, wide.about.num_features], [11, 40]);
  const { re } = eigenvalues(wide.matrix.data as Float64Array, 2);
  assertAlmostEquals(re[0], 0.97 * Math.cos(0.3), 1e-9);
});

Deno.test("dmd keeps modes unless told not to: they lead from the data to the components", async () => {
  const given = spiral();
  const { modes } = await dmd({ n_delays: 3, rank: 2, max_rank: 4 }, given);
  assertEquals(modes!.shape, [6, 4]);
  const without = await dmd({ n_delays: 3, rank: 2, max_rank: 4, keep_modes: false }, given);
  assertEquals(without.modes, undefined);
  assertEquals(without.matrix, (await dmd({ n_delays: 3, rank: 2, max_rank: 4 }, given)).matrix);
});

Deno.test("dmd states growth, norm and non-normality of its operator", async () => {
  const { matrix, about } = await dmd({ n_delays: 1, rank: 2 }, spiral());
  const a = matrix.data as Float64Array;
  assertAlmostEquals(about.spectral_radius as number, 0.97, 1e-9);
  assertAlmostEquals(about.norm as number, Math.hypot(...a), 1e-12);
  assertAlmostEquals(about.trace as number, 2 * 0.97 * Math.cos(0.3), 1e-9);
  assert((about.transient_growth as number) >= (about.spectral_radius as number) - 1e-12);
  assert((about.non_normality as number) < 0.1);
});

Deno.test("dmd by reduced rank warns where the projector's eigenvalues are tied, and the newest block parts them", async () => {
  const given = random();
  const params = { n_delays: 4, rank: 2, regression: "reduced_rank" };
  const tied = (await dmd(params, given)).about;
  const text = (tied.warnings as string[]).join();
  assertStringIncludes(text, "eigenvalues 2 and 3 of the projector agree to 0.001");
  assertStringIncludes(text, "regress: newest_block");
  const newest = (await dmd({ ...params, regress: "newest_block" }, given)).about;
  assertEquals((newest.projector_eigenvalues as number[]).length, 3);
  assertEquals([newest.rank, newest.num_components], [2, 12]);
});
