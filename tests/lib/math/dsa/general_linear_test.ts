import { compareOperators } from "#lib/math/dsa/dsa.ts";
import { generalLinearBound, matchGeneralLinear } from "#lib/math/dsa/general_linear.ts";
import { describeOperator, type OperatorFrames } from "#lib/math/dsa/operator_frames.ts";
import { solve } from "#lib/math/linalg/lu.ts";
import { multiply } from "#lib/math/linalg/matmul.ts";
import {
  assert,
  assertAlmostEquals,
  assertLess,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { type Draws, fresh } from "../linalg/fresh.ts";
import { conjugate, identity, orthogonal, oscillators, withTranspose } from "./operators.ts";

/** Starts as a comparison has them: the orthogonal optimum, and rotations. */
const startsOf = (draws: Draws, a: OperatorFrames, b: OperatorFrames, count = 3) => [
  { name: "orthogonal", rotation: compareOperators(a, b).rotation },
  ...Array.from({ length: count }, (_, k) => ({
    name: `random ${k}`,
    rotation: orthogonal(draws, a.n),
  })),
];

const similar = (draws: Draws, a: Float64Array, n: number) => {
  const c = orthogonal(draws, n).map((x, p) => x + 0.2 * draws.normal(1, 1)[0] * (p % 2));
  return multiply(multiply(c, a, n, n, n), solve(c, n, identity(n), n), n, n, n);
};

Deno.test("matchGeneralLinear() of similar operators of equal norm is zero", () => {
  fresh((draws) => {
    for (const n of [2, 3, 5, 8]) {
      const a = draws.normal(n, n);
      const [x, y] = [a, similar(draws, a, n)].map((m) => describeOperator(m, n));
      // Unit operators are similar up to a factor: brought to one trace they are similar.
      const scale = (m: OperatorFrames, by: number) => ({ ...m, unit: m.unit.map((v) => by * v) });
      const trueY = scale(y, traceOf(x) / traceOf(y));
      const { distance, lowerBound } = matchGeneralLinear(x, trueY, startsOf(draws, x, y, 0));
      assertLess(distance, 1e-8, `n = ${n}`);
      assertLessOrEqual(lowerBound, distance);
    }
  });
});

Deno.test("matchGeneralLinear() is never worse than the orthogonal optimum, nor better than its bound", () => {
  fresh((draws) => {
    for (const n of [1, 2, 4, 7]) {
      for (
        const [p, q] of [
          [draws.normal(n, n), draws.normal(n, n)],
          [oscillators(draws, n), oscillators(draws, n)],
          [withTranspose(draws, n, 1), withTranspose(draws, n, 1)],
          [orthogonal(draws, n), oscillators(draws, n)],
        ]
      ) {
        const [a, b] = [p, q].map((m) => describeOperator(m, n));
        const found = matchGeneralLinear(a, b, startsOf(draws, a, b));
        assertLessOrEqual(found.distance, compareOperators(a, b).euclidean + 1e-12, `n = ${n}`);
        assertLessOrEqual(found.lowerBound, found.distance, `n = ${n}`);
        assertLessOrEqual(generalLinearBound(a, b), found.distance + 1e-12, `n = ${n}`);
        const c = found.transform;
        const moved = multiply(multiply(c, b.unit, n, n, n), solve(c, n, identity(n), n), n, n, n);
        assertAlmostEquals(Math.hypot(...moved.map((x, i) => x - a.unit[i])), found.distance, 1e-9);
        assert(found.condition >= 1 - 1e-12 && found.condition <= 1e6, `${found.condition}`);
      }
    }
  });
});

Deno.test("matchGeneralLinear() of 2×2 operators finds the nearest of the same trace and determinant", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 12; repeat++) {
      const [a, b] = [draws.normal(2, 2), draws.normal(2, 2)].map((m) => describeOperator(m, 2));
      const { distance } = matchGeneralLinear(a, b, startsOf(draws, a, b));
      assertAlmostEquals(distance, nearestOfTwo(a.unit, b.unit), 1e-6);
    }
  });
});

Deno.test("matchGeneralLinear() approaches the infimum of a defective operator, and says how badly conditioned", () => {
  // A Jordan block can be shrunk towards its diagonal, but never to it.
  const half = Math.SQRT1_2;
  const diagonal = describeOperator(Float64Array.of(1, 0, 0, 1), 2);
  const block = describeOperator(Float64Array.of(half, half, 0, half), 2);
  const start = [{ name: "identity", rotation: identity(2) }];
  const { distance, condition } = matchGeneralLinear(diagonal, block, start);
  const infimum = Math.SQRT2 * Math.abs(diagonal.unit[0] - block.unit[0]);
  assertLessOrEqual(infimum, distance);
  assertAlmostEquals(distance, infimum, 1e-3);
  assert(condition > 100, `${condition}`);
  // The other way round nothing moves: a multiple of the identity is similar to itself only.
  const back = matchGeneralLinear(block, diagonal, start);
  assertAlmostEquals(back.distance, Math.hypot(...block.unit.map((x, p) => x - diagonal.unit[p])));
});

Deno.test("matchGeneralLinear() refuses starts that are singular", () => {
  const jordan = describeOperator(Float64Array.of(0, 1, 0, 0), 2);
  const rotation = Float64Array.of(1, 1, 1, 1);
  assertThrows(() => matchGeneralLinear(jordan, jordan, [{ name: "flat", rotation }]), RangeError);
  const turned = conjugate(jordan.unit, Float64Array.of(0.6, -0.8, 0.8, 0.6), 2);
  const same = matchGeneralLinear(jordan, describeOperator(turned, 2), [
    { name: "identity", rotation: identity(2) },
  ]);
  assertLess(same.distance, 1e-6);
});

function traceOf({ unit, n }: OperatorFrames): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += unit[i * (n + 1)];
  return sum;
}

/**
 * With X = [[a + p, q − b], [q + b, a − p]] trace 2a and determinant a² + b² − r², r = |(p, q)|, are given; the shear
 * is best along A's. What is left is one number.
 */
function nearestOfTwo(x: Float64Array, y: Float64Array): number {
  const parts = ([m11, m12, m21, m22]: Float64Array) => ({
    a: (m11 + m22) / 2,
    b: (m21 - m12) / 2,
    r: Math.hypot((m11 - m22) / 2, (m12 + m21) / 2),
  });
  const [u, v] = [parts(x), parts(y)];
  const k = v.b * v.b - v.r * v.r;
  const at = (t: number, side: number) => {
    const b = k >= 0 ? side * Math.sqrt(k + t * t) : t;
    const r = k >= 0 ? Math.abs(t) : Math.sqrt(t * t - k);
    return Math.sqrt(2 * ((u.a - v.a) ** 2 + (u.b - b) ** 2 + (u.r - r) ** 2));
  };
  let best = Infinity;
  for (const side of [1, -1]) {
    let [low, high] = [-3, 3];
    for (let zoom = 0; zoom < 8; zoom++) {
      let least = low;
      const step = (high - low) / 400;
      for (let t = low; t <= high; t += step) if (at(t, side) < at(least, side)) least = t;
      best = Math.min(best, at(least, side));
      [low, high] = [least - 2 * step, least + 2 * step];
    }
  }
  return best;
}
