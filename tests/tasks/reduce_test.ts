import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { recordsOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import task from "#tasks/reduce.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { itemTrajectories } from "#tests/support/items.ts";
import { smooth } from "#tests/support/random_systems.ts";
import { boundItems, runTask } from "#tests/support/run_task.ts";
import reference from "#tests/reference/dsa/pca.json" with { type: "json" };
import { fresh } from "../lib/math/linalg/fresh.ts";
import { representation } from "../lib/math/rsa/representations.ts";

const run = (params: Record<string, unknown>, inputs: Record<string, unknown>) =>
  runTask(task, params, inputs);
const random = (trials: number, time: number, units: number) => {
  let made: ReturnType<typeof smooth>;
  fresh((draws) => made = smooth(draws, trials, time, units));
  return made!;
};

Deno.test("reduce gives the stored components, variances and scores", async () => {
  const { data, numItems } = representation("Y");
  const found = await run({ num_components: 4 }, {
    trajectories: itemTrajectories(data, numItems),
  });
  const { components, mean, explained_variance } = found.fit.arrays;
  const close = { atol: 1e-9 };
  assertAllClose(mean.data, reference.Y.mean, close);
  assertAllClose(explained_variance.data, reference.Y.explained_variance, close);
  const signs = reference.Y.components.map((row, k) =>
    Math.sign(row[0] * components.data[k * row.length])
  );
  assertAllClose(
    components.data,
    reference.Y.components.flatMap((row, k) => row.map((x) => signs[k] * x)),
    close,
  );
  assertEquals(found.trajectories.states.shape, [numItems, 1, 4]);
  assertEquals(found.trajectories.states.coords.unit, ["PC1", "PC2", "PC3", "PC4"]);
  assertAllClose(
    found.trajectories.states.data.subarray(0, 20),
    reference.Y.scores_first5.flatMap((row) => row.map((x, k) => signs[k] * x)),
    close,
  );
  const table = recordsOf(found.variance);
  assertAlmostEquals(
    table[3].explained_variance_ratio as number,
    reference.Y.explained_variance_ratio[3],
  );
});

Deno.test("reduce joins systems in one space, where a fit brings each of them", async () => {
  const [a, b] = [random(3, 20, 5), random(2, 15, 5)];
  for (const scale of ["none", "unit", "trial_unit", "time_unit"]) {
    const { fit } = await run({ fit: "joint", scale, num_components: 3 }, {
      trajectories: boundItems([a, b]),
    });
    assertEquals([fit.about.num_rows, fit.about.num_systems], [90, 2]);
    const [x, y] = await Promise.all(
      [a, b].map(async (trajectories) =>
        (await run({ fit: "given" }, { trajectories, fit })).trajectories.states
      ),
    );
    assertEquals([x.shape, y.shape], [[3, 20, 3], [2, 15, 3]]);
    // Together the scores have mean 0, no correlation, and the variances of the fit.
    const rows = [...x.data, ...y.data];
    for (let k = 0; k < 3; k++) {
      for (let l = 0; l <= k; l++) {
        let sum = 0, products = 0;
        for (let at = 0; at < rows.length; at += 3) {
          sum += rows[at + k];
          products += rows[at + k] * rows[at + l];
        }
        assertAlmostEquals(sum, 0, 1e-9, `${scale} mean of ${k}`);
        const wanted = k === l ? fit.arrays.explained_variance.data[k] : 0;
        assertAlmostEquals(products / 89, wanted, 1e-10, `${scale} ${k} ${l}`);
      }
    }
  }
});

Deno.test("reduce keeps trials of unequal length, and as many components as explain a share", async () => {
  const whole = random(2, 6, 3);
  const states = whole.states.data.map((value, at) => at >= 27 ? NaN : value) as Float64Array;
  const ragged = {
    ...whole,
    states: tensor(["trial", "time", "unit"], [2, 6, 3], states),
    lengths: [6, 3],
  };
  const found = await run({}, { trajectories: ragged });
  assertEquals(found.trajectories.lengths, [6, 3]);
  assertEquals(found.fit.about.num_rows, 9);
  const share = await run({ explained_variance: 0.999999 }, { trajectories: ragged });
  const ratios = recordsOf(share.variance).map((row) => row.cumulative_ratio as number);
  assertEquals(ratios.findIndex((ratio) => ratio >= 0.999999), ratios.length - 1);
});

Deno.test("reduce refuses in words that name the array, its dims, and what to do", async () => {
  const trajectories = random(2, 5, 3);
  const refuse = (params: Record<string, unknown>, inputs: Record<string, unknown>, text: string) =>
    assertRejects(() => run(params, inputs), Error, text);
  await refuse(
    { num_components: 4 },
    { trajectories },
    "(trial 2 × time 5 × unit 3): 4 components wanted",
  );
  await refuse(
    { fit: "joint" },
    { trajectories: boundItems([trajectories, random(2, 5, 4)]) },
    "reduce each to a common number first",
  );
  await refuse({ fit: "joint" }, { trajectories: [] }, "at least one system");
  await refuse({ num_components: 2, explained_variance: 0.5 }, { trajectories }, "not both");
  await refuse({ fit: "given", num_components: 2 }, { trajectories }, "leave them out");
  const { fit } = await run({}, { trajectories });
  await refuse({ fit: "given" }, { trajectories: random(2, 5, 4), fit }, "is of 3 units");
  await refuse({ fit: "given" }, { trajectories, fit: { arrays: {}, about: {} } }, "task: reduce");
  const same = itemTrajectories(new Float64Array(6).fill(0.1), 3);
  await refuse({}, { trajectories: same }, "nothing varies");
});

Deno.test("reduce of a pair is the joint fit, brought to both", async () => {
  const [a, b] = [random(3, 20, 5), random(2, 15, 5)];
  const options = { scale: "trial_unit", num_components: 3 };
  const pair = await run({ fit: "pair", ...options }, { a, b });
  const { fit } = await run({ fit: "joint", ...options }, { trajectories: boundItems([a, b]) });
  for (const [found, trajectories] of [[pair.a, a], [pair.b, b]] as const) {
    assertEquals(found, (await run({ fit: "given" }, { trajectories, fit })).trajectories);
  }
  const each = await run({ fit: "each", ...options }, { a, b });
  for (const [found, trajectories] of [[each.a, a], [each.b, b]] as const) {
    assertEquals(found, (await run(options, { trajectories })).trajectories);
  }
});

Deno.test("reduce of a pair keeps all distances between z-scored rows, also of unlike sizes", async () => {
  const [a, b] = [random(3, 30, 6), random(2, 30, 4)];
  const { a: fewer } = await run({ fit: "own", num_components: 4 }, { trajectories: a })
    .then(({ trajectories }) => ({ a: trajectories }));
  const pair = await run({ fit: "pair", scale: "trial_unit" }, { a, b });
  assertEquals([pair.a.states.shape, pair.b.states.shape], [[3, 30, 4], [2, 30, 4]]);
  // z-scores written out: over time, within each trial and unit.
  const scored = [fewer, b].flatMap(({ states: { data, shape: [trials] } }) =>
    Array.from({ length: trials }, (_, trial) => {
      const rows = Array.from(
        { length: 30 },
        (_, t) => [...data.subarray((trial * 30 + t) * 4, (trial * 30 + t + 1) * 4)],
      );
      for (let unit = 0; unit < 4; unit++) {
        const values = rows.map((row) => row[unit]);
        const mean = values.reduce((s, v) => s + v) / 30;
        const spread = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / 29);
        rows.forEach((row) => row[unit] = (row[unit] - mean) / spread);
      }
      return rows;
    }).flat()
  );
  const found = [...pair.a.states.data, ...pair.b.states.data];
  const distance = (x: readonly number[], y: readonly number[]) =>
    Math.hypot(...x.map((one, k) => one - y[k]));
  const row = (at: number) => found.slice(4 * at, 4 * at + 4);
  for (const [i, j] of [[0, 1], [5, 100], [80, 149], [29, 30], [60, 120]]) {
    assertAlmostEquals(distance(row(i), row(j)), distance(scored[i], scored[j]), 1e-9);
  }
});

Deno.test("reduce fills missing states with the mean of their unit, where it is told to", async () => {
  const whole = random(2, 6, 3);
  const states = whole.states.data.slice() as Float64Array;
  states[4] = NaN;
  const holed = { ...whole, states: tensor(["trial", "time", "unit"], [2, 6, 3], states) };
  await assertRejects(() => run({}, { trajectories: holed }), RangeError, "missing: unit_mean");
  const others = [...states].filter((_, at) => at % 3 === 1 && at !== 4);
  const mended = states.slice();
  mended[4] = others.reduce((sum, value) => sum + value) / others.length;
  const found = await run({ missing: "unit_mean" }, { trajectories: holed });
  const wanted = await run({}, {
    trajectories: { ...whole, states: tensor(["trial", "time", "unit"], [2, 6, 3], mended) },
  });
  assertAllClose(found.trajectories.states.data, wanted.trajectories.states.data, { atol: 1e-12 });
  // With z-scores within trials a missing state leaves nothing of its trial and unit: all of it is filled.
  const scored = await run({ missing: "unit_mean", scale: "trial_unit" }, { trajectories: holed });
  assertEquals([...scored.trajectories.states.data].every(Number.isFinite), true);
});

Deno.test("reduce without a method hands trajectories on, z-scored if asked", async () => {
  const [a, b] = [random(3, 20, 4), random(2, 30, 4)];
  assertEquals((await run({ method: "none" }, { trajectories: a })).trajectories, a);
  const same = await run({ method: "none", fit: "pair" }, { a, b });
  assertEquals([same.a, same.b, same.fit], [a, b, undefined]);
  const pair = await run({ method: "none", fit: "pair", scale: "unit" }, { a, b });
  const rows = [...pair.a.states.data, ...pair.b.states.data];
  for (let unit = 0; unit < 4; unit++) {
    const values = rows.filter((_, at) => at % 4 === unit);
    const mean = values.reduce((sum, value) => sum + value) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    assertAlmostEquals(mean, 0, 1e-12);
    assertAlmostEquals(squares / (values.length - 1), 1, 1e-12);
  }
  const refuse = (params: Record<string, unknown>) =>
    assertRejects(() => run({ method: "none", ...params }, { trajectories: a }), Error, "no fit");
  await refuse({ num_components: 2 });
  await refuse({ fit: "joint" });
  await assertRejects(
    () => run({ method: "none", fit: "pair", scale: "unit" }, { a, b: random(2, 5, 3) }),
    RangeError,
    "the same units",
  );
});
