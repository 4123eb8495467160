// What the conformance suite cannot guess of the metrics of geometry: laws at params that are numbers, and messages.

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import type { Metric } from "#lib/core/metric.ts";
import { tensor } from "#lib/core/tensor.ts";
import { metrics } from "#lib/metrics/mod.ts";
import compare from "#tasks/compare.ts";
import { runTask } from "#tests/support/run_task.ts";
import type { Member } from "#lib/core/member.ts";
import { groupsOf, measured, requireLaws, scoredOrRefused } from "#tests/support/metric_laws.ts";
import { smooth } from "#tests/support/random_systems.ts";
import {
  assert,
  assertEquals,
  assertLess,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { fresh } from "../math/linalg/fresh.ts";

const open = async (name: string, params: Record<string, unknown> = {}) =>
  measured((await metrics[name as keyof typeof metrics]()).default as unknown as Metric, params);

const settings: readonly (readonly [string, Record<string, unknown>])[] = [
  ["procrustes", { alpha: 0 }],
  ["procrustes", { alpha: 0.3 }],
  ["procrustes", { alpha: 0.3, whitening_scale: "unit" }],
  ["procrustes", { alpha: 0.6, group: "special_orthogonal", score: "chord" }],
  ["procrustes", { alpha: 0, score: "size_and_shape" }],
  ["cca", { ridge: 0.1 }],
  ["cca", { ridge: 0.1, score: "similarity", mean_over: "smaller_rank" }],
  ["svcca", { variance: 0.8 }],
  ["svcca", { variance: 1, max_components: 2, score: "one_minus" }],
  ["rbf_cka", { bandwidth: 0.4 }],
  ["rbf_cka", { bandwidth: 2, estimator: "debiased", score: "similarity" }],
  ["minibatch_cka", { batch_size: 8 }],
  ["minibatch_cka", { batch_size: 4, order: "shuffled", score: "similarity" }],
];

Deno.test("the metrics of geometry keep their laws at params between the ends, for any shape", async () => {
  for (const [name, params] of settings) {
    const one = await open(name, params);
    fresh((draws) => {
      for (const systems of Object.values(groupsOf(one.systems, draws))) {
        const refused = [[0, 1], [1, 2], [0, 2]].map(([i, j]) =>
          scoredOrRefused(one, systems[i], systems[j]) === undefined
        );
        if (!refused.includes(true)) requireLaws(one, systems, draws);
      }
    });
  }
});

Deno.test("pwcca is asymmetric, as published, unless the mean of both is asked for", async () => {
  const [first, second, mean] = await Promise.all(
    ["first", "second", "mean"].map((weights) => open("pwcca", { weights, score: "similarity" })),
  );
  fresh((draws) => {
    const [a, b] = [smooth(draws, 2, 20, 4), smooth(draws, 2, 20, 3)];
    const [ab, ba] = [first.score(a, b).value, first.score(b, a).value];
    assertNotEquals(ab, ba);
    assertLess(Math.abs(second.score(a, b).value - ba), 1e-12);
    assertLess(Math.abs(mean.score(a, b).value - 0.5 * (ab + ba)), 1e-12);
    assertEquals(mean.score(a, b), mean.score(b, a));
  });
});

Deno.test("minibatch_cka of one batch is debiased_cka, and its shuffled order is the seed's", async () => {
  const [debiased, whole] = [
    await open("debiased_cka"),
    await open("minibatch_cka", { batch_size: 1000 }),
  ];
  const [drawn, again, other] = await Promise.all(
    [1, 1, 2].map((seed) => open("minibatch_cka", { batch_size: 8, order: "shuffled", seed })),
  );
  fresh((draws) => {
    const [a, b] = [smooth(draws, 3, 20, 4), smooth(draws, 3, 20, 3)];
    assertEquals(whole.score(a, b).value, debiased.score(a, b).value);
    assertEquals(whole.score(a, b).more?.num_batches, 1);
    assertEquals(drawn.score(a, b), again.score(a, b));
    assertNotEquals(drawn.score(a, b).value, other.score(a, b).value);
    assertEquals(drawn.score(a, b).more?.num_batches, 7);
  });
});

Deno.test("a measure of geometry names array, dims and remedy in what it refuses", async () => {
  const cka = await open("linear_cka");
  const usual = of([3, 10, 4], (i) => Math.sin(i * i));
  assertThrows(
    () => cka.score(usual, of([2, 10, 4], Math.cos)),
    RangeError,
    "a: trajectories (trial 3 × time 10 × unit 4), b: trajectories (trial 2 × time 10 × unit 4): " +
      "30 moments cannot be paired with 20; row k must be the same trial and moment in both: cut",
  );
  assertThrows(
    () => cka.score(usual, of([3, 10, 2], () => 0.1)),
    RangeError,
    "trajectories (trial 3 × time 10 × unit 2): similarity: all 30 items are equal",
  );
  assertThrows(
    () => cka.score(of([3, 10, 4], (i) => i === 50 ? NaN : i), usual),
    RangeError,
    "trajectories (trial 3 × time 10 × unit 4): moment 12, unit 2 is NaN; leave out",
  );
  assertThrows(
    () => cka.score(of([3, 0, 4], () => 0), usual),
    RangeError,
    "trajectories (trial 3 × time 0 × unit 4): there is nothing to compare; give",
  );
  const debiased = await open("debiased_cka");
  const short = of([3, 1, 4], Math.sin);
  assertThrows(() => debiased.score(short, short), RangeError, "at least 4 items, but there are 3");
  const canonical = await open("cca");
  const wide = of([5, 2, 20], (i) => Math.sin(i * i));
  assertThrows(
    () => canonical.score(wide, wide),
    RangeError,
    "trajectories (trial 5 × time 2 × unit 20): the features have rank 9 over 10 items",
  );
});

Deno.test("compare says which port a constant system is bound to", async () => {
  const metric = (await metrics.linear_cka()).default as unknown as Member;
  const usual = of([3, 10, 4], Math.sin), constant = of([3, 10, 4], () => 0.5);
  for (const [a, b, port] of [[constant, usual, "a"], [usual, constant, "b"]] as const) {
    await assertRejects(
      () => runTask(compare, { metric: "linear_cka" }, { a, b }, { metric }),
      RangeError,
      `${port}: trajectories (trial 3 × time 10 × unit 4): similarity: all 30 items are equal`,
    );
  }
});

Deno.test("the padding of short trials counts in no measure of geometry", async () => {
  for (
    const name of ["linear_cka", "debiased_cka", "rbf_cka", "procrustes", "cca", "svcca", "pwcca"]
  ) {
    const one = await open(name);
    fresh((draws) => {
      const pairs = [1, 2].map(() => {
        const whole = smooth(draws, 1, 30, 3).states.data as Float64Array;
        // The same 30 moments as one trial, and as trials of 18 and 12.
        const padded = new Float64Array(2 * 18 * 3).fill(NaN);
        padded.set(whole);
        const dims = ["trial", "time", "unit"];
        const shared = { dt: 1, timeUnit: "1" as const };
        return [
          { states: tensor(dims, [1, 30, 3], whole), ...shared },
          { states: tensor(dims, [2, 18, 3], padded), lengths: [18, 12], ...shared },
        ];
      });
      const [[x, ragged], [y, other]] = pairs;
      assertEquals(one.score(ragged, other), one.score(x, y));
      assertEquals(one.score(x, other), one.score(x, y));
      assert(one.score(x, y).value > 0);
    });
  }
});

Deno.test("no measure of geometry pairs trials with times, though the numbers of moments are equal", async () => {
  for (const name of Object.keys(metrics)) {
    const one = await open(name);
    if (one.metric.port !== "trajectories") continue;
    fresh((draws) => {
      const x = smooth(draws, 3, 20, 4);
      const swapped = smooth(draws, 20, 3, 4);
      assertThrows(
        () => one.score(x, swapped),
        RangeError,
        "trial 0 has 20 moments in a and 3 in b",
      );
      assertThrows(() => one.score(swapped, x), RangeError, "are swapped");
      // Items along one axis of a file may be called trials or time.
      const items = smooth(draws, 60, 1, 4);
      for (const other of [x, swapped, smooth(draws, 1, 60, 4)]) one.score(other, items);
    });
  }
});

function of(shape: [number, number, number], value: (i: number) => number): Trajectories {
  const data = Float64Array.from(
    { length: shape[0] * shape[1] * shape[2] },
    (_, i) => value(i),
  );
  return { states: tensor(["trial", "time", "unit"], shape, data), dt: 1, timeUnit: "1" };
}
