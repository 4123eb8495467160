// Operators that step by different times are different maps of the same dynamics: dsa says so instead of scoring them.

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { recordsOf, type Table } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import dsa from "#lib/metrics/dsa.ts";
import compare from "#tasks/compare.ts";
import dmd from "#tasks/dmd.ts";
import kernelDmd from "#tasks/kernel_dmd.ts";
import { runTask } from "#tests/support/run_task.ts";

/** A damped rotation, sampled every `every` ms. */
function sampled(every: number, timeUnit: "ms" | "1" = "ms"): Trajectories {
  const numTime = 400 / every;
  const states = new Float64Array(2 * numTime);
  for (let t = 0; t < numTime; t++) {
    const time = t * every;
    states[2 * t] = Math.exp(-0.003 * time) * Math.cos(0.05 * time);
    states[2 * t + 1] = Math.exp(-0.003 * time) * Math.sin(0.05 * time);
  }
  return {
    states: tensor(["trial", "time", "unit"], [1, numTime, 2], states),
    dt: timeUnit === "ms" ? every : 1,
    timeUnit,
  };
}

const fitted = async (trajectories: Trajectories, params: Record<string, unknown> = {}) =>
  (await runTask(dmd, { n_delays: 1, rank: 2, ...params }, { trajectories })).operator as Operator;

async function score(a: Operator, b: Operator, options: Record<string, unknown> = {}) {
  const { scores } = await runTask(compare, { metric: "dsa", options }, { a, b }, { metric: dsa });
  return recordsOf(scores as Table)[0].value as number;
}

Deno.test("dsa refuses operators whose steps last different times, naming both", async () => {
  const [fine, coarse] = await Promise.all([fitted(sampled(10)), fitted(sampled(20))]);
  assertEquals([fine.about.step_ms, coarse.about.step_ms], [10, 20]);
  await assertRejects(() => score(fine, coarse), RangeError, "steps of 10 ms and 20 ms");
  assert(await score(fine, coarse, { on_step_mismatch: "ignore" }) > 0.1);
});

Deno.test("dsa compares operators of one step, whatever data they are from", async () => {
  const [fine, coarse] = await Promise.all([
    fitted(sampled(10), { steps_ahead: 2 }),
    fitted(sampled(20)),
  ]);
  // Not 0: the samples of the two whiten a little differently.
  assertLess(await score(fine, coarse), 0.01);
});

Deno.test("dsa says nothing of steps where time is not physical", async () => {
  const [ours, model] = await Promise.all([fitted(sampled(10)), fitted(sampled(20, "1"))]);
  assertEquals(model.about.step_ms, undefined);
  assert(Number.isFinite(await score(ours, model)));
});

Deno.test("kernel fits know their step, too", async () => {
  const { operator } = await runTask(
    kernelDmd,
    { n_delays: 1, rank: 2, num_centers: 10, steps_ahead: 3 },
    { trajectories: sampled(10) },
  );
  assertEquals((operator as Operator).about.step_ms, 30);
});
