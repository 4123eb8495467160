import { determinant } from "#lib/math/linalg/lu.ts";
import {
  compareProcrustes,
  prepareProcrustes,
  type RotationGroup,
} from "#lib/math/similarity/procrustes.ts";
import { singularValues, svd } from "#lib/math/linalg/svd.ts";
import reference from "#tests/reference/dsa/rep_similarity.json" with { type: "json" };
import {
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { fresh, orthonormalMatrix, plainProduct } from "../linalg/fresh.ts";
import { moved, random, type Representation, stored } from "./representations.ts";

Deno.test("compareProcrustes() reproduces the stored pairs, both ways round", () => {
  for (const { a, b, procrustes, scipy_procrustes_disparity: scipy } of reference.pairs) {
    for (const [first, second] of [[a, b], [b, a]]) {
      const found = compare(stored(first), stored(second));
      const label = `${first} ${second}`;
      assertAlmostEquals(found.cosine, procrustes.cosine, 1e-13, label);
      assertAlmostEquals(found.angle, procrustes.angular, 1e-12, label);
      assertAlmostEquals(found.sizeAndShape, procrustes.euclidean_unnormalised, 1e-10, label);
      assertAlmostEquals(
        2 * Math.sin(found.angle / 2),
        procrustes.euclidean_normalised,
        1e-12,
        label,
      );
      assertAlmostEquals(found.disparity, procrustes.disparity_optimal_scale, 1e-12, label);
      if (scipy !== undefined) assertAlmostEquals(found.disparity, scipy, 1e-10, label);
    }
  }
});

Deno.test("compareProcrustes() is 0 for the same shape, whatever the width, and sees size", () => {
  fresh((draws) => {
    for (const [m, p, width] of [[30, 4, 4], [30, 4, 9], [6, 4, 15], [5, 20, 20]]) {
      const x = random(draws, m, p);
      // The rotation of a weak direction is known the worse the weaker it is: XᵀY has the squares of its strength.
      const s = singularValues(prepareProcrustes(x.data, m, p).data, m, Math.min(m, p));
      const weakest = s.findLast((one) => one > 1e-10 * s[0])!;
      const allowed = 1e-13 * Math.max(1, s[0] / weakest);
      for (
        const [a, b] of [[x, x], [x, moved(draws, x, { width })], [moved(draws, x, { width }), x]]
      ) {
        const same = compare(a, b);
        assertLess(same.angle, allowed, `${m} ${p} ${width}`);
        assertLess(same.sizeAndShape, 10 * allowed * prepareProcrustes(x.data, m, p).norm);
      }
      const { norm } = prepareProcrustes(x.data, m, p);
      const larger = compare(x, moved(draws, x, { scale: 3, width }));
      assertLess(larger.angle, allowed);
      assertLess(larger.disparity, allowed ** 2);
      assertAlmostEquals(larger.sizeAndShape / norm, 2, 1e-12);
    }
  });
});

Deno.test("compareProcrustes() is the best over rotations: attained by one, beaten by none of many", () => {
  fresh((draws) => {
    const [m, p] = [15, 4];
    const x = prepareProcrustes(random(draws, m, p).data, m, p);
    const y = prepareProcrustes(random(draws, m, p).data, m, p);
    const { sizeAndShape, nuclearNorm, cosine } = compareProcrustes(x, y);
    const distance = (q: Float64Array) => {
      const turned = plainProduct(y.data, q, m, p, p);
      return Math.hypot(...x.data.map((v, i) => v - turned[i]));
    };
    const cross = new Float64Array(p * p);
    for (let i = 0; i < p; i++) {
      for (let j = 0; j < p; j++) {
        for (let k = 0; k < m; k++) cross[i * p + j] += y.data[k * p + i] * x.data[k * p + j];
      }
    }
    const { u, s, v } = svd(cross, p, p);
    const best = new Float64Array(p * p);
    for (let i = 0; i < p; i++) {
      for (let j = 0; j < p; j++) {
        for (let k = 0; k < p; k++) best[i * p + j] += u[i * p + k] * v[j * p + k];
      }
    }
    assertAlmostEquals(distance(best), sizeAndShape, 1e-10);
    assertAlmostEquals(nuclearNorm, s[0] + s[1] + s[2] + s[3], 1e-10);
    assertAlmostEquals(cosine, nuclearNorm / (x.norm * y.norm), 1e-14);
    for (let repeat = 0; repeat < 50; repeat++) {
      assertLessOrEqual(sizeAndShape, distance(orthonormalMatrix(draws, p, p)) + 1e-10);
    }
  });
});

Deno.test("compareProcrustes() angle keeps its digits down to 1e-9, with padding too", () => {
  fresh((draws) => {
    const x = random(draws, 40, 3);
    const bump = draws.normal(40, 5);
    const near = (h: number) => {
      const data = Float64Array.from({ length: 200 }, (_, at) => {
        const [i, j] = [Math.floor(at / 5), at % 5];
        return (j < 3 ? x.data[i * 3 + j] : 0) + h * bump[at];
      });
      return { data, numItems: 40, numFeatures: 5 };
    };
    const slope = compare(x, near(1e-3)).angle / 1e-3;
    for (const h of [1e-4, 3e-5, 1e-6, 1e-9]) {
      for (const { angle } of [compare(x, near(h)), compare(near(h), x)]) {
        assertAlmostEquals(angle / h / slope, 1, 0.01, `h ${h}`);
      }
    }
    assertAlmostEquals(compare(x, near(1e-8)).angle / compare(x, near(1e-7)).angle, 0.1, 1e-6);
  });
});

Deno.test("compareProcrustes() distances obey the triangle inequality", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 20; repeat++) {
      const m = draws.integer(3, 12);
      const [a, b, c] = [1, 2, 3].map(() => random(draws, m, draws.integer(1, 15)));
      const [ab, bc, ac] = [compare(a, b), compare(b, c), compare(a, c)];
      assertLessOrEqual(ac.angle, ab.angle + bc.angle + 1e-12);
      assertLessOrEqual(ac.sizeAndShape, (ab.sizeAndShape + bc.sizeAndShape) * (1 + 1e-12));
      assertEquals(ab.normalizedAngle, (2 / Math.PI) * ab.angle);
    }
  });
});

Deno.test("prepareProcrustes() narrows wide systems without changing any comparison", () => {
  fresh((draws) => {
    const wide = random(draws, 6, 40);
    const other = random(draws, 6, 3);
    assertEquals(prepareProcrustes(wide.data, 6, 40).numFeatures, 6);
    const full = svd(crossOf(wide, other), 40, 3).s;
    assertAlmostEquals(compare(wide, other).nuclearNorm / (full[0] + full[1] + full[2]), 1, 1e-12);
  });
});

Deno.test("compareProcrustes() refuses other items and prepareProcrustes() constant data", () => {
  const two = prepareProcrustes(Float64Array.of(1, 2), 2, 1);
  const three = prepareProcrustes(Float64Array.of(1, 2, 4), 3, 1);
  assertThrows(() => compareProcrustes(two, three), RangeError, "2 items against 3");
  assertThrows(
    () => prepareProcrustes(new Float64Array(4).fill(7), 2, 2),
    RangeError,
    "items are equal",
  );
});

Deno.test("compareProcrustes() by rotations alone is attained by one, beaten by none, and blind where a mirror is free", () => {
  fresh((draws) => {
    const [m, p] = [15, 4];
    const [x, y] = [random(draws, m, p), random(draws, m, p)];
    const mirrored = { ...y, data: y.data.map((v, at) => at % p === 0 ? -v : v) };
    const [plain, other] = [y, mirrored].map((one) => ({
      both: compare(x, one),
      rotations: compare(x, one, "special_orthogonal"),
    }));
    // Reflections change nothing for all maps; of rotations one of the two copies is as near, the other farther.
    assertAlmostEquals(plain.both.angle, other.both.angle, 1e-12);
    const angles = [plain.rotations.angle, other.rotations.angle].sort((a, b) => a - b);
    assertAlmostEquals(angles[0], plain.both.angle, 1e-12);
    assertLess(plain.both.angle, angles[1]);
    const { sizeAndShape } = plain.rotations;
    const { data } = prepareProcrustes(y.data, m, p);
    const centred = prepareProcrustes(x.data, m, p).data;
    for (let repeat = 0; repeat < 200; repeat++) {
      const q = orthonormalMatrix(draws, p, p);
      if (determinant(q, p) < 0) { for (let i = 0; i < p; i++) q[i * p] = -q[i * p]; }
      const turned = plainProduct(data, q, m, p, p);
      const distance = Math.hypot(...centred.map((v, at) => v - turned[at]));
      assertLessOrEqual(sizeAndShape, distance + 1e-12);
    }
    // One more feature, or more features than items, and a mirror costs nothing.
    const wider = random(draws, m, p + 1);
    assertEquals(compare(x, wider, "special_orthogonal"), compare(x, wider));
    const [a, b] = [random(draws, 6, 9), random(draws, 6, 9)];
    assertEquals(compare(a, b, "special_orthogonal"), compare(a, b));
    // A single feature has no rotation but to stay.
    const [u, v] = [random(draws, m, 1), random(draws, m, 1)];
    const minus = { ...v, data: v.data.map((value) => -value) };
    const sum = compare(u, v, "special_orthogonal").angle +
      compare(u, minus, "special_orthogonal").angle;
    assertAlmostEquals(sum, Math.PI, 1e-12);
    assertLess(compare(x, x, "special_orthogonal").angle, 1e-12);
    // Twice a mirror image: the way there and back keeps its digits.
    const near = { ...mirrored, data: mirrored.data.map((value) => 3 * value) };
    assertLess(compare(mirrored, near, "special_orthogonal").angle, 1e-12);
  });
});

Deno.test("compareProcrustes() bears any scale, and uncentred sees where the origin is", () => {
  fresh((draws) => {
    const [x, y] = [random(draws, 12, 3), random(draws, 12, 5)];
    const { angle, sizeAndShape } = compare(x, y);
    for (const scale of [1e-200, 1e200]) {
      const [a, b] = [x, y].map((one) => ({ ...one, data: one.data.map((v) => scale * v) }));
      assertAlmostEquals(compare(a, b).angle, angle, 1e-12);
      assertAlmostEquals(compare(a, b).sizeAndShape / scale / sizeAndShape, 1, 1e-12);
      assertAlmostEquals(compare(x, b).angle, angle, 1e-12);
    }
    const far = { ...x, data: x.data.map((v) => v + 100) };
    const uncentred = (one: Representation) =>
      prepareProcrustes(one.data, one.numItems, one.numFeatures, { centre: false });
    assertLess(compare(x, far).angle, 1e-10);
    assertLess(0.1, compareProcrustes(uncentred(x), uncentred(far)).angle);
    const same = { ...x, data: new Float64Array(36).fill(2) };
    assertEquals(compareProcrustes(uncentred(same), uncentred(same)).angle < 1e-12, true);
  });
  assertThrows(
    () => prepareProcrustes(new Float64Array(6), 3, 2, { centre: false }),
    RangeError,
    "items are zero",
  );
});

function compare(a: Representation, b: Representation, group: RotationGroup = "orthogonal") {
  return compareProcrustes(
    prepareProcrustes(a.data, a.numItems, a.numFeatures),
    prepareProcrustes(b.data, b.numItems, b.numFeatures),
    { group },
  );
}

// X̃ᵀỸ from the definition.
function crossOf(a: Representation, b: Representation): Float64Array {
  const m = a.numItems;
  const centred = ({ data, numFeatures: p }: Representation) => {
    const mean = new Float64Array(p);
    data.forEach((v, at) => mean[at % p] += v / m);
    return data.map((v, at) => v - mean[at % p]);
  };
  const [x, y] = [centred(a), centred(b)];
  const cross = new Float64Array(a.numFeatures * b.numFeatures);
  for (let i = 0; i < a.numFeatures; i++) {
    for (let j = 0; j < b.numFeatures; j++) {
      for (let k = 0; k < m; k++) {
        cross[i * b.numFeatures + j] += x[k * a.numFeatures + i] * y[k * b.numFeatures + j];
      }
    }
  }
  return cross;
}
