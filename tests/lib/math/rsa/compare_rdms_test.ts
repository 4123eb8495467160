import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  compareRdms,
  prepareRdm,
  type RdmComparison,
  rdmComparisons,
} from "#lib/math/rsa/compare_rdms.ts";
import { kendallCounts } from "#lib/math/rsa/kendall.ts";
import { rank } from "#lib/math/rsa/ranks.ts";
import { type RdmMeasure, rdmOf } from "#lib/math/rsa/rdm.ts";
import { squareOf } from "#lib/math/rsa/triangle.ts";
import { whitenedTriangle } from "#lib/math/rsa/whitened_rdm.ts";
import { solve } from "#lib/math/linalg/lu.ts";
import reference from "#tests/reference/dsa/rsa_compare.json" with { type: "json" };
import { type Draws, fresh } from "../linalg/fresh.ts";
import { representation } from "./representations.ts";

const score = (a: Float64Array, b: Float64Array, comparison: RdmComparison) =>
  compareRdms(prepareRdm(a, comparison), prepareRdm(b, comparison));

/** Whole numbers from a few, so that many are equal. */
const tied = (draws: Draws, count: number, most: number) =>
  Float64Array.from({ length: count }, () => draws.integer(0, most));

Deno.test("compareRdms() gives the stored comparisons", () => {
  for (const one of reference.cases) {
    const measure =
      (one.rdm === "euclidean_sq_per_channel" ? "squared_euclidean" : one.rdm) as RdmMeasure;
    const [a, b] = [one.a, one.b].map((name) =>
      rdmOf(representation(name, reference.rows), measure)
    );
    for (
      const comparison of [
        "cosine",
        "pearson",
        "spearman",
        "kendall_tau_a",
        "kendall_tau_b",
        "rho_a",
      ] as const
    ) {
      const { similarity } = score(a, b, comparison);
      assertAlmostEquals(similarity, one[comparison], 1e-10, `${one.a} ${one.b} ${comparison}`);
    }
    assertAlmostEquals(score(a, b, "cosine").angle, one.cosine_angle, 1e-10);
  }
});

Deno.test("kendallCounts() counts as the double loop does, with and without ties", () => {
  fresh((draws) => {
    const n = draws.integer(3, 60);
    for (const most of [2, 5, 1e9]) {
      const [x, y] = [tied(draws, n, most), tied(draws, n, most)];
      let sum = 0, tiedX = 0, tiedY = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) {
          sum += Math.sign(x[i] - x[j]) * Math.sign(y[i] - y[j]);
          tiedX += x[i] === x[j] ? 1 : 0;
          tiedY += y[i] === y[j] ? 1 : 0;
        }
      }
      assertEquals(kendallCounts(rank(x), rank(y)), {
        concordantLessDiscordant: sum,
        pairs: n * (n - 1) / 2,
        tied: [tiedX, tiedY],
      });
    }
  });
});

Deno.test("rho_a is the mean of Spearman's coefficient over random orders of what is tied", () => {
  fresh((draws) => {
    const [x, y] = [tied(draws, 15, 3), tied(draws, 15, 3)];
    if (new Set(x).size === 1 || new Set(y).size === 1) return;
    let sum = 0, squares = 0;
    const times = 4000;
    for (let k = 0; k < times; k++) {
      const [u, v] = [x, y].map((values) => {
        const jitter = draws.normal(15, 1);
        return values.map((value, i) => value + 1e-3 * Math.atan(jitter[i]));
      });
      const { similarity } = score(u, v, "spearman");
      sum += similarity;
      squares += similarity ** 2;
    }
    const mean = sum / times;
    const error = Math.sqrt((squares / times - mean ** 2) / times);
    const found = score(x, y, "rho_a").similarity;
    assert(Math.abs(found - mean) < 5 * error, `${found}, but ${mean} ± ${error}`);
  });
});

Deno.test("whitened comparisons are those with the inverse of V, formed entry by entry", () => {
  fresh((draws) => {
    const n = draws.integer(3, 7);
    const pairs: [number, number][] = [];
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) pairs.push([i, j]);
    const m = pairs.length;
    const v = new Float64Array(m * m).map((_, at) => {
      const [i, j] = pairs[Math.floor(at / m)];
      const [k, l] = pairs[at % m];
      const product = Number(i === k) - Number(i === l) - Number(j === k) + Number(j === l);
      return product ** 2;
    });
    const [a, b] = [0, 1].map(() => draws.normal(m, 1).map((value) => 2 + value));
    const product = (x: Float64Array, y: Float64Array) =>
      solve(v, m, x, 1).reduce((sum, value, at) => sum + value * y[at], 0);
    const cosine = (x: Float64Array, y: Float64Array) =>
      product(x, y) / Math.sqrt(product(x, x) * product(y, y));
    assertAlmostEquals(score(a, b, "whitened_cosine").similarity, cosine(a, b), 1e-12);
    const centre = (x: Float64Array) => {
      const mean = x.reduce((sum, value) => sum + value, 0) / m;
      return x.map((value) => value - mean);
    };
    assertAlmostEquals(
      score(a, b, "whitened_correlation").similarity,
      cosine(centre(a), centre(b)),
      1e-12,
    );
    const w = whitenedTriangle(a);
    assertAlmostEquals(w.reduce((sum, x) => sum + x * x, 0), product(a, a), 1e-11);
  });
});

Deno.test("the whitened cosine of squared distances is linear CKA", () => {
  fresh((draws) => {
    const n = 9;
    const [a, b] = [draws.normal(n, 4), draws.normal(n, 6)].map((data) =>
      rdmOf({ data, numItems: n, numFeatures: data.length / n }, "squared_euclidean")
    );
    // The centred Gram matrix of squared distances: −½ H D H.
    const gram = (d: Float64Array) => {
      const square = squareOf(d);
      const rows = Float64Array.from(
        { length: n },
        (_, i) => square.subarray(i * n, i * n + n).reduce((sum, x) => sum + x, 0) / n,
      );
      const all = rows.reduce((sum, x) => sum + x, 0) / n;
      return square.map((x, at) => -0.5 * (x - rows[Math.floor(at / n)] - rows[at % n] + all));
    };
    const [k, l] = [gram(a), gram(b)];
    const inner = (x: Float64Array, y: Float64Array) => x.reduce((sum, v, i) => sum + v * y[i], 0);
    const cka = inner(k, l) / Math.sqrt(inner(k, k) * inner(l, l));
    assertAlmostEquals(score(a, b, "whitened_cosine").similarity, cka, 1e-12);
  });
});

Deno.test("comparisons are symmetric to the last bit, 1 with themselves, and blind to scale", () => {
  fresh((draws) => {
    const m = 45;
    const [a, b] = [0, 1].map(() => draws.normal(m, 1).map(Math.abs));
    for (const comparison of rdmComparisons) {
      assertEquals(score(a, b, comparison), score(b, a, comparison), comparison);
      const self = score(a, a, comparison);
      assertAlmostEquals(self.similarity, 1, 1e-14, comparison);
      const scaled = a.map((value) => 1e-180 * value);
      assertAlmostEquals(
        score(scaled, b, comparison).similarity,
        score(a, b, comparison).similarity,
        1e-13,
        comparison,
      );
    }
    // Ties lower τ_a and ρ_a, never τ_b and Spearman.
    const few = tied(draws, m, 2);
    few[0] = 0;
    few[1] = 1;
    assert(score(few, few, "kendall_tau_a").similarity < 0.9);
    assert(score(few, few, "rho_a").similarity < 1);
    assertEquals(score(few, few, "kendall_tau_b").similarity, 1);
  });
});

Deno.test("small angles are exact, and rounding makes no order of what is equal", () => {
  const a = Float64Array.from({ length: 10 }, (_, i) => 1 + i);
  const b = a.map((value, i) => i === 3 ? value * (1 + 1e-10) : value);
  const { angle } = score(a, b, "cosine");
  // 4·1e-10 across a vector of length √385, less its part along it.
  const wanted = 4e-10 * Math.sqrt(1 - 16 / 385) / Math.sqrt(385);
  assertAlmostEquals(angle / wanted, 1, 1e-5);
  const noisy = Float64Array.of(1, 1 + 2e-16, 2, 2 - 4e-16, 3, 3);
  const plain = Float64Array.of(1, 1, 2, 2, 3, 3);
  assertEquals(score(noisy, plain, "kendall_tau_b").similarity, 1);
});

Deno.test("prepareRdm() and compareRdms() refuse what cannot be compared, in words", () => {
  const flat = new Float64Array(6).fill(2);
  for (const comparison of rdmComparisons) {
    assertThrows(
      () => prepareRdm(new Float64Array(6), comparison),
      RangeError,
      "no geometry to compare",
    );
    if (comparison.includes("cosine")) continue;
    assertThrows(() => prepareRdm(flat, comparison), RangeError, "all dissimilarities are equal");
  }
  assertThrows(() => prepareRdm(Float64Array.of(1), "cosine"), RangeError, "at least 3 items");
  assertThrows(() => prepareRdm(new Float64Array(5), "cosine"), RangeError, "upper triangle");
  assertThrows(() => prepareRdm(Float64Array.of(1, NaN, 2), "cosine"), RangeError, "finite");
  const [three, four] = [3, 6].map((m) =>
    prepareRdm(Float64Array.from({ length: m }, (_, i) => i + 1), "cosine")
  );
  assertThrows(() => compareRdms(three, four), RangeError, "of the same items");
});
