// Euclidean distances, squared or not, between all rows of two matrices, for many pairs of matrices in one dispatch. A
// pair's result depends on nothing beside it.

import { defineKernel, type KernelCase } from "../lib/core/kernel.ts";
import type { RandomStream } from "../lib/core/random.ts";
import module from "../lib/wasm/pairwise_distances.wasm" with { type: "bytes" };
import source from "./pairwise_distances.wgsl" with { type: "text" };
import { type PairBuffer, pairCases, pairsOf } from "./shared/pair_cases.ts";
import { eachResult, tileGrid } from "./shared/pair_tiles.ts";
import fragment from "./shared/pair_tiles.wgsl" with { type: "text" };

type Uniform = "num_problems" | "num_tiles" | "squared";

export default defineKernel<PairBuffer, Uniform>({
  name: "pairwise_distances",
  source,
  fragments: { "shared/pair_tiles": fragment },
  overrides: (device) => ({ THREADS: device === "gpu" ? 64 : 8 }),
  grid: ({ num_tiles }, { THREADS }) => tileGrid(num_tiles, THREADS),
  wasm: {
    module,
    entry: "pairwise_distances",
    buffers: ["problems", "left", "right", "result"],
    uniforms: ["num_problems", "num_tiles", "squared"],
    numParts: ({ num_tiles }) => num_tiles,
  },
  twin({ problems, left, right, result }, { num_problems, squared }) {
    eachResult(problems, num_problems, (i, j, { leftStride, rightStride, ...p }) => {
      let sum = 0;
      for (let k = 0; k < p.inner; k++) {
        sum += (left[p.left + i * leftStride + k] - right[p.right + j * rightStride + k]) ** 2;
      }
      return squared !== 0 ? sum : Math.sqrt(sum);
    }, result as Float64Array);
  },
  // Squares of integers are exact in f32; a shader's square root may be off by some units in the last place.
  tolerance: { abs: 0, rel: 5e-7 },
  cases,
});

function* cases(random: RandomStream): Iterable<KernelCase<PairBuffer, Uniform>> {
  const shapes = [
    [1, 1, 1],
    [3, 4, 2],
    [7, 8, 9],
    [8, 7, 4],
    [9, 16, 3],
    [100, 5, 17],
    [12, 12, 64],
    [33, 20, 130],
    [4, 4, 0],
    [0, 3, 5],
    // 7, 8, 9 and 63, 64, 65 tiles: a workgroup and its neighbours.
    [56, 8, 3],
    [64, 8, 3],
    [24, 17, 3],
    [504, 2, 3],
    [512, 2, 3],
    [520, 2, 3],
  ];
  for (const squared of [0, 1]) {
    yield* pairCases(random, shapes, {
      sizes: ([m, n, inner]) => ({ left: [m, inner], right: [n, inner], result: [m, n], inner }),
      uniforms: { squared },
      symmetric: true,
      // Differences and squares are off by some ε each, and so is their sum; roots halve that.
      tolerance: (inner) => ({ abs: 1e-6, rel: 2e-7 * (Math.sqrt(inner) + 4) }),
      label: squared === 1 ? "squared, " : "",
    });
  }
  yield pairsOf("no pairs", [], random, { exact: true, uniforms: { squared: 1 } });
}
