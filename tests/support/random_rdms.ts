// Random dissimilarity matrices, as metrics that compare such matrices take them.

import { type Rdm, rdm } from "#lib/core/artifacts/rdm.ts";
import { randomStream } from "#lib/core/random.ts";
import { tensor } from "#lib/core/tensor.ts";
import { pointDistances } from "#lib/math/maps/place.ts";
import { squareOf } from "#lib/math/rsa/triangle.ts";
import type { Draws } from "../lib/math/linalg/fresh.ts";
import type { Systems } from "./systems.ts";

/** Dissimilarities of random items: upper triangles of distances between points. */
export const randomRdms: Systems<Rdm> = {
  type: rdm,
  random: (draws) => rdmFrom(distances(draws, 9)),
  changed(system, how, draws) {
    if (how !== "isotropic-scale") return null;
    const factor = Math.exp(draws.normal(1, 1)[0]);
    return rdmFrom((system.arrays.values.data as Float64Array).map((value) => factor * value));
  },
  groups: (draws) => ({
    "few items": [1, 2, 3].map(() => rdmFrom(distances(draws, 3))),
    "many items": [1, 2, 3].map(() => rdmFrom(distances(draws, 40))),
  }),
  reordered(systems, draws) {
    const n = systems[0].about.num_items as number;
    const order = randomStream(draws.integer(0, 1e9), "tests/permutation").permutation(n);
    return systems.map((system) => {
      const square = squareOf(system.arrays.values.data as Float64Array);
      const values: number[] = [];
      for (let i = 0; i < n; i++) {
        for (let j = i + 1; j < n; j++) values.push(square[order[i] * n + order[j]]);
      }
      return rdmFrom(Float64Array.from(values));
    });
  },
  degenerate(draws) {
    const usual = distances(draws, 9);
    return {
      "all zero": rdmFrom(usual.map(() => 0)),
      "all equal": rdmFrom(usual.map(() => 0.3)),
      "one NaN": rdmFrom(usual.map((value, i) => i === 5 ? NaN : value)),
      "one infinity": rdmFrom(usual.map((value, i) => i === 5 ? Infinity : value)),
      huge: rdmFrom(usual.map((value) => 1e200 * value)),
      tiny: rdmFrom(usual.map((value) => 1e-200 * value)),
      negative: rdmFrom(usual.map((value) => -value)),
      "fewer items": rdmFrom(distances(draws, 5)),
      "two items": rdmFrom(distances(draws, 2)),
      "one item": rdmFrom(new Float64Array(0)),
      "no triangle": rdmFrom(new Float64Array(5).fill(1)),
    };
  },
};

/** Distances of points in four dimensions. */
function distances(draws: Draws, numItems: number): Float64Array {
  return pointDistances(draws.normal(numItems, 4), numItems, 4);
}

function rdmFrom(values: Float64Array): Rdm {
  return {
    arrays: { values: tensor(["pair"], [values.length], values) },
    about: {
      measure: "euclidean",
      unit: "1",
      num_items: Math.round((1 + Math.sqrt(1 + 8 * values.length)) / 2),
    },
  };
}
