// The search for one rotation of states and inputs: its gradient, its bound, and that nothing near or random beats it.

import { describeSystem } from "#lib/math/control/controllability.ts";
import { descendJoint, jointLoss, type JointProblem } from "#lib/math/control/joint_problem.ts";
import { searchJoint } from "#lib/math/control/joint_search.ts";
import { dsa } from "#lib/math/dsa/dsa.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { multiply, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { assertAlmostEquals, assertGreaterOrEqual, assertLess, assertThrows } from "@std/assert";
import { type Draws, fresh, orthonormality, orthonormalMatrix } from "../linalg/fresh.ts";

Deno.test("descendJoint() ends where F is stationary, and below where it began", () => {
  fresh((draws) => {
    const n = draws.integer(2, 7), m = draws.integer(1, 3);
    const [a, b] = [random(draws, n, m), random(draws, n, m)];
    const problem: JointProblem = {
      stateA: a.frames.unit,
      inputA: unit(a.input),
      stateB: b.frames.unit,
      inputB: unit(b.input),
      n,
      m,
      weight: 0.3,
    };
    const start = orthonormalMatrix(draws, n, n);
    const { rotation, loss, gradientNorm } = descendJoint(problem, start);
    assertLess(loss, jointLoss(problem, start).loss);
    assertLess(orthonormality(rotation, n, n), 1e-12);
    assertLess(gradientNorm, 1e-5);
    for (let attempt = 0; attempt < 5; attempt++) {
      const nearby = turned(draws, rotation, n, 1e-4);
      assertGreaterOrEqual(jointLoss(problem, nearby).loss, loss - 1e-10);
    }
  });
});

Deno.test("searchJoint() is beaten by no rotation, and never under its bound", () => {
  fresh((draws) => {
    const n = draws.integer(2, 6), m = draws.integer(1, 3);
    const [a, b] = [random(draws, n, m), random(draws, n, m)];
    for (const inputWeight of [0, 0.2, 0.5, 1]) {
      const found = searchJoint(a, b, { inputWeight });
      assertGreaterOrEqual(found.angle, found.lowerBound);
      for (let attempt = 0; attempt < 30; attempt++) {
        const c = orthonormalMatrix(draws, n, n);
        const state = multiplyTransposeB(multiply(c, b.frames.unit, n, n, n), c, n, n, n);
        const input = unit(multiply(c, b.input, n, n, m));
        const cosine = (1 - inputWeight) * dot(a.frames.unit, state) +
          inputWeight * dot(unit(a.input), input);
        assertGreaterOrEqual(Math.cos(found.angle), cosine - 1e-12);
      }
    }
    const alone = dsa(a.state, b.state, n);
    assertAlmostEquals(searchJoint(a, b, { inputWeight: 0 }).angle, alone.angle, 1e-6);
    assertThrows(() => searchJoint(a, b, { inputWeight: 1.2 }), RangeError, "[0, 1]");
  });
});

Deno.test("searchJoint() finds rotated copies exactly, also where inputs reach few states", () => {
  fresh((draws) => {
    const n = draws.integer(1, 8);
    for (const m of [1, 3]) {
      const a = random(draws, n, m);
      const q = orthonormalMatrix(draws, n, n);
      const state = multiplyTransposeB(multiply(q, a.state, n, n, n), q, n, n, n);
      const copy = described(state, multiply(q, a.input, n, n, m), n, m);
      assertLess(searchJoint(a, copy).angle, 1e-10);
    }
    // The second half is not driven: the closed form leaves its rotation open, the search does not.
    const [first, second] = [random(draws, 2, 1), random(draws, 2, 1)];
    const blocks = new Float64Array(16);
    for (const [at, { state }] of [[0, first], [2, second]] as const) {
      for (let p = 0; p < 4; p++) blocks[(at + (p >> 1)) * 4 + at + p % 2] = state[p];
    }
    const half = described(blocks, Float64Array.of(...first.input, 0, 0), 4, 1);
    const q = orthonormalMatrix(draws, 4, 4);
    const state = multiplyTransposeB(multiply(q, half.state, 4, 4, 4), q, 4, 4, 4);
    const copy = described(state, multiply(q, half.input, 4, 4, 1), 4, 1);
    assertLess(searchJoint(half, copy).angle, 1e-6);
  });
});

function random(draws: Draws, n: number, m: number) {
  return described(draws.normal(n, n).map((x) => x / Math.sqrt(n)), draws.normal(n, m), n, m);
}

function described(state: Float64Array, input: Float64Array, n: number, m: number) {
  const system = describeSystem({ state, input, numStates: n, numInputs: m });
  return { ...system, frames: describeOperator(state, n) };
}

function unit(a: Float64Array): Float64Array {
  const norm = Math.hypot(...a);
  return a.map((x) => x / norm);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i], 0);
}

/** C times rotations by about `angle` in every plane. */
function turned(draws: Draws, c: Float64Array, n: number, angle: number): Float64Array {
  const out = c.slice();
  const angles = draws.normal(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const [cos, sin] = [Math.cos(angle * angles[i * n + j]), Math.sin(angle * angles[i * n + j])];
      for (let k = 0; k < n; k++) {
        const [x, y] = [out[i * n + k], out[j * n + k]];
        out[i * n + k] = cos * x - sin * y;
        out[j * n + k] = sin * x + cos * y;
      }
    }
  }
  return out;
}
