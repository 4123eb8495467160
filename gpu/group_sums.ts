// Adds up what groups of rows gave, in the order of the groups: result[model][at + i] = Σ partials[model][group][i].

import { defineKernel } from "../lib/core/kernel.ts";
import module from "../lib/wasm/group_sums.wasm" with { type: "bytes" };
import source from "./group_sums.wgsl" with { type: "text" };

/** model × group × number, and model × parameter. */
export type GroupBuffer = "partials" | "result";
/** `num` numbers of each group; where they go in a model's `result_stride` parameters. */
export type GroupUniform = "num_models" | "num_groups" | "num" | "result_stride" | "result_at";

export default defineKernel<GroupBuffer, GroupUniform>({
  name: "group_sums",
  source,
  fragments: {},
  overrides: (device) => ({ THREADS: device === "gpu" ? 64 : 8 }),
  grid: ({ num_models, num }, { THREADS }) =>
    num === 0 ? [0, 0, 0] : [Math.ceil(num / THREADS), num_models, 1],
  wasm: {
    module,
    entry: "group_sums",
    buffers: ["partials", "result"],
    uniforms: ["num_models", "num_groups", "num", "result_stride", "result_at"],
    numParts: ({ num_models, num }) => num_models * Math.ceil(num / 4096),
  },
  twin({ partials, result }, { num_models, num_groups, num, result_stride, result_at }) {
    for (let model = 0; model < num_models; model++) {
      for (let i = 0; i < num; i++) {
        let sum = 0;
        for (let group = 0; group < num_groups; group++) {
          sum += partials[(model * num_groups + group) * num + i];
        }
        result[model * result_stride + result_at + i] = sum;
      }
    }
  },
  // Rounding of a sum of some numbers of size 1.
  tolerance: { abs: 1e-5, rel: 1e-6 },
});
