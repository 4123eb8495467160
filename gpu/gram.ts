// Gram matrices XᵀX and cross-covariances XᵀY of many pairs of matrices with as many rows, in one dispatch. Sums go over
// the rows in slices that the problem's own shape decides, so a pair's result depends on nothing beside it.
// In f32: for what is decided by differences of a part in a million, use the f64 Gram of lib/math/linalg.
// Leaves out centring, which the caller does before.

import { defineKernel, type KernelCase } from "../lib/core/kernel.ts";
import type { RandomStream } from "../lib/core/random.ts";
import module from "../lib/wasm/gram.wasm" with { type: "bytes" };
import source from "./gram.wgsl" with { type: "text" };
import { type PairBuffer, pairCases, pairsOf } from "./shared/pair_cases.ts";
import { eachResult, tileGrid } from "./shared/pair_tiles.ts";
import fragment from "./shared/pair_tiles.wgsl" with { type: "text" };

type Uniform = "num_problems" | "num_tiles";

export default defineKernel<PairBuffer, Uniform>({
  name: "gram",
  source,
  fragments: { "shared/pair_tiles": fragment },
  // A graphics card has threads enough to give each of the 16 slices of a tile one.
  overrides: (device) => device === "gpu" ? { THREADS: 64, LANES: 16 } : { THREADS: 8, LANES: 1 },
  grid: ({ num_tiles }, { THREADS, LANES }) => tileGrid(num_tiles, THREADS / LANES),
  wasm: {
    module,
    entry: "gram",
    buffers: ["problems", "left", "right", "result"],
    uniforms: ["num_problems", "num_tiles"],
    numParts: ({ num_tiles }) => num_tiles,
  },
  twin({ problems, left, right, result }, { num_problems }) {
    eachResult(problems, num_problems, (i, j, { leftStride, rightStride, ...p }) => {
      let sum = 0;
      for (let row = 0; row < p.inner; row++) {
        sum += left[p.left + row * leftStride + i] * right[p.right + row * rightStride + j];
      }
      return sum;
    }, result as Float64Array);
  },
  // Cases of integers are exact in f32; those of other numbers bring the bound of their sums.
  tolerance: { abs: 0, rel: 0 },
  cases,
});

function* cases(random: RandomStream): Iterable<KernelCase<PairBuffer, Uniform>> {
  // Slices: one up to 256 rows, then up to 16 of them. Tiles have 8 × 8 entries, vectors 4.
  const shapes = [
    [1, 1, 1],
    [3, 4, 2],
    [7, 8, 9],
    [8, 7, 255],
    [9, 16, 256],
    [17, 5, 257],
    [12, 12, 1030],
    [33, 20, 300],
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
    sizes: ([m, n, rows]) => ({
      left: [rows, m],
      right: [rows, n],
      result: [m, n],
      inner: rows,
    }),
    uniforms: {},
    symmetric: true,
    // Bound of rounding for sums of products of standard normal numbers: ε times the sum of their sizes.
    tolerance: (rows) => ({ abs: 2e-7 * (rows + 4), rel: 1e-6 }),
  });
  yield pairsOf("no pairs", [], random, { exact: true });
}
