// Samplers: Sobol points against reference values, their evenness, and Latin hypercubes.

import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { latinHypercube, sobol } from "#lib/workflow/expression/samplers.ts";
import { readSpace } from "#lib/workflow/expression/sampling_space.ts";
import { maxSobolDimensions, sobolPoints } from "#lib/workflow/expression/sobol.ts";
import reference from "#tests/reference/sampling/sobol.json" with { type: "json" };
import { graphOf, idsOf, memberOf, problemsOf } from "./expand_text.ts";

const cube = (dimensions: number) =>
  Object.fromEntries(Array.from({ length: dimensions }, (_, d) => [`x${d}`, { from: 0, to: 1 }]));

const freshSeed = crypto.getRandomValues(new Uint32Array(1))[0];

Deno.test("sobolPoints() gives the points of the reference in every dimension", () => {
  const dimensions = reference.points[0].length;
  assertEquals(dimensions, maxSobolDimensions);
  const points = sobolPoints(1024, dimensions);
  reference.positions.forEach((position, i) => {
    const row = points.subarray(position * dimensions, (position + 1) * dimensions);
    assertEquals([...row], reference.points[i]);
  });
});

Deno.test("sobolPoints() has one point in each interval of every dimension, and of pairs of the first", () => {
  const [count, dimensions] = [256, maxSobolDimensions];
  const points = sobolPoints(count, dimensions);
  for (let d = 0; d < dimensions; d++) {
    const cells = new Set(
      Array.from({ length: count }, (_, i) => points[i * dimensions + d] >>> 24),
    );
    assertEquals(cells.size, count);
  }
  // The first two dimensions are a (0, m, 2)-net: every box of area 1 / count holds one point.
  for (let k = 0; k <= 8; k++) {
    const boxes = new Set(Array.from({ length: count }, (_, i) => {
      const [x, y] = [points[i * dimensions], points[i * dimensions + 1]];
      return Math.floor(x / 2 ** (32 - k)) * 2 ** (8 - k) + Math.floor(y / 2 ** (24 + k));
    }));
    assertEquals(boxes.size, count);
  }
});

/** Star discrepancy in two dimensions, on the corners that the points make. */
function discrepancy(points: readonly (readonly [number, number])[]): number {
  let worst = 0;
  for (const [a] of [...points, [1, 1] as const]) {
    for (const [, b] of [...points, [1, 1] as const]) {
      const closed = points.filter(([x, y]) => x <= a && y <= b).length / points.length;
      const open = points.filter(([x, y]) => x < a && y < b).length / points.length;
      worst = Math.max(worst, Math.abs(closed - a * b), Math.abs(open - a * b));
    }
  }
  return worst;
}

Deno.test(`sobol() is more even than chance, whatever the seed (${freshSeed})`, () => {
  const pairs = (seed: number) =>
    sobol(64, cube(4), seed).map(({ x1, x3 }) => [x1, x3] as [number, number]);
  // 64 random points have about 0.15 on average; a digital shift keeps the net property of these.
  for (const seed of [0, 1, freshSeed]) assert(discrepancy(pairs(seed)) < 0.08);
});

Deno.test("sobol() goes on where a shorter one ends, and differs by seed", () => {
  const space = { lr: { from: 1e-4, to: 0.1, scale: "log" }, units: [16, 32, 64] };
  assertEquals(sobol(100, space, freshSeed).slice(0, 37), sobol(37, space, freshSeed));
  const { units: _, ...narrow } = space;
  assertEquals(
    sobol(5, space, 7).map(({ lr }) => lr),
    sobol(5, narrow, 7).map(({ lr }) => lr),
  );
  assertNotEquals(sobol(5, space, 7), sobol(5, space, 8));
  assertEquals(sobol(3, space, 7).map(({ id }) => id), [0, 1, 2]);
});

Deno.test(`latinHypercube() has exactly one point in each stratum (seed ${freshSeed})`, () => {
  for (const count of [1, 2, 3, 7, 10, 49, 100, 1000]) {
    const points = latinHypercube(count, cube(5), freshSeed);
    for (let d = 0; d < 5; d++) {
      // Cells of the values as they come out, so after rounding.
      const cells = new Set(points.map((point) => Math.floor(point[`x${d}`] as number * count)));
      assertEquals(cells.size, count);
    }
  }
  const [a, b] = [latinHypercube(10, cube(2), 1), latinHypercube(10, cube(2), 2)];
  assertNotEquals(a, b);
  assertNotEquals(a.map(({ x0 }) => x0), a.map(({ x1 }) => x1));
});

Deno.test("readSpace() reaches both ends of ranges, and each choice equally often", () => {
  const [linear, log, whole, logWhole, choice] = readSpace("sobol", {
    linear: { from: -2, to: 6 },
    log: { from: 1e-4, to: 0.1, scale: "log" },
    whole: { from: 1, to: 4, integer: true },
    log_whole: { from: 1, to: 7, scale: "log", integer: true },
    choice: ["a", null, 3],
  });
  const last = 1 - 2 ** -32;
  assertEquals([linear.at(0), linear.at(0.25), log.at(0), log.at(1 / 3), log.at(2 / 3)], [
    ...[-2, 0, 1e-4, 1e-3, 1e-2],
  ]);
  assert(linear.at(last) as number <= 6 && log.at(last) as number <= 0.1);
  const cells = (at: (u: number) => unknown, n: number) =>
    Array.from({ length: n }, (_, i) => at(i / n));
  assertEquals(cells(whole.at, 4), [1, 2, 3, 4]);
  assertEquals(whole.at(last), 4);
  // Each octave of a log range is as long as any other: 1; 2, 3; 4 to 7.
  assertEquals(cells(logWhole.at, 3), [1, 2, 4]);
  assertEquals(logWhole.at(last), 7);
  assertEquals(cells(choice.at, 3), ["a", null, 3]);
});

Deno.test("readSpace() says what is wrong with a space", () => {
  const wrong: [unknown, string][] = [
    [[1], "draws from a map of ranges, found a list of 1"],
    [{}, "draws from an empty map"],
    [{ id: [1] }, "cannot be called `id`"],
    [{ x: 3 }, "`x` is a range {from, to} or a list of choices, found the number 3"],
    [{ x: [] }, "`x` has no choices"],
    [{ x: { form: 1, to: 2 } }, "did you mean `from`?"],
    [{ x: { from: 1 } }, "needs the numbers `from` and `to`"],
    [{ x: { from: 2, to: 2 } }, "ends at 2, which is not above 2"],
    [{ x: { from: 0, to: 2, scale: "log" } }, "starts above 0, not at 0"],
    [{ x: { from: 1, to: 2, scale: "ln" } }, "is `linear` or `log`"],
    [{ x: { from: 1, to: 2.5, integer: true } }, "has the ends 1 and 2.5"],
    [{ x: { from: 1, to: 2, integer: 1 } }, "is true or false"],
  ];
  for (const [space, message] of wrong) {
    assertThrows(() => readSpace("sobol", space), TypeError, message);
  }
});

Deno.test("a sampler makes an axis of records", async () => {
  const text = `
params:
  points: 4
  space: { lr: { from: 0.0001, to: 0.1, scale: log }, units: { from: 16, to: 256, integer: true } }
axes:
  trial: \${{ sobol(params.points, params.space) }}
stages:
  train: { task: train_rnn, over: [trial], with: { lr: "\${{ trial.lr }}", units: "\${{ trial.units }}" } }
  more: { task: value, matrix: { point: "\${{ latin_hypercube(3, params.space, 1) }}" }, with: { x: "\${{ point.lr }}" } }
`;
  const graph = await graphOf(text);
  assertEquals(idsOf(graph, "train").slice(0, 2), ["train[trial=0]", "train[trial=1]"]);
  const longer = await graphOf(text, { overrides: ["points=6"] });
  for (const id of idsOf(graph, "train")) {
    assertEquals(memberOf(graph, id).params, memberOf(longer, id).params);
  }
  assertEquals(idsOf(graph, "more").length, 3);
  assert((await problemsOf(text, { overrides: ["points=two"] })).includes("the count of sobol"));
});
