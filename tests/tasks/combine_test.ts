// The task `combine`: motifs in time and mixtures of systems.

import { assertEquals, assertRejects } from "@std/assert";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import task from "#tasks/combine.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { boundItems, runTask } from "#tests/support/run_task.ts";

/** One trial and unit with these values; labelled. */
function series(values: readonly number[], dt = 0.01): Trajectories {
  const states = tensor(
    ["trial", "time", "unit"],
    [1, values.length, 1],
    Float64Array.from(values),
    {
      coords: { unit: ["x"] },
    },
  );
  return { states, dt, timeUnit: "1" };
}

const combine = async (params: Record<string, unknown>, inputs: Record<string, unknown>) =>
  (await runTask(task, params, inputs)).trajectories as Trajectories;

Deno.test("combine attaches the increments of a part to the end of the one before", async () => {
  const parts = boundItems([series([0, 1, 2]), series([5, 4, 2]), series([0, 0, 1])]);
  const long = await combine({ method: "attach", keep_length: false }, { parts });
  // The first point of each later part goes on by 1e-4 of the last increment.
  const second = 2 + 1e-4, third = second - 3 + 1e-4 * -2;
  assertAllClose(long.states.data, [
    0,
    1,
    2,
    second,
    second - 1,
    second - 3,
    third,
    third,
    third + 1,
  ], {
    atol: 1e-12,
  });
  assertEquals(long.states.shape, [1, 9, 1]);
  const short = await combine({ method: "attach" }, { parts });
  assertEquals([...short.states.data], [0, 3, 6].map((t) => long.states.data[t]));
  assertEquals([short.states.coords, short.dt], [{ unit: ["x"] }, 0.01]);
});

Deno.test("combine attaches parts in the order in which they are given", async () => {
  const [a, b] = [series([0, 1, 2, 3]), series([0, -1, -2, -3])];
  const there = await combine({ method: "attach" }, { parts: boundItems([a, b]) });
  const back = await combine({ method: "attach" }, { parts: boundItems([b, a]) });
  assertAllClose(back.states.data, there.states.data.map((x) => -x), { atol: 1e-15 });
});

Deno.test("combine admixes a share of what was added, from its first point on", async () => {
  const inputs = { base: series([1, 2, 3]), added: series([10, 14, 8]) };
  assertEquals([...(await combine({ method: "admix", share: 0.5 }, inputs)).states.data], [
    1,
    4,
    2,
  ]);
  assertEquals((await combine({ method: "admix", share: 0 }, inputs)).states, inputs.base.states);
});

Deno.test("combine says what is missing or does not fit", async () => {
  const [short, long, slow] = [series([1, 2]), series([1, 2, 3]), series([1, 2], 0.02)];
  const attach = (...parts: Trajectories[]) => () =>
    combine({ method: "attach" }, { parts: boundItems(parts) });
  await assertRejects(attach(short, long), RangeError, "time 2 × unit 1");
  await assertRejects(attach(short, slow), RangeError, "dt 0.02");
  await assertRejects(attach(), RangeError, "at least two parts");
  await assertRejects(attach(short), RangeError, "at least two parts");
  await assertRejects(
    () => combine({ method: "admix" }, { base: short, added: short }),
    RangeError,
    "share",
  );
  await assertRejects(
    () => combine({ method: "admix", share: 1 }, { base: short, added: long }),
    RangeError,
    "one shape",
  );
});
