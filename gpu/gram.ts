// Gram matrices XᵀX and cross-covariances XᵀY of many pairs of matrices with as many rows, in one dispatch. Sums go over
// the rows in slices that the problem's own shape decides, so a pair's result depends on nothing beside it.
// In f32: for what is decided by differences of a part in a million, use the f64 Gram of lib/math/linalg.
// Leaves out centring, which the caller does before.

import { defineKernel } from "../lib/core/kernel.ts";
import module from "../lib/wasm/gram.wasm" with { type: "bytes" };
import source from "./gram.wgsl" with { type: "text" };
import type { PairBuffer } from "./shared/pair_cases.ts";
import { eachResult, tileGrid } from "./shared/pair_tiles.ts";
import fragment from "./shared/pair_tiles.wgsl" with { type: "text" };

/** The table. */
export type GramUniform = "num_problems" | "num_tiles";

export default defineKernel<PairBuffer, GramUniform>({
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
});
