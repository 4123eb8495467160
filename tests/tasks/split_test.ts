// The task `split`: fractions and folds, by trials and by time, ragged trials, and the quirk of one trial.

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import task from "#tasks/split.ts";
import { runTask } from "#tests/support/run_task.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { trajectoriesOf } from "./stored_fit.ts";

const split = async (params: Readonly<Record<string, unknown>>, trajectories: Trajectories) =>
  await runTask(task, params, { trajectories }) as { train: Trajectories; test: Trajectories };

/** Trajectories of one unit whose entries are 10 · trial + time. */
function numbered(numTrials: number, numTime: number): Trajectories {
  const data = Float64Array.from(
    { length: numTrials * numTime },
    (_, p) => 10 * Math.floor(p / numTime) + p % numTime,
  );
  return trajectoriesOf(data, [numTrials, numTime, 1]);
}
/** What each trial of a part holds. */
const held = ({ states, lengths }: Trajectories) => {
  const [numTrials, numTime] = states.shape;
  return Array.from({ length: numTrials }, (_, trial) => {
    const own = Array.from(states.data.subarray(trial * numTime, (trial + 1) * numTime));
    assertEquals(own.slice(lengths?.[trial] ?? numTime).every(Number.isNaN), true);
    return own.slice(0, lengths?.[trial] ?? numTime);
  });
};

Deno.test("split trains on the first trials, rounded down", async () => {
  const { train, test } = await split({}, numbered(6, 2));
  assertEquals(held(train), [[0, 1], [10, 11], [20, 21], [30, 31]]);
  assertEquals(held(test), [[40, 41], [50, 51]]);
  assertEquals([train.dt, train.timeUnit, train.lengths], [10, "ms", undefined]);
  // 0.29 · 100 is less than 29 in binary, which is nobody's wish.
  assertEquals((await split({ fraction: 0.29 }, numbered(100, 1))).train.states.shape[0], 29);
});

Deno.test("split cuts a single trial in time, and v2 takes its beginning for the test", async () => {
  const one = numbered(1, 5);
  const { train, test } = await split({}, one);
  assertEquals([held(train), held(test)], [[[0, 1, 2, 3]], [[4]]]);
  const swapped = await split({ compat: "v2" }, one);
  assertEquals([held(swapped.train), held(swapped.test)], [[[4]], [[0, 1, 2, 3]]]);
  const many = numbered(5, 2);
  assertEquals(await split({ compat: "v2" }, many), await split({}, many));
});

Deno.test("split by time cuts every trial, of whatever length", async () => {
  const data = Float64Array.of(0, 1, 2, 3, 4, 10, 11, NaN, NaN, NaN);
  const ragged: Trajectories = {
    states: tensor(["trial", "time", "unit"], [2, 5, 1], data, {
      coords: { trial: ["a", "b"], unit: ["x"] },
      units: "Hz",
    }),
    lengths: [5, 2],
    dt: 1,
    timeUnit: "1",
  };
  const { train, test } = await split({ by: "time", fraction: 0.5 }, ragged);
  assertEquals([held(train), held(test)], [[[0, 1], [10]], [[2, 3, 4], [11]]]);
  assertEquals([train.lengths, test.lengths], [[2, 1], [3, 1]]);
  assertEquals([train.states.coords, train.states.units], [
    { trial: ["a", "b"], unit: ["x"] },
    "Hz",
  ]);
  const whole = await split({ by: "trials", fraction: 0.5 }, ragged);
  assertEquals([held(whole.train), held(whole.test)], [[[0, 1, 2, 3, 4]], [[10, 11]]]);
  assertEquals(whole.test.states.coords?.trial, ["b"]);
});

Deno.test("split makes folds, each of them the test once", async () => {
  const tests = await Promise.all(
    [0, 1, 2].map(async (fold) => {
      const { train, test } = await split({ folds: 3, fold }, numbered(5, 1));
      assertEquals([...held(train), ...held(test)].flat().sort((a, b) => a - b), [
        0,
        10,
        20,
        30,
        40,
      ]);
      return held(test).flat();
    }),
  );
  assertEquals(tests, [[0], [10, 20], [30, 40]]);
  // In time the training part lies on both sides of the test: two trials, so that no pair crosses.
  const { train, test } = await split({ folds: 3, fold: 1, by: "time" }, numbered(1, 6));
  assertEquals([held(train), held(test)], [[[0, 1], [4, 5]], [[2, 3]]]);
});

Deno.test("split refuses a part without anything in it, and params that contradict", async () => {
  await assertRejects(
    () => split({ by: "trials" }, numbered(1, 5)),
    RangeError,
    "split by trials got trajectories (trial 1 × time 5 × unit 1) of which everything would be tested",
  );
  await assertRejects(
    () => split({ folds: 4, fold: 0 }, numbered(3, 2)),
    RangeError,
    "nothing would be tested on",
  );
  await assertRejects(() => split({ fold: 1 }, numbered(3, 2)), TypeError, "fold belongs to folds");
  await assertRejects(
    () => split({ folds: 2, fold: 2 }, numbered(3, 2)),
    TypeError,
    "folds are 0 to 1",
  );
  await assertRejects(
    () => split({ folds: 2, fraction: 0.5 }, numbered(3, 2)),
    TypeError,
    "either fraction or folds",
  );
});
