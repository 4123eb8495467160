// Comparison of driven systems in closed form: the stored pairs of the reference, rotated copies, and laws.

import {
  compareInputs,
  compareSystems,
  controllabilityMatrix,
  describeSystem,
  type DrivenSystem,
} from "#lib/math/control/controllability.ts";
import { multiply, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import reference from "#tests/reference/dsa/controllability.json" with { type: "json" };
import {
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { type Draws, fresh, orthonormalMatrix } from "../linalg/fresh.ts";

/** The reference's arc cosine of an inner product cannot tell angles below this from 0. */
const arcCosineOfOne = 4e-8;

Deno.test("compareSystems() gives the reference's numbers with its transposed factor", () => {
  for (const { kind, A1, B1, A2, B2, scores } of reference.cases) {
    const [a, b] = [stored(A1, B1), stored(A2, B2)].map(describeSystem);
    const { numStates: n, numInputs: m } = a;
    assertEquals([n, m * (2 * n - 1)], scores.controllability_shape);
    const found = compareSystems(a, b, { transposed: true });
    const { control } = compareInputs(a, b);
    for (const measure of ["euclidean", "angular"] as const) {
      const expected = scores[measure];
      for (
        const [name, value] of [
          ["joint", found.joint[measure]],
          ["state_with_joint_C", found.state[measure]],
          ["control_with_joint_C", found.control[measure]],
          ["control_only", control[measure]],
        ] as const
      ) {
        const near = measure === "angular" && expected[name] < arcCosineOfOne;
        assertAlmostEquals(
          value!,
          expected[name],
          near ? arcCosineOfOne : 1e-10,
          `${kind} ${name}`,
        );
      }
    }
    const own = compareSystems(a, b);
    assertEquals([own.state, own.control], [found.state, found.control], "one C for both");
    if (kind === "rotated copy") {
      assertLess(own.joint.angular!, 1e-12);
      assertLess(own.joint.euclidean, 1e-12 * a.norm);
      assertGreater(found.joint.angular!, 0.1, "the transposed factor misses it");
    } else assertLess(own.joint.euclidean, found.joint.euclidean);
  }
});

Deno.test("controllabilityMatrix() has the powers of A and Aᵀ on B", () => {
  fresh((draws) => {
    const system = random(draws, 3, 2);
    const k = controllabilityMatrix(system);
    const ab = multiply(system.state, system.input, 3, 3, 2);
    const aab = multiply(system.state, ab, 3, 3, 2);
    for (let i = 0; i < 3; i++) {
      assertEquals(k.slice(i * 10, i * 10 + 2), system.input.slice(i * 2, i * 2 + 2));
      assertEquals(k.slice(i * 10 + 2, i * 10 + 4), ab.slice(i * 2, i * 2 + 2));
      assertEquals(k.slice(i * 10 + 6, i * 10 + 8), aab.slice(i * 2, i * 2 + 2));
    }
  });
});

Deno.test("compareSystems() finds the rotation of a rotated copy, and no rotation does better", () => {
  fresh((draws) => {
    const n = draws.integer(1, 7), m = draws.integer(1, 3);
    const [first, other] = [random(draws, n, m), random(draws, n, m)];
    const q = orthonormalMatrix(draws, n, n);
    const copy = rotated(first, q);
    const found = compareSystems(...pair(copy, first));
    for (const part of [found.joint, found.state, found.control]) {
      assertLess(part.angular!, 1e-10);
      assertLess(part.euclidean, 1e-9);
    }
    if (found.alignedDimensions === n) {
      for (let p = 0; p < n * n; p++) assertAlmostEquals(found.rotation[p], q[p], 1e-7);
    }
    const best = compareSystems(...pair(first, other));
    for (let attempt = 0; attempt < 20; attempt++) {
      const turned = rotated(other, orthonormalMatrix(draws, n, n));
      const [x, y] = [controllabilityMatrix(first), controllabilityMatrix(turned)];
      assertLessOrEqual(best.joint.euclidean, Math.hypot(...x.map((v, i) => v - y[i])) + 1e-9);
    }
    const again = compareSystems(...pair(first, rotated(other, q)));
    assertAlmostEquals(again.joint.angular!, best.joint.angular!, 1e-7);
    assertAlmostEquals(
      compareSystems(...pair(other, first)).joint.angular!,
      best.joint.angular!,
      1e-9,
    );
  });
});

Deno.test("compareSystems() says where inputs leave the rotation open", () => {
  // Two modes that do not talk, of which the input reaches one.
  const system = (rate: number): DrivenSystem => ({
    state: Float64Array.of(0.9, 0, 0, rate),
    input: Float64Array.of(1, 0),
    numStates: 2,
    numInputs: 1,
  });
  const { joint, alignedDimensions, state } = compareSystems(...pair(system(0.5), system(-0.2)));
  assertAlmostEquals(joint.euclidean, 0, 1e-14);
  assertEquals(alignedDimensions, 1);
  assertAlmostEquals(state.euclidean, 0.7, 1e-14);
});

Deno.test("compareInputs() is the Procrustes distance of the input matrices", () => {
  fresh((draws) => {
    const [a, b] = [random(draws, 4, 3), random(draws, 4, 3)];
    const { control, rotation } = compareInputs(a, b);
    const turned = multiply(rotation, b.input, 4, 4, 3);
    assertAlmostEquals(
      Math.hypot(...a.input.map((x, i) => x - turned[i])),
      control.euclidean,
      1e-12,
    );
    const q = orthonormalMatrix(draws, 4, 4);
    assertAlmostEquals(compareInputs(a, rotated(b, q)).control.euclidean, control.euclidean, 1e-10);
    assertLess(compareInputs(a, rotated(a, q)).control.euclidean, 1e-12);
    const at = compareSystems(...pair(a, b));
    assertLessOrEqual(control.euclidean, at.control.euclidean + 1e-12);
  });
});

Deno.test("compareSystems() keeps to scale, and refuses what it cannot compare", () => {
  fresh((draws) => {
    const [a, b] = [random(draws, 3, 2), random(draws, 3, 2)];
    const scaled = (system: DrivenSystem, by: number) => ({
      ...system,
      input: system.input.map((x) => by * x),
    });
    const usual = compareSystems(...pair(a, b)).joint;
    for (const by of [1e-200, 1e-160, 1e150]) {
      const { angular, euclidean } = compareSystems(...pair(scaled(a, by), scaled(b, by))).joint;
      assertAlmostEquals(angular!, usual.angular!, 1e-12);
      assertAlmostEquals(euclidean / by, usual.euclidean, 1e-9);
    }
    const still = { ...a, state: new Float64Array(9) };
    assertEquals(compareSystems(...pair(still, b)).state.angular, null);
    const refused = (run: () => unknown, what: string) => assertThrows(run, RangeError, what);
    refused(() => describeSystem(scaled(a, 0)), "inputs reach no state");
    refused(() => compareInputs(scaled(a, 0), b), "no meaning");
    refused(() => describeSystem({ ...a, state: a.state.map((x) => 1e200 * x) }), "overflow");
    refused(() => describeSystem({ ...a, state: a.state.map(() => NaN) }), "NaN");
    refused(() => describeSystem({ ...a, numInputs: 0, input: new Float64Array(0) }), "0 inputs");
    refused(() => compareSystems(...pair(a, random(draws, 3, 1))), "of 3 and 1");
    refused(() => compareSystems(...pair(a, random(draws, 2, 2))), "of 2 and 2");
  });
});

function stored(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
): DrivenSystem {
  return {
    state: Float64Array.from(a.flat()),
    input: Float64Array.from(b.flat()),
    numStates: a.length,
    numInputs: b[0].length,
  };
}

function random(draws: Draws, n: number, m: number): DrivenSystem {
  const state = draws.normal(n, n).map((x) => 0.8 * x / Math.sqrt(n));
  return { state, input: draws.normal(n, m), numStates: n, numInputs: m };
}

function rotated(system: DrivenSystem, q: Float64Array): DrivenSystem {
  const { state, input, numStates: n, numInputs: m } = system;
  return {
    ...system,
    state: multiplyTransposeB(multiply(q, state, n, n, n), q, n, n, n),
    input: multiply(q, input, n, n, m),
  };
}

function pair(a: DrivenSystem, b: DrivenSystem) {
  return [describeSystem(a), describeSystem(b)] as const;
}
