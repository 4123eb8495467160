// Sums of outer products over the rows and steps of each model: the gradients of weights,
// result[model][at + i·num_right + j] = Σ left[…][i] · right[…][j]; without `right` (num_right 0) sums of the columns of
// `left`, the gradients of biases. Sides belong to a model or to its slot, and may begin some steps late: states before a
// step lie at first_step 0, states after it at 1. `sumOuter` (rnn/outer.ts) is what programs call.

import { defineKernel } from "../lib/core/kernel.ts";
import module from "../lib/wasm/outer_sums.wasm" with { type: "bytes" };
import source from "./outer_sums.wgsl" with { type: "text" };

/** `slots` as in rnn/program.ts; without a right side, `left` stands there once more; `scratch` is for wasm alone. */
export type OuterBuffer = "slots" | "left" | "right" | "result" | "scratch";
/**
 * Of a side: whether it has slots instead of models (`_by_slot`), numbers per step (`_stride`) and the first of them that
 * takes part (`_at`), how many do (`num_`), steps that it has room for (`_steps`) and where step 0 lies (`_first`).
 * Rows from `first_row` to before `end_row` take part; what other rows gave is added to if `first_row` is not 0.
 * `scratch_stride` is the numbers of scratch space for each part, at least those of `outerScratch`.
 */
export type OuterUniform =
  | "num_models"
  | "num_rows"
  | "first_row"
  | "end_row"
  | "result_stride"
  | "result_at"
  | "num_left"
  | "left_by_slot"
  | "left_steps"
  | "left_first"
  | "left_stride"
  | "left_at"
  | "num_right"
  | "right_by_slot"
  | "right_steps"
  | "right_first"
  | "right_stride"
  | "right_at"
  | "scratch_stride";

/**
 * Scratch space of the wasm kernel: into how many blocks the result of a model is cut, which are parts, and how many numbers
 * each needs.
 *
 * @example
 * ```ts
 * import { outerScratch } from "#gpu/outer_sums.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(outerScratch(33, 12, 200), { blocks: 3, numbers: 200 * (4 + 8) });
 * ```
 */
export function outerScratch(
  numLeft: number,
  numRight: number,
  steps: number,
): { readonly blocks: number; readonly numbers: number } {
  const rows = numLeft > 64 ? 32 : 16;
  const columns = numRight > 64 ? 64 : numRight > 32 ? 32 : 16;
  return {
    blocks: Math.ceil(numLeft / rows) * Math.max(1, Math.ceil(numRight / columns)),
    // A tile's columns on both sides, for the steps of a slice of trials.
    numbers: numRight === 0 ? 0 : 12 * Math.max(192, steps),
  };
}

export default defineKernel<OuterBuffer, OuterUniform>({
  name: "outer_sums",
  source,
  fragments: {},
  overrides: (device) => device === "gpu" ? { THREADS: 64, LANES: 16 } : { THREADS: 8, LANES: 1 },
  grid({ num_models, num_left, num_right }, { THREADS, LANES }) {
    const tiles = Math.ceil(num_left / 8) * Math.max(1, Math.ceil(num_right / 8));
    const across = Math.ceil(tiles * LANES / THREADS);
    return across === 0 ? [0, 0, 0] : [across, num_models, 1];
  },
  wasm: {
    module,
    entry: "outer_sums",
    buffers: ["slots", "left", "right", "result", "scratch"],
    uniforms: [
      "num_models",
      "num_rows",
      "first_row",
      "end_row",
      "result_stride",
      "result_at",
      "num_left",
      "left_by_slot",
      "left_steps",
      "left_first",
      "left_stride",
      "left_at",
      "num_right",
      "right_by_slot",
      "right_steps",
      "right_first",
      "right_stride",
      "right_at",
      "scratch_stride",
    ],
    numParts: ({ num_models, num_left, num_right }) =>
      num_models * outerScratch(num_left, num_right, 0).blocks,
  },
  twin({ slots, left, right, result }, u) {
    for (let model = 0; model < u.num_models; model++) {
      const slot = slots[2 * model];
      const steps = slots[2 * model + 1];
      const leftModel = u.left_by_slot !== 0 ? slot : model;
      const rightModel = u.right_by_slot !== 0 ? slot : model;
      const to = model * u.result_stride + u.result_at;
      const columns = Math.max(1, u.num_right);
      for (let i = 0; i < u.num_left; i++) {
        for (let j = 0; j < columns; j++) {
          let sum = u.first_row > 0 ? result[to + i * columns + j] : 0;
          for (let row = u.first_row; row < u.end_row; row++) {
            const rowOfLeft = (leftModel * u.num_rows + row) * u.left_steps + u.left_first;
            const rowOfRight = (rightModel * u.num_rows + row) * u.right_steps + u.right_first;
            for (let step = 0; step < steps; step++) {
              const x = left[(rowOfLeft + step) * u.left_stride + u.left_at + i];
              sum += u.num_right === 0
                ? x
                : x * right[(rowOfRight + step) * u.right_stride + u.right_at + j];
            }
          }
          result[to + i * columns + j] = sum;
        }
      }
    }
  },
  // Cases bring the bound of rounding for their sums.
  tolerance: { abs: 0, rel: 0 },
});
