import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { affinities } from "#lib/math/maps/affinities.ts";
import { barnesHutSlope } from "#lib/math/maps/barnes_hut.ts";
import { boxTree } from "#lib/math/maps/box_tree.ts";
import { tsne, type TsneOptions, tsneStart } from "#lib/math/maps/tsne.ts";
import { exactSlope } from "#lib/math/maps/tsne_gradient.ts";
import { assertAllClose } from "#tests/support/close.ts";
import reference from "#tests/reference/dsa/tsne.json" with { type: "json" };
import { type Draws, fresh } from "../linalg/fresh.ts";
import { representation } from "../rsa/representations.ts";

const options: TsneOptions = {
  numDims: 2,
  numIterations: 500,
  exaggeration: 12,
  exaggerationIterations: 250,
  momentum: [0.5, 0.8],
  minGradient: 1e-7,
};
const { data, numItems, numFeatures } = representation("X");
const { perplexity } = reference;

Deno.test("affinities() are the stored joint probabilities", () => {
  const { joint } = affinities(data, numItems, numFeatures, { perplexity, single: true });
  assertAllClose(joint, reference.joint_probabilities, { rtol: 1e-13 });
  // With all digits the bisection may take another step for an item.
  const exact = affinities(data, numItems, numFeatures, { perplexity });
  assertAllClose(exact.joint, reference.joint_probabilities, { rtol: 1e-4 });
});

Deno.test("exactSlope() gives the stored divergence and gradient", () => {
  const wanted = affinities(data, numItems, numFeatures, { perplexity });
  const { divergence, gradient } = exactSlope(
    wanted,
    Float64Array.from(reference.embedding.flat()),
    2,
  );
  assertAlmostEquals(divergence, reference.kl_divergence, 1e-5);
  const largest = Math.max(...reference.gradient.flat().map(Math.abs));
  assertAllClose(gradient, reference.gradient.flat(), { atol: 1e-5 * largest });
});

Deno.test("exactSlope() is the derivative of the divergence, in one to three dimensions", () => {
  fresh((draws) => {
    for (const numDims of [1, 2, 3]) {
      const n = 9;
      const wanted = affinities(draws.normal(n, 4), n, 4, { perplexity: 3 });
      const map = draws.normal(n, numDims);
      const { gradient } = exactSlope(wanted, map, numDims);
      for (let at = 0; at < map.length; at += 2) {
        const h = 1e-5;
        const [up, down] = [h, -h].map((by) =>
          exactSlope(wanted, map.map((x, i) => i === at ? x + by : x), numDims).divergence
        );
        assertAlmostEquals(gradient[at], (up - down) / (2 * h), 1e-8);
      }
    }
  });
});

Deno.test("barnesHutSlope() is the sum over all pairs at θ = 0, and near it at 0.5", () => {
  fresh((draws) => {
    for (const numDims of [1, 2, 3]) {
      const n = draws.integer(30, 80);
      const wanted = affinities(draws.normal(n, 5), n, 5, { perplexity: 8 });
      const map = draws.normal(n, numDims);
      // Two items at one place, and two nearly.
      map.copyWithin(numDims, 0, numDims);
      for (let k = 0; k < numDims; k++) map[2 * numDims + k] = map[k] + 1e-14;
      const exact = exactSlope(wanted, map, numDims);
      const all = barnesHutSlope(wanted, map, numDims, 0);
      assertAlmostEquals(all.divergence, exact.divergence, 1e-11);
      assertAllClose(all.gradient, exact.gradient, { atol: 1e-12 });
      const near = barnesHutSlope(wanted, map, numDims, 0.5);
      const size = Math.hypot(...exact.gradient);
      const off = Math.hypot(...near.gradient.map((g, at) => g - exact.gradient[at]));
      assertLess(off / size, 0.1);
      assertLess(Math.abs(near.divergence - exact.divergence), 0.02);
    }
  });
});

Deno.test("boxTree() holds every point once at every level", () => {
  fresh((draws) => {
    const n = 50;
    const tree = boxTree(draws.normal(n, 2), n, 2);
    assertEquals(tree.count[0], n);
    for (let box = 0; box < tree.numBoxes; box++) {
      const first = tree.firstChild[box];
      if (first === 0) continue;
      assertEquals(tree.count.subarray(first, first + 4).reduce((a, b) => a + b), tree.count[box]);
    }
    const leaves = new Float64Array(tree.numBoxes);
    for (const leaf of tree.leafOf) leaves[leaf]++;
    leaves.forEach((count, box) => count > 0 && assertEquals(count, tree.count[box]));
  });
});

Deno.test("affinities() of nearest neighbours are those of all where the others are far", () => {
  fresh((draws) => {
    const n = 24;
    // Four clusters of six that do not reach one another.
    const x = draws.normal(n, 3).map((value, at) => value + 1000 * Math.floor(at / 18));
    const all = affinities(x, n, 3, { perplexity: 3 });
    const near = affinities(x, n, 3, { perplexity: 3, numNeighbours: 9 });
    const of = (found: typeof all) => {
      const square = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let at = found.starts[i]; at < found.starts[i + 1]; at++) {
          square[i * n + found.second[at]] = found.joint[at];
        }
      }
      return square;
    };
    assertAllClose(of(near), of(all), { atol: 1e-12 });
    assertAlmostEquals(near.joint.reduce((sum, p) => sum + p, 0), 0.5, 1e-13);
  });
});

Deno.test("affinities() have the wanted perplexity, whatever the scale, and survive equal items", () => {
  fresh((draws) => {
    const n = 20;
    const x = draws.normal(n, 3);
    x.copyWithin(3, 0, 3);
    for (const scale of [1e-200, 1e-6, 1, 1e6, 1e200]) {
      const { joint } = affinities(x.map((v) => scale * v), n, 3, { perplexity: 5 });
      assert(joint.every((p) => p > 0 && p < 0.5));
      assertAlmostEquals(joint.reduce((sum, p) => sum + p, 0), 0.5, 1e-13);
    }
    const equal = affinities(new Float64Array(n * 3).fill(2), n, 3, { perplexity: 5 });
    assertAllClose(equal.joint, new Float64Array(190).fill(0.5 / 190), { rtol: 1e-12 });
  });
});

const clusters = (draws: Draws) =>
  draws.normal(60, 5).map((value, at) => value + 12 * (Math.floor(at / 5) % 3) * (at % 2));

Deno.test("tsne() lowers the divergence and separates clusters, exact and Barnes–Hut, the same twice", () => {
  fresh((draws) => {
    const x = clusters(draws);
    const wanted = affinities(x, 60, 5, { perplexity: 10 });
    for (const theta of [undefined, 0.5]) {
      for (const how of ["pca", "random"] as const) {
        const start = tsneStart(how, x, 60, 5, 2, 7);
        const choice = theta === undefined ? options : { ...options, theta };
        const found = tsne(wanted, start, choice);
        const plain = found.course.filter(({ exaggerated }) => !exaggerated);
        assertLess(found.divergence, found.course[0].divergence);
        for (let at = 1; at < plain.length; at++) {
          assertLess(plain[at].divergence, plain[at - 1].divergence + 1e-3);
        }
        const nearestIsOwn = Array.from({ length: 60 }, (_, i) => {
          let best = -1, least = Infinity;
          for (let j = 0; j < 60; j++) {
            const d = Math.hypot(
              found.coordinates[2 * i] - found.coordinates[2 * j],
              found.coordinates[2 * i + 1] - found.coordinates[2 * j + 1],
            );
            if (j !== i && d < least) [best, least] = [j, d];
          }
          return best % 3 === i % 3;
        });
        assert(nearestIsOwn.filter(Boolean).length >= 57, `${theta} ${how}`);
        assertEquals(tsne(wanted, start, choice).coordinates, found.coordinates);
      }
    }
  });
});

Deno.test("tsne() with no iteration tells about its start, and all is refused in words", () => {
  const wanted = affinities(data, numItems, numFeatures, { perplexity });
  const start = Float64Array.from(reference.embedding.flat());
  const found = tsne(wanted, start, { ...options, numIterations: 0 });
  assertEquals(found.coordinates, start);
  assertAlmostEquals(found.divergence, reference.kl_divergence, 1e-5);
  assertThrows(() => tsne(wanted, start.subarray(2), options), RangeError, "40 items × 2");
  assertThrows(() => tsne(wanted, start, { ...options, learningRate: 1e300 }), RangeError, "rate");
  const refuse = (x: Float64Array, n: number, p: number, perplexity: number, text: string) =>
    assertThrows(() => affinities(x, n, p, { perplexity }), RangeError, text);
  refuse(Float64Array.of(1, 2), 2, 1, 1, "at least 3");
  refuse(Float64Array.of(1, 2, 4), 3, 1, 3, "take 1 … 2");
  refuse(Float64Array.of(1, 2, NaN), 3, 1, 2, "finite");
});
