import { compareOperators, dsa } from "#lib/math/dsa/dsa.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { determinant } from "#lib/math/linalg/lu.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { fresh, orthonormality } from "../linalg/fresh.ts";
import { conjugate, identity, orthogonal, oscillators, withTranspose } from "./operators.ts";

Deno.test("dsa() of rotated copies is zero, whatever the operator and the size", () => {
  fresh((draws) => {
    for (const n of [2, 3, 5, 10, 20, 50]) {
      const kinds = {
        normal: draws.normal(n, n),
        oscillators: oscillators(draws, n),
        orthogonal: orthogonal(draws, n),
        symmetric: withTranspose(draws, n, 1),
        skew: withTranspose(draws, n, -1),
        nilpotent: draws.normal(n, n).map((x, p) => p % n > Math.floor(p / n) ? x : 0),
      };
      for (const [kind, a] of Object.entries(kinds)) {
        const found = dsa(a, conjugate(a, orthogonal(draws, n), n), n);
        assertLessOrEqual(found.angle, 1e-6, `${kind}, n = ${n}`);
        assertLessOrEqual(found.angle, 1e-12, `${kind}, n = ${n}: full precision near zero`);
      }
    }
  });
});

Deno.test("dsa() is symmetric to the last bit and gives transposed rotations", () => {
  fresh((draws) => {
    for (const n of [1, 2, 3, 6, 11]) {
      const [a, b] = [draws.normal(n, n), oscillators(draws, n)];
      const there = dsa(a, b, n), back = dsa(b, a, n);
      assertEquals({ ...back, rotation: transpose(back.rotation, n, n) }, there);
      assertEquals(dsa(a, b, n), there, "and repeatable");
    }
  });
});

Deno.test("dsa() returns an orthogonal rotation that has the angle it says", () => {
  fresh((draws) => {
    for (const n of [2, 5, 9]) {
      const a = describeOperator(draws.normal(n, n), n).unit;
      const b = describeOperator(draws.normal(n, n), n).unit;
      const { rotation, angle, euclidean } = dsa(a, b, n);
      assertLess(orthonormality(rotation, n, n), 1e-14);
      const moved = conjugate(b, rotation, n);
      const cosine = moved.reduce((sum, x, p) => sum + x * a[p], 0);
      assertAlmostEquals(Math.cos(angle), cosine, 1e-13);
      assertAlmostEquals(Math.hypot(...moved.map((x, p) => x - a[p])), euclidean, 1e-13);
    }
  });
});

Deno.test("dsa() of an operator with itself is exactly 0, with its negative π if it is definite", () => {
  fresh((draws) => {
    const a = draws.normal(4, 4);
    assertEquals(dsa(a, a.slice(), 4).angle, 0);
    assertEquals(dsa(a, a.map((x) => 4 * x), 4).angle, 0);
    const { angle, lowerBound } = dsa(identity(4), identity(4).map((x) => -x), 4);
    assertEquals(angle, Math.PI);
    assertAlmostEquals(lowerBound, Math.PI, 1e-12);
  });
});

Deno.test("dsa() does not depend on positive factors", () => {
  fresh((draws) => {
    for (const n of [2, 4, 7]) {
      const [a, b] = [draws.normal(n, n), draws.normal(n, n)];
      const { angle } = dsa(a, b, n);
      for (const factor of [1e-200, 0.3, 7e150]) {
        const scaled = dsa(a.map((x) => factor * x), b.map((x) => x / 3), n).angle;
        assertAlmostEquals(scaled, angle, 1e-9, `n = ${n}, factor ${factor}`);
      }
    }
  });
});

Deno.test("dsa() does not depend on the coordinates of either operator", () => {
  fresh((draws) => {
    for (const n of [2, 3, 4, 5]) {
      const [a, b] = [oscillators(draws, n), oscillators(draws, n)];
      const turned = dsa(a, conjugate(b, orthogonal(draws, n), n), n).angle;
      assertAlmostEquals(turned, dsa(a, b, n).angle, 1e-7, `n = ${n}`);
    }
  });
});

Deno.test("dsa() obeys the triangle inequality", () => {
  fresh((draws) => {
    for (const n of [1, 2, 3, 5]) {
      const near = oscillators(draws, n);
      const third = near.map((x) => x + 0.1 * draws.normal(1, 1)[0]);
      const [a, b, c] = [near, draws.normal(n, n), third].map((m) => describeOperator(m, n));
      const sides = [[a, b], [b, c], [a, c]].map(([x, y]) => compareOperators(x, y).angle);
      sides.sort((x, y) => x - y);
      assertLessOrEqual(sides[2], sides[0] + sides[1] + 1e-7, `n = ${n}`);
    }
  });
});

Deno.test("dsa() of symmetric operators is the angle of their sorted eigenvalues, and proved", () => {
  fresh((draws) => {
    for (const n of [2, 6, 15]) {
      const values = [draws.normal(n, 1), draws.normal(n, 1)];
      const [a, b] = values.map((d) => {
        const diagonal = new Float64Array(n * n);
        d.forEach((x, i) => diagonal[i * n + i] = x);
        return conjugate(diagonal, orthogonal(draws, n), n);
      });
      const [x, y] = values.map((d) => d.slice().sort());
      const dot = (p: Float64Array, q: Float64Array) => p.reduce((sum, v, i) => sum + v * q[i], 0);
      const expected = Math.acos(dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)));
      const found = dsa(a, b, n);
      assertAlmostEquals(found.angle, expected, 1e-7, `n = ${n}`);
      assertLess(found.gap, 1e-9);
      assertEquals(found.numStarts, 1);
    }
  });
});

Deno.test("dsa() of 2×2 operators is the closed form", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 20; repeat++) {
      const [a, b] = [draws.normal(2, 2), draws.normal(2, 2)];
      const [p, q] = [a, b].map(([m11, m12, m21, m22]) => ({
        trace: (m11 + m22) / 2,
        turn: (m21 - m12) / 2,
        shear: Math.hypot((m11 - m22) / 2, (m12 + m21) / 2),
        norm: Math.hypot(m11, m12, m21, m22),
      }));
      const overlap = 2 *
        (p.trace * q.trace + Math.abs(p.turn * q.turn) + p.shear * q.shear);
      const found = dsa(a, b, 2);
      assertAlmostEquals(Math.cos(found.angle), overlap / (p.norm * q.norm), 1e-12);
      assertLess(found.gap, 1e-9);
    }
  });
});

Deno.test("dsa() of normal operators of 3 dimensions can exceed the distance of their eigenvalues", () => {
  // A turning plane and an axis each. Over unitary C crossing the two would be optimal; a real C must tilt the
  // axis, and the best tilt has cosine bb'/m: K + (bb')²/m instead of K + bb'.
  const operator = (a: number, b: number, s: number) => Float64Array.of(a, -b, 0, b, a, 0, 0, 0, s);
  const [a, b, s] = [0.9, 0.2, -0.5], [a2, b2, s2] = [-0.6, 0.3, 0.8];
  const tilt = b * b2, m = (a - s) * (s2 - a2);
  const atRightAngle = a * a2 + s * a2 + a * s2;
  const norm = Math.sqrt((2 * a * a + 2 * b * b + s * s) * (2 * a2 * a2 + 2 * b2 * b2 + s2 * s2));
  const found = dsa(operator(a, b, s), operator(a2, b2, s2), 3);
  assertAlmostEquals(found.angle, Math.acos((atRightAngle + tilt ** 2 / m) / norm), 1e-9);
  assertAlmostEquals(found.lowerBound, Math.acos((atRightAngle + tilt) / norm), 1e-9);
});

Deno.test("dsa() over proper rotations has determinant 1, and with a mirrored copy covers all", () => {
  fresh((draws) => {
    const group = "special_orthogonal" as const;
    for (const n of [1, 2, 3, 4]) {
      const [a, b] = [draws.normal(n, n), draws.normal(n, n)];
      const mirror = identity(n);
      mirror[0] = -1;
      const proper = dsa(a, b, n, { group });
      const mirrored = dsa(a, conjugate(b, mirror, n), n, { group });
      assertAlmostEquals(determinant(proper.rotation, n), 1, 1e-12);
      const { angle } = dsa(a, b, n);
      assertAlmostEquals(Math.min(proper.angle, mirrored.angle), angle, 1e-7, `n = ${n}`);
      // −I has determinant −1 in odd dimensions and changes nothing.
      if (n % 2 === 1) assertAlmostEquals(proper.angle, angle, 1e-7, `n = ${n}`);
    }
    const [turn, back] = [Float64Array.of(0, -1, 1, 0), Float64Array.of(0, 1, -1, 0)];
    assertAlmostEquals(dsa(turn, back, 2).angle, 0, 1e-12);
    assertAlmostEquals(dsa(turn, back, 2, { group }).angle, Math.PI, 1e-12);
  });
});

Deno.test("dsa() searches more with more effort and takes given starts", () => {
  fresh((draws) => {
    const n = 6;
    const [a, b] = [draws.normal(n, n), draws.normal(n, n)];
    const pruned = dsa(a, b, n, { effort: "pruned" });
    const standard = dsa(a, b, n);
    const thorough = dsa(a, b, n, { effort: "thorough" });
    assert(pruned.numStarts < standard.numStarts && standard.numStarts < thorough.numStarts);
    assertLessOrEqual(standard.angle, pruned.angle + 1e-6);
    assertLessOrEqual(thorough.angle, standard.angle + 1e-6);
    assertEquals(dsa(a, b, n, { effort: "pruned", starts: [] }), pruned);
  });
});

Deno.test("dsa() takes given starts in either order of the pair", () => {
  fresh((draws) => {
    const n = 12;
    const [a, b] = [draws.normal(n, n), draws.normal(n, n)];
    const { angle, rotation } = dsa(a, b, n);
    const turned = transpose(rotation, n, n);
    for (const effort of ["pruned", "standard"] as const) {
      assertLessOrEqual(dsa(a, b, n, { effort, starts: [rotation] }).angle, angle + 1e-9);
      assertLessOrEqual(dsa(b, a, n, { effort, starts: [turned] }).angle, angle + 1e-9);
    }
  });
});

Deno.test("dsa() tells operators apart that differ by less than their digests resolve", () => {
  fresh((draws) => {
    const a = draws.normal(4, 4);
    const b = a.map((x, p) => p === 5 ? x + 1e-10 : x);
    const { angle } = dsa(a, b, 4);
    assert(angle > 1e-13 && angle < 1e-9, `${angle}`);
    assertEquals(dsa(b, a, 4).angle, angle);
  });
});

Deno.test("dsa() refuses what has no angle", () => {
  const zero = new Float64Array(4), one = identity(2);
  assertThrows(() => dsa(zero, one, 2), RangeError, "zero");
  assertThrows(() => dsa(one, Float64Array.of(1, NaN, 0, 1), 2), RangeError, "NaN");
  assertThrows(() => dsa(one, identity(3), 2), RangeError, "9 entries");
  assertThrows(
    () => compareOperators(describeOperator(one, 2), describeOperator(identity(3), 3)),
    RangeError,
    "sizes 2 and 3",
  );
});
