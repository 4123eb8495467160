// Projections X·W of many pairs of matrices in one dispatch: states onto axes, axes of one system onto those of another.
// A pair's result depends on nothing beside it.

import { defineKernel, type KernelCase } from "../lib/core/kernel.ts";
import type { RandomStream } from "../lib/core/random.ts";
import module from "../lib/wasm/project.wasm" with { type: "bytes" };
import source from "./project.wgsl" with { type: "text" };
import { type PairBuffer, pairCases, pairsOf } from "./shared/pair_cases.ts";
import { eachResult, tileGrid } from "./shared/pair_tiles.ts";
import fragment from "./shared/pair_tiles.wgsl" with { type: "text" };

type Uniform = "num_problems" | "num_tiles";

export default defineKernel<PairBuffer, Uniform>({
  name: "project",
  source,
  fragments: { "shared/pair_tiles": fragment },
  overrides: (device) => ({ THREADS: device === "gpu" ? 64 : 8 }),
  grid: ({ num_tiles }, { THREADS }) => tileGrid(num_tiles, THREADS),
  wasm: {
    module,
    entry: "project",
    buffers: ["problems", "left", "right", "result"],
    uniforms: ["num_problems", "num_tiles"],
    numParts: ({ num_tiles }) => num_tiles,
  },
  twin({ problems, left, right, result }, { num_problems }) {
    eachResult(problems, num_problems, (row, j, { leftStride, rightStride, ...p }) => {
      let sum = 0;
      for (let k = 0; k < p.inner; k++) {
        sum += left[p.left + row * leftStride + k] * right[p.right + k * rightStride + j];
      }
      return sum;
    }, result as Float64Array);
  },
  // Cases of integers are exact in f32; those of other numbers bring the bound of their sums.
  tolerance: { abs: 0, rel: 0 },
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
    [65, 12, 130],
    [33, 20, 64],
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
  yield* pairCases(random, shapes, {
    sizes: ([rows, n, inner]) => ({
      left: [rows, inner],
      right: [inner, n],
      result: [rows, n],
      inner,
    }),
    uniforms: {},
    symmetric: false,
    // Bound of rounding for sums of products of standard normal numbers: ε times the sum of their sizes.
    tolerance: (inner) => ({ abs: 2e-7 * (inner + 4), rel: 1e-6 }),
  });
  yield pairsOf("no pairs", [], random, { exact: true });
}
