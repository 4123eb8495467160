// The tasks bin_time, smooth and lift, and what normalize does over all rows: times, labels, trials of unequal length.

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import type { Task } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import binTime from "#tasks/bin_time.ts";
import lift from "#tasks/lift.ts";
import normalize from "#tasks/normalize.ts";
import smooth from "#tasks/smooth.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";

/** Two trials of 6 and 4 time points, 10 ms apart, of two units. */
const ragged: Trajectories = {
  states: tensor(
    ["trial", "time", "unit"],
    [2, 6, 2],
    Float64Array.from({ length: 24 }, (_, i) => i < 20 ? (i * 7) % 11 : NaN),
    { units: "Hz", coords: { unit: ["a", "b"], trial: ["x", "y"] } },
  ),
  lengths: [6, 4],
  dt: 10,
  timeUnit: "ms",
};
const whole: Trajectories = {
  states: tensor(
    ["trial", "time", "unit"],
    [2, 4, 2],
    ragged.states.data.slice(0, 16) as Float64Array,
  ),
  dt: 0.1,
  timeUnit: "1",
};

async function made(
  // deno-lint-ignore no-explicit-any
  task: Task<any, any, any>,
  params: object,
  from = ragged,
): Promise<Trajectories> {
  return (await runTask(task, params as never, { trajectories: from })).trajectories;
}

Deno.test("bin_time averages within trials and widens the time step", async () => {
  const { states, lengths, dt } = await made(binTime, { width_ms: 20 });
  assertEquals([states.shape, lengths, dt], [[2, 3, 2], [3, 2], 20]);
  assertEquals(states.data[0], (ragged.states.data[0] + ragged.states.data[2]) / 2);
  assertEquals(states.coords, ragged.states.coords);
  const overlapping = await made(binTime, { width: 3, overlap: 2, statistic: "sum" });
  assertEquals([overlapping.lengths, overlapping.dt], [[4, 2], 10]);
  const fails = (params: object, message: string, from = ragged) =>
    assertRejects(() => made(binTime, params, from), RangeError, message);
  await fails(
    { width: 5 },
    "trial 1 of trajectories (trial 2 × time 6 × unit 2) has 4 time points",
  );
  await fails({ width_ms: 25 }, "width is 2.5 samples of 10 ms; take a multiple of 10 ms");
  await fails({ width: 2, overlap: 2 }, "the overlap must be shorter");
  await fails({ width_ms: 20 }, "give width in samples", whole);
  await fails({}, "give width (in samples) or width_ms, one of them");
});

Deno.test("smooth works within trials, in ms or samples", async () => {
  const bySamples = await made(smooth, { sigma: 1.5 });
  const byMs = await made(smooth, { sigma_ms: 15 });
  assertEquals(byMs, bySamples);
  assertEquals([byMs.lengths, byMs.dt, byMs.states.units], [[6, 4], 10, "Hz"]);
  const causal = await made(smooth, { sigma: 1.5, causal: true });
  assertEquals([...causal.states.data.subarray(0, 2)], [...ragged.states.data.subarray(0, 2)]);
  const holed = { ...whole, states: { ...whole.states, data: whole.states.data.map(() => NaN) } };
  await assertRejects(
    () => made(smooth, { sigma: 1 }, holed as Trajectories),
    RangeError,
    "hold NaN in trial 0, time 0, unit 0",
  );
});

Deno.test("lift puts features in the place of units, and keeps time and trials", async () => {
  const fourier = await made(lift, { method: "random_fourier", num_features: 5, seed: 3 });
  assertEquals([fourier.states.shape, fourier.lengths, fourier.dt], [[2, 6, 5], [6, 4], 10]);
  assertEquals(fourier.states.coords, { trial: ["x", "y"] });
  assertEquals(fourier.states.units, undefined);
  const kept = await made(lift, {
    method: "random_fourier",
    num_features: 5,
    seed: 3,
    keep_state: true,
  });
  assertEquals([...kept.states.data.subarray(7, 9)], [...ragged.states.data.subarray(2, 4)]);
  assertEquals([...kept.states.data.subarray(2, 7)], [...fourier.states.data.subarray(0, 5)]);
  const squares = await made(lift, { method: "polynomial" });
  assertEquals([...squares.states.data.subarray(5, 10)], [3, 10, 9, 30, 100]);
  const components = await made(lift, { method: "kernel_pca", num_features: 2, num_centres: 8 });
  assertEquals(components.states.shape, [2, 6, 2]);
  assertEquals((await made(lift, { method: "one_hot", num_bins: 3 })).states.shape, [2, 6, 9]);
  const other = await made(lift, { method: "random_fourier", num_features: 5, seed: 4 });
  assert(other.states.data.some((x, i) => x !== fourier.states.data[i]));
});

Deno.test("normalize by rows scales each unit over all trials at once", async () => {
  for (const method of ["z_score_rows", "centre_rows"]) {
    const { states, lengths } = await made(normalize, { method });
    assertEquals(lengths, [6, 4]);
    for (const unit of [0, 1]) {
      const pick = (data: ArrayLike<number>) =>
        Array.from({ length: 10 }, (_, i) => data[i * 2 + unit]);
      const [found, given] = [pick(states.data), pick(ragged.states.data)];
      const mean = given.reduce((a, b) => a + b, 0) / 10;
      const deviation = Math.sqrt(given.reduce((a, x) => a + (x - mean) ** 2, 0) / 10);
      const scale = method === "z_score_rows" ? deviation : 1;
      assertAllClose(found, given.map((x) => (x - mean) / scale), { atol: 1e-12 });
    }
  }
});

Deno.test("normalize takes trials of unequal length one by one", async () => {
  const short: Trajectories = {
    states: tensor(
      ["trial", "time", "unit"],
      [1, 4, 2],
      ragged.states.data.slice(12, 20) as Float64Array,
    ),
    dt: 10,
    timeUnit: "ms",
  };
  for (const method of ["min_max", "z_score", "centre"]) {
    const both = await made(normalize, { method });
    const alone = await made(normalize, { method }, short);
    assertEquals([...both.states.data.subarray(12, 20)], [...alone.states.data], method);
  }
});

Deno.test("bin_time, smooth, lift and normalize name what they refuse, with its dims", async () => {
  const of = (shape: number[], fill: (i: number) => number): Trajectories => {
    const size = shape.reduce((a, b) => a * b, 1);
    return {
      states: tensor(
        ["trial", "time", "unit"],
        shape,
        Float64Array.from({ length: size }, (_, i) => fill(i)),
      ),
      dt: 1,
      timeUnit: "1",
    };
  };
  const fails = (
    // deno-lint-ignore no-explicit-any
    task: Task<any, any, any>,
    params: object,
    from: Trajectories,
    message: string,
  ) => assertRejects(() => made(task, params, from), RangeError, message);
  const named = "trajectories (trial 2 × time 3 × unit 2)";
  for (const shape of [[0, 3, 2], [2, 0, 2], [2, 3, 0]]) {
    const nothing = of(shape, () => 0);
    await fails(binTime, { width: 1 }, nothing, "are empty");
    await fails(smooth, { sigma: 1 }, nothing, "are empty");
    await fails(lift, { method: "polynomial" }, nothing, "are empty");
    await fails(normalize, { method: "centre" }, nothing, "are empty");
  }
  const broken = of([2, 3, 2], (i) => i === 7 ? NaN : i);
  await fails(binTime, { width: 1 }, broken, `${named} hold NaN in trial 1, time 0, unit 1`);
  const constant = of([2, 3, 2], () => 7);
  await fails(lift, { method: "random_fourier" }, constant, `lift got ${named}: medianDistance()`);
  await fails(normalize, {}, constant, `normalize got ${named}: trial 0 never moves`);
  const huge = of([2, 3, 2], (i) => (i + 1) * 1e150);
  await fails(
    lift,
    { method: "polynomial", degree: 3 },
    huge,
    `lift got ${named} whose polynomial`,
  );
  const far = of([2, 3, 2], (i) => (i + 1) * 1e300);
  await fails(lift, { method: "random_fourier" }, far, "bring the columns to a common scale");
  await fails(lift, { method: "kernel_pca" }, of([1, 1, 2], () => 1), "1 rows have no distances");
});

Deno.test("normalize keeps the physical unit where numbers keep it", async () => {
  const unit = async (method: string) => (await made(normalize, { method })).states.units;
  assertEquals(await unit("centre"), "Hz");
  assertEquals(await unit("centre_rows"), "Hz");
  for (const method of ["min_max", "z_score", "z_score_rows"]) {
    assertEquals(await unit(method), undefined);
  }
});
