import { compareLinearCka, prepareLinearCka } from "#lib/math/similarity/linear_cka.ts";
import { symmetricEigenvalues } from "#lib/math/linalg/symmetric_eigen.ts";
import reference from "#tests/reference/dsa/rep_similarity.json" with { type: "json" };
import {
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { moved, random, type Representation, stored } from "./representations.ts";

Deno.test("compareLinearCka() reproduces the stored pairs, both ways round", () => {
  for (const pair of reference.pairs) {
    for (const [a, b] of [[pair.a, pair.b], [pair.b, pair.a]]) {
      const { cka, angle, normalizedAngle } = compare(stored(a), stored(b));
      assertAlmostEquals(cka, pair.cka_linear, 1e-13, `${a} ${b}`);
      // The stored angles are arccos: within 1e-7 of zero they are rounding.
      const tolerance = pair.cka_linear_angle < 1e-4 ? 1e-7 : 1e-12;
      assertAlmostEquals(angle, pair.cka_linear_angle, tolerance, `${a} ${b}`);
      assertEquals(normalizedAngle, (2 / Math.PI) * angle);
    }
  }
});

Deno.test("compareLinearCka() is 1 at angle 0 for a system and itself, exactly for its value", () => {
  fresh((draws) => {
    for (const [m, p] of [[20, 3], [5, 12], [300, 7]]) {
      const x = random(draws, m, p);
      const { cka, angle } = compare(x, x);
      assertEquals(cka, 1);
      assertLess(angle, 1e-13);
    }
  });
});

Deno.test("compareLinearCka() does not change under rotation, isotropic scale and shift, or padding", () => {
  fresh((draws) => {
    const x = random(draws, 40, 5);
    const y = random(draws, 40, 7);
    const { cka } = compare(x, y);
    assertAlmostEquals(compare(moved(draws, x, { scale: 1e3 }), y).cka, cka, 1e-12);
    assertAlmostEquals(compare(x, moved(draws, y, { scale: 1e-120, width: 11 })).cka, cka, 1e-12);
    assertAlmostEquals(compare(x, moved(draws, y, { scale: 1e120 })).cka, cka, 1e-12);
    const same = compare(x, moved(draws, x, { scale: 3, width: 8 }));
    assertAlmostEquals(same.cka, 1, 1e-14);
    assertLess(same.angle, 1e-13);
  });
});

Deno.test("compareLinearCka() is the same through features, kernels or both", () => {
  fresh((draws) => {
    const m = 12;
    // Appending zero columns moves a system from the feature to the kernel form.
    const [x, y] = [random(draws, m, 4), random(draws, m, 6)];
    const [wideX, wideY] = [padded(x, 20), padded(y, 15)];
    assertEquals(prepareLinearCka(x.data, m, 4).kernel, null);
    assertEquals(prepareLinearCka(wideX.data, m, 20).kernel?.length, m * m);
    const { cka, angle } = compare(x, y);
    for (const [a, b] of [[x, wideY], [wideX, y], [wideX, wideY], [wideY, wideX]]) {
      assertAlmostEquals(compare(a, b).cka, cka, 1e-13);
      assertAlmostEquals(compare(a, b).angle, angle, 1e-12);
    }
  });
});

Deno.test("compareLinearCka() follows the definition tr(KHLH)/√(tr(KHKH) tr(LHLH))", () => {
  fresh((draws) => {
    const m = 9;
    const [x, y] = [random(draws, m, 3), random(draws, m, 2)];
    const [k, l] = [centredKernel(x), centredKernel(y)];
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    assertAlmostEquals(compare(x, y).cka, dot(k, l) / Math.sqrt(dot(k, k) * dot(l, l)), 1e-12);
    // One feature each: the squared correlation.
    const [u, v] = [random(draws, m, 1), random(draws, m, 1)];
    const r = correlation(u.data, v.data);
    assertAlmostEquals(compare(u, v).cka, r * r, 1e-12);
    // Against white data, CKA is the squared trace over m' times the squared norm of the spectrum.
    const white = { data: new Float64Array(m * m), numItems: m, numFeatures: m };
    for (let i = 0; i < m; i++) white.data[i * m + i] = 1;
    const spectrum = symmetricEigenvalues(k, m);
    const trace = spectrum.reduce((sum, e) => sum + e, 0);
    const squares = spectrum.reduce((sum, e) => sum + e * e, 0);
    assertAlmostEquals(compare(x, white).cka, trace / Math.sqrt(squares * (m - 1)), 1e-12);
  });
});

Deno.test("compareLinearCka() angle keeps its digits down to 1e-9 and joins arccos smoothly", () => {
  fresh((draws) => {
    const x = random(draws, 50, 4);
    const bump = draws.normal(50, 4);
    const near = (h: number) => ({ ...x, data: x.data.map((v, p) => v + h * bump[p]) });
    const slope = compare(x, near(1e-3)).angle / 1e-3;
    for (const h of [1e-4, 3e-5, 1e-5, 1e-6, 1e-9]) {
      assertAlmostEquals(compare(x, near(h)).angle / h / slope, 1, 0.01, `h ${h}`);
    }
    assertAlmostEquals(compare(x, near(1e-8)).angle / compare(x, near(1e-7)).angle, 0.1, 1e-6);
  });
});

Deno.test("compareLinearCka() angle obeys the triangle inequality", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 20; repeat++) {
      const m = draws.integer(3, 15);
      const [a, b, c] = [1, 2, 3].map(() => random(draws, m, draws.integer(1, 20)));
      assertLessOrEqual(compare(a, c).angle, compare(a, b).angle + compare(b, c).angle + 1e-12);
    }
  });
});

Deno.test("prepareLinearCka() refuses constant or infinite data and compareLinearCka() other items", () => {
  assertThrows(
    () => prepareLinearCka(new Float64Array(6).fill(0.1), 3, 2),
    RangeError,
    "all 3 items are equal",
  );
  assertThrows(() => prepareLinearCka(Float64Array.of(1, NaN), 2, 1), RangeError, "finite");
  assertThrows(() => prepareLinearCka(new Float64Array(5), 3, 2), RangeError, "5 entries");
  assertThrows(() => prepareLinearCka(new Float64Array(0), 0, 2), RangeError, "at least 1 × 1");
  const two = prepareLinearCka(Float64Array.of(1, 2), 2, 1);
  const three = prepareLinearCka(Float64Array.of(1, 2, 4), 3, 1);
  assertThrows(() => compareLinearCka(two, three), RangeError, "2 items against 3");
});

function compare(a: Representation, b: Representation) {
  return compareLinearCka(
    prepareLinearCka(a.data, a.numItems, a.numFeatures),
    prepareLinearCka(b.data, b.numItems, b.numFeatures),
  );
}

function padded({ data, numItems, numFeatures }: Representation, width: number): Representation {
  const out = new Float64Array(numItems * width);
  for (let i = 0; i < numItems; i++) {
    out.set(data.subarray(i * numFeatures, (i + 1) * numFeatures), i * width);
  }
  return { data: out, numItems, numFeatures: width };
}

function centredKernel({ data, numItems: m, numFeatures: p }: Representation): Float64Array {
  const k = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      for (let c = 0; c < p; c++) k[i * m + j] += data[i * p + c] * data[j * p + c];
    }
  }
  const mean = (f: (i: number) => number) =>
    Array.from({ length: m }, (_, i) => f(i)).reduce((s, v) => s + v, 0) / m;
  const rows = Array.from({ length: m }, (_, i) => mean((j) => k[i * m + j]));
  const all = mean((i) => rows[i]);
  return k.map((v, at) => v - rows[Math.floor(at / m)] - rows[at % m] + all);
}

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (v: Float64Array) => v.reduce((sum, x) => sum + x, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  let ab = 0, aa = 0, bb = 0;
  a.forEach((x, i) => {
    ab += (x - ma) * (b[i] - mb), aa += (x - ma) ** 2, bb += (b[i] - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}
