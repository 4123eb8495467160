// Operators that step by different times are different maps of the same dynamics: dsa says so instead of scoring them.

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { recordsOf, type Table } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import dsa from "#lib/metrics/dsa.ts";
import inputDsa from "#lib/metrics/input_dsa.ts";
import { randomStream } from "#lib/core/random.ts";
import type { ControlledOperator } from "#lib/core/artifacts/controlled_operator.ts";
import compare from "#tasks/compare.ts";
import dmd from "#tasks/dmd.ts";
import dmdc from "#tasks/dmdc.ts";
import subspace from "#tasks/subspace_dmdc.ts";
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

/** Noise that a leaky unit follows, with a time step. */
function driven(dt: number): { trajectories: Trajectories; controls: Trajectories } {
  const numTime = 60;
  const u = randomStream(3, "tests/driven").normal(new Float64Array(numTime)) as Float64Array;
  const x = new Float64Array(numTime);
  for (let t = 0; t + 1 < numTime; t++) x[t + 1] = 0.8 * x[t] + u[t];
  const of = (data: Float64Array): Trajectories => ({
    states: tensor(["trial", "time", "unit"], [1, numTime, 1], data),
    dt,
    timeUnit: "ms",
  });
  return { trajectories: of(x), controls: of(u) };
}

for (
  const [name, task, params] of [
    ["dmdc", dmdc, { n_delays: 1 }],
    ["subspace_dmdc", subspace, { n_delays: 2, rank: 1 }],
  ] as const
) {
  Deno.test(`input_dsa refuses models by ${name} whose steps last different times`, async () => {
    const [a, b] = await Promise.all(
      [10, 25].map(async (dt) =>
        (await runTask(task, params, driven(dt))).operator as ControlledOperator
      ),
    );
    const scored = (options: Record<string, unknown>) =>
      runTask(compare, { metric: "input_dsa", options }, { a, b }, { metric: inputDsa });
    await assertRejects(() => scored({}), RangeError, "steps of 10 ms and 25 ms");
    const { scores } = await scored({ on_step_mismatch: "ignore" });
    assertLess(recordsOf(scores as Table)[0].value as number, 1e-7);
  });
}

Deno.test("subspace_dmdc takes its window as a span, too", async () => {
  const data = driven(10);
  const [bySpan, byCount] = await Promise.all(
    [{ span_ms: 20 }, { n_delays: 3 }].map(async (window) =>
      (await runTask(subspace, { ...window, rank: 1 }, data)).operator as ControlledOperator
    ),
  );
  assertEquals(bySpan, byCount);
  await assertRejects(
    () => runTask(subspace, { rank: 1 }, data),
    TypeError,
    "exactly one of n_delays",
  );
});
