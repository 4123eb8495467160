// Euclidean distances, squared or not, between all rows of two matrices, for many pairs of matrices in one dispatch. A
// pair's result depends on nothing beside it.

import { defineKernel } from "../lib/core/kernel.ts";
import module from "../lib/wasm/pairwise_distances.wasm" with { type: "bytes" };
import source from "./pairwise_distances.wgsl" with { type: "text" };
import type { PairBuffer } from "./shared/pair_cases.ts";
import { eachResult, tileGrid } from "./shared/pair_tiles.ts";
import fragment from "./shared/pair_tiles.wgsl" with { type: "text" };

/** The table, and whether distances stay squares. */
export type DistanceUniform = "num_problems" | "num_tiles" | "squared";

export default defineKernel<PairBuffer, DistanceUniform>({
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
});
