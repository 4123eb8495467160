// Projections X·W of many pairs of matrices in one dispatch: states onto axes, axes of one system onto those of another.
// A pair's result depends on nothing beside it.

import { defineKernel } from "../lib/core/kernel.ts";
import module from "../lib/wasm/project.wasm" with { type: "bytes" };
import source from "./project.wgsl" with { type: "text" };
import type { PairBuffer } from "./shared/pair_cases.ts";
import { eachResult, tileGrid } from "./shared/pair_tiles.ts";
import fragment from "./shared/pair_tiles.wgsl" with { type: "text" };

/** The table. */
export type ProjectUniform = "num_problems" | "num_tiles";

export default defineKernel<PairBuffer, ProjectUniform>({
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
});
