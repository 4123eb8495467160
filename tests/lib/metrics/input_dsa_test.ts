// The metric `input_dsa`: the reference's pairs, what each comparison sees, unequal sizes.

import { systemsOf } from "#tests/support/random_systems.ts";
import { drivenOf } from "#tests/support/random_systems.ts";
import type { ControlledOperator } from "#lib/core/artifacts/controlled_operator.ts";
import { dsa } from "#lib/math/dsa/dsa.ts";
import metric from "#lib/metrics/input_dsa.ts";
import reference from "#tests/reference/dsa/controllability.json" with { type: "json" };
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import { multiply } from "#lib/math/linalg/matmul.ts";
import dmdc from "#tasks/dmdc.ts";
import subspace from "#tasks/subspace_dmdc.ts";
import { runTask } from "#tests/support/run_task.ts";
import { drivenTrials, randomPlant } from "../math/control/driven_trials.ts";
import { fresh, orthonormalMatrix } from "../math/linalg/fresh.ts";

function score(a: ControlledOperator, b: ControlledOperator, raw: Record<string, unknown> = {}) {
  const params = metric.params.parse(raw);
  const [x, y] = [a, b].map((one) => metric.prepare(one, params, {}));
  return metric.compare(x, y, params);
}

function stored(a: readonly (readonly number[])[], b: readonly (readonly number[])[]) {
  return drivenOf(Float64Array.from(a.flat()), Float64Array.from(b.flat()), a.length, b[0].length);
}

const systems = systemsOf.controlled_operator;
const random = (draws: Parameters<typeof systems.random>[0]) =>
  systems.random(draws) as ControlledOperator;

Deno.test("input_dsa gives the reference's scores with compat v2, and 0 for rotated copies without", () => {
  for (const { kind, A1, B1, A2, B2, scores } of reference.cases) {
    const [a, b] = [stored(A1, B1), stored(A2, B2)];
    for (const measure of ["euclidean", "angular"] as const) {
      const expected = scores[measure];
      // The reference's arc cosine cannot tell smaller angles from 0.
      const near = (value: number) => measure === "angular" && value < 4e-8 ? 4e-8 : 1e-8;
      const { value, more } = score(a, b, { score: measure, compat: "v2" });
      assertAlmostEquals(value, expected.joint, 1e-8);
      for (
        const [column, wanted] of [["state", expected.state_with_joint_C], [
          "control",
          expected.control_with_joint_C,
        ]] as const
      ) {
        assertAlmostEquals(more![column] as number, wanted, near(wanted), column);
      }
      const control = score(a, b, { score: measure, compare: "control" });
      assertAlmostEquals(control.value, expected.control_only, near(expected.control_only));
      const own = score(a, b, { score: measure });
      assertEquals([own.more!.state, own.more!.control], [more!.state, more!.control]);
      if (kind === "rotated copy") assertLess(own.value, 1e-10);
      else assertGreater(own.value, 0.1);
    }
  }
});

Deno.test("input_dsa of the states alone is dsa of A", () => {
  fresh((draws) => {
    const [a, b] = [random(draws), random(draws)];
    const [x, y] = [a, b].map(({ arrays }) => arrays.state.data as Float64Array);
    const { value, more } = score(a, b, { compare: "state" });
    const expected = dsa(x, y, 4);
    assertEquals([value, more!.lower_bound], [expected.angle, expected.lowerBound]);
    const undriven = { ...a, arrays: { ...a.arrays, input: b.arrays.input } };
    assertEquals(score(a, undriven, { compare: "state" }).value, 0);
    assertGreater(score(a, undriven).value, 1e-3, "jointly the inputs count");
    assertEquals(score(a, undriven, { compare: "state" }).more!.num_states, 4);
  });
});

Deno.test("input_dsa by search finds one rotation for states and inputs, at least as good as any other", () => {
  fresh((draws) => {
    const [a, b] = [random(draws), random(draws)];
    const search = (x: ControlledOperator, y: ControlledOperator, more = {}) =>
      score(x, y, { joint_by: "search", ...more });
    const found = search(a, b);
    assertEquals(found, search(b, a));
    const [state, control] = [
      score(a, b, { compare: "state" }),
      score(a, b, { compare: "control" }),
    ];
    const joined = (angles: number[]) =>
      Math.acos(0.5 * Math.cos(angles[0]) + 0.5 * Math.cos(angles[1]));
    const of = (one: { more?: Readonly<Record<string, unknown>> }) =>
      [one.more!.state, one.more!.control] as number[];
    assertAlmostEquals(found.value, joined(of(found)), 1e-9);
    assertLessOrEqual(found.value, joined(of(score(a, b))) + 1e-9, "the closed form's rotation");
    assertGreaterOrEqual(
      found.value,
      joined([state.value, control.value]) - 1e-6,
      "each by its own",
    );
    assertGreaterOrEqual(found.value, found.more!.lower_bound as number);
    assertAlmostEquals(search(a, b, { input_weight: 0 }).value, state.value, 1e-6);
    assertAlmostEquals(search(a, b, { input_weight: 1 }).value, control.value, 1e-6);
    for (const how of ["rotation", "permutation", "isotropic-scale"] as const) {
      const other = systems.changed(b, how, draws) as ControlledOperator;
      assertLess(search(b, other).value, 1e-9, how);
      assertAlmostEquals(search(a, other).value, found.value, 1e-6, how);
    }
    const euclidean = search(a, b, { score: "euclidean" }).value;
    assertAlmostEquals(euclidean, 2 * Math.sin(found.value / 2), 1e-12);
  });
});

Deno.test("input_dsa tells value, bound and gap in one unit", () => {
  fresh((draws) => {
    const [a, b] = [random(draws), random(draws)];
    for (const compare of [{ compare: "state" }, { joint_by: "search" }]) {
      for (const unit of [{ score: "euclidean" }, { scale: "half_pi" }]) {
        const { value, more } = score(a, b, { ...compare, ...unit });
        assertEquals(more!.gap, value - (more!.lower_bound as number));
        assertGreaterOrEqual(more!.gap as number, 0);
      }
    }
  });
});

Deno.test("input_dsa measures its three comparisons as metrics where they are", () => {
  fresh((draws) => {
    const [a, b, c] = [random(draws), random(draws), random(draws)];
    for (const compare of ["joint", "control"]) {
      for (const measure of ["euclidean", "angular"]) {
        const of = (x: ControlledOperator, y: ControlledOperator) =>
          score(x, y, { compare, score: measure }).value;
        assert(of(a, c) <= of(a, b) + of(b, c) + 1e-12, `${compare} ${measure}`);
        assertEquals(of(a, b), of(b, a));
      }
    }
  });
});

Deno.test("input_dsa of fits tells rotated recordings of one driven system from another system", async () => {
  const made: Record<string, Record<string, Trajectories>> = {};
  let seed = 0;
  fresh((draws) => {
    seed = draws.seed;
    const plant = randomPlant(draws, 3, 2);
    const other = { ...plant, input: draws.normal(3, 2) };
    const trials = drivenTrials(draws, plant, [80, 80]);
    const turned = multiply(trials.states.data, orthonormalMatrix(draws, 3, 3), 160, 3, 3);
    const elsewhere = drivenTrials(draws, other, [80, 80]);
    const as = (data: Float64Array, width: number): Trajectories => ({
      states: tensor(["trial", "time", "unit"], [2, 80, width], data),
      dt: 1,
      timeUnit: "1",
    });
    const controls = as(trials.controls.data, 2);
    made.first = { trajectories: as(trials.states.data, 3), controls };
    made.turned = { trajectories: as(turned, 3), controls };
    made.other = {
      trajectories: as(elsewhere.states.data, 3),
      controls: as(elsewhere.controls.data, 2),
    };
  });
  for (
    const [task, params] of [[dmdc, { n_delays: 1 }], [subspace, { n_delays: 4, rank: 3 }]] as const
  ) {
    const fit = async (name: string) =>
      (await runTask(task as typeof dmdc, params, made[name])).operator as ControlledOperator;
    const [first, turned, other] = [await fit("first"), await fit("turned"), await fit("other")];
    for (const joint_by of ["controllability", "search"]) {
      assertLess(
        score(first, turned, { joint_by }).value,
        1e-6,
        `seed ${seed}: ${task.name} ${joint_by}`,
      );
      assertGreater(
        score(first, other, { joint_by }).value,
        1e-3,
        `seed ${seed}: ${task.name} ${joint_by}`,
      );
    }
  }
});

Deno.test("input_dsa refuses or pads unequal numbers of states and inputs, by its params", () => {
  fresh((draws) => {
    const a = random(draws);
    const { smaller, "fewer inputs": fewer } = systems.degenerate(draws) as Record<
      string,
      ControlledOperator
    >;
    assertThrows(
      () => score(a, smaller),
      RangeError,
      "4 and 3 states, state (target 4 × source 4) and state (target 3 × source 3)",
    );
    assertThrows(
      () => score(a, fewer),
      RangeError,
      "2 and 1 inputs, input (target 4 × input 2) and input (target 4 × input 1)",
    );
    const padded = score(a, smaller, { on_size_mismatch: "zero_pad" });
    assertEquals(padded, score(smaller, a, { on_size_mismatch: "zero_pad" }));
    assertEquals(padded.more!.num_states, 4);
    const inputs = score(a, fewer, { on_input_mismatch: "zero_pad" });
    assertEquals(inputs.more!.num_inputs, 2);
    assertThrows(
      () => score(a, smaller, { on_input_mismatch: "zero_pad" }),
      RangeError,
      "on_size_mismatch",
    );
    // A zero-padded system is its own copy among more states.
    const { state, input } = smaller.arrays;
    const wide = new Float64Array(16), tall = new Float64Array(8);
    for (let i = 0; i < 3; i++) {
      wide.set((state.data as Float64Array).subarray(3 * i, 3 * i + 3), 4 * i);
      tall.set((input.data as Float64Array).subarray(2 * i, 2 * i + 2), 2 * i);
    }
    for (const compare of ["joint", "control", "state"]) {
      const same = score(smaller, drivenOf(wide, tall, 4, 2), {
        compare,
        on_size_mismatch: "zero_pad",
      });
      assertLess(same.value, 1e-10, compare);
    }
    assertEquals(score(a, fewer, { compare: "state" }).more!.num_states, 4, "inputs do not matter");
  });
});
