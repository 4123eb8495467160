import {
  addHsicSums,
  ckaOfSums,
  compareDebiasedCka,
  hsicSums,
  prepareDebiasedCka,
} from "#lib/math/similarity/debiased_cka.ts";
import { compareLinearCka, prepareLinearCka } from "#lib/math/similarity/linear_cka.ts";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { moved, random, type Representation } from "./representations.ts";

Deno.test("compareDebiasedCka() is the same through features, kernels or both, near identity too", () => {
  fresh((draws) => {
    const m = 12;
    const [x, y] = [random(draws, m, 4), random(draws, m, 6)];
    const [wideX, wideY] = [moved(draws, x, { width: 20 }), moved(draws, y, { width: 15 })];
    assertEquals(prepare(x).batches[0].form, "features");
    assertEquals(prepare(wideX).batches[0].form, "kernel");
    const { cka, angle } = compare(x, y);
    for (const [a, b] of [[x, wideY], [wideX, y], [wideX, wideY], [wideY, wideX]]) {
      assertAlmostEquals(compare(a, b).cka, cka, 1e-12);
      assertAlmostEquals(compare(a, b).angle, angle, 1e-12);
    }
    for (const [a, b] of [[x, wideX], [wideX, x], [wideX, wideX], [x, x]]) {
      assertLess(compare(a, b).angle, 1e-12);
    }
  });
});

Deno.test("compareDebiasedCka() angle keeps its digits down to 1e-9, in batches too", () => {
  fresh((draws) => {
    for (const [width, batchSize] of [[4, 50], [4, 10], [60, 50], [12, 10]]) {
      const x = random(draws, 50, width);
      const bump = draws.normal(50, width);
      const near = (h: number) => ({ ...x, data: x.data.map((v, p) => v + h * bump[p]) });
      const angle = (h: number) => compare(x, near(h), batchSize).angle;
      const slope = angle(1e-3) / 1e-3;
      for (const h of [1e-4, 3e-5, 1e-5, 1e-6, 1e-9]) {
        assertAlmostEquals(angle(h) / h / slope, 1, 0.02, `${width} in ${batchSize}, h ${h}`);
      }
    }
  });
});

Deno.test("compareDebiasedCka() does not grow with features of independent noise, as the biased ratio does", () => {
  fresh((draws) => {
    const [m, p, repeats] = [12, 40, 30];
    let debiased = 0, biased = 0;
    for (let i = 0; i < repeats; i++) {
      const noise = () => ({ data: draws.normal(m, p), numItems: m, numFeatures: p });
      const [x, y] = [noise(), noise()];
      debiased += compare(x, y).cka / repeats;
      const [k, l] = [x, y].map(({ data }) => prepareLinearCka(data, m, p));
      biased += compareLinearCka(k, l).cka / repeats;
    }
    // Near 54 degrees of freedom, 30 repeats: a standard error of 0.025.
    assertLess(Math.abs(debiased), 0.15);
    assertLess(0.6, biased);
  });
});

Deno.test("compareDebiasedCka() angle obeys the triangle inequality, obtuse ones too", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 20; repeat++) {
      const m = draws.integer(4, 12);
      const [a, b, c] = [1, 2, 3].map(() => random(draws, m, draws.integer(1, 20)));
      for (const size of [m, 4]) {
        const [ab, bc, ac] = [[a, b], [b, c], [a, c]].map(([x, y]) => compare(x, y, size).angle);
        assertLessOrEqual(ac, ab + bc + 1e-12);
      }
    }
  });
});

Deno.test("hsicSums() of parts of the batches add up to all of them, and to one ratio", () => {
  fresh((draws) => {
    const [x, y] = [random(draws, 43, 3), random(draws, 43, 9)];
    const [a, b] = [prepare(x, 8), prepare(y, 8)];
    assertEquals([a.numItems, a.batches.length], [40, 5]);
    const whole = hsicSums(a, b);
    const parts = addHsicSums(hsicSums(a, b, 0, 2), hsicSums(a, b, 2));
    for (const part of ["xy", "xx", "yy"] as const) {
      assertAlmostEquals(parts[part] / whole[part], 1, 1e-12);
    }
    assertEquals(compareDebiasedCka(a, b).cka, ckaOfSums(whole));
    // What is left over does not count.
    const other = { ...x, data: x.data.map((v, at) => at < 40 * 3 ? v : 7 * v) };
    assertAlmostEquals(compare(other, y, 8).cka, ckaOfSums(whole), 1e-12);
  });
});

Deno.test("prepareDebiasedCka() keeps no more than it needs", () => {
  fresh((draws) => {
    const numbers = (m: number, p: number, size: number) =>
      prepare(random(draws, m, p), size).batches.reduce(
        (sum, batch) =>
          sum + (batch.form === "kernel" ? batch.upper.length : batch.data.length + batch.numItems),
        0,
      );
    assertEquals(numbers(30, 4, 30), 30 * 4 + 30);
    assertEquals(numbers(30, 64, 30), 30 * 29 / 2);
    assertEquals(numbers(30, 64, 10), 3 * 10 * 9 / 2);
  });
});

Deno.test("prepareDebiasedCka() refuses too few items, and items equally far from each other", () => {
  const three = Float64Array.of(1, 2, 4);
  assertThrows(() => prepareDebiasedCka(three, 3, 1), RangeError, "at least 4 items");
  const corners = new Float64Array(25);
  for (let i = 0; i < 5; i++) corners[i * 5 + i] = 2;
  for (const p of [5, 4]) {
    // The fifth corner of four dimensions: as far from each of the others.
    const far = (1 + Math.sqrt(5)) / 2;
    const x = Float64Array.from({ length: 5 * p }, (_, at) => {
      const [i, j] = [Math.floor(at / p), at % p];
      return p === 5 ? corners[at] : i === 4 ? far : i === j ? 2 : 0;
    });
    assertThrows(() => prepareDebiasedCka(x, 5, p), RangeError, "equally far");
  }
  const five = Float64Array.of(1, 2, 4, 3, 5);
  const [whole, inFours] = [5, 4].map((batchSize) => prepareDebiasedCka(five, 5, 1, { batchSize }));
  assertThrows(() => compareDebiasedCka(whole, inFours), RangeError, "5 items against 4");
});

Deno.test("compareDebiasedCka() bears any scale", () => {
  fresh((draws) => {
    const [x, y] = [random(draws, 9, 3), random(draws, 9, 14)];
    const { cka } = compare(x, y);
    for (const scale of [1e-150, 1e150]) {
      const found = compare(moved(draws, x, { scale }), moved(draws, y, { scale })).cka;
      assertAlmostEquals(found, cka, 1e-11);
    }
    assert(Math.abs(cka) <= 1);
  });
});

function prepare({ data, numItems, numFeatures }: Representation, batchSize = numItems) {
  return prepareDebiasedCka(data, numItems, numFeatures, { batchSize });
}

function compare(a: Representation, b: Representation, batchSize?: number) {
  return compareDebiasedCka(prepare(a, batchSize), prepare(b, batchSize));
}
