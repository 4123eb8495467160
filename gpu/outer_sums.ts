// Sums of outer products over the rows and steps of each model, by groups of rows:
// partials[model][group][i][j] = Σ left[…][i] · right[…][j]; without `right` (num_right 0) sums of the columns of `left`.
// Groups are parts that need nothing of each other and read their rows once; `group_sums` adds them up to the gradients of
// weights. Sides belong to a model or to its slot, and may begin some steps late: states before a step lie at first_step 0,
// states after it at 1. `sumOuter` (rnn/outer.ts) is what programs call.

import { defineKernel } from "../lib/core/kernel.ts";
import module from "../lib/wasm/outer_sums.wasm" with { type: "bytes" };
import source from "./outer_sums.wgsl" with { type: "text" };

/** `slots` as in rnn/program.ts; without a right side, `left` stands there once more; `scratch` is for wasm alone. */
export type OuterBuffer = "slots" | "left" | "right" | "partials" | "scratch";
/**
 * Of a side: whether it has slots instead of models (`_by_slot`), numbers per step (`_stride`) and the first of them that
 * takes part (`_at`), how many do (`num_`), steps that it has room for (`_steps`) and where step 0 lies (`_first`).
 * `scratch_stride` is the numbers of scratch space for each group of a model, at least those of `outerScratch`.
 */
export type OuterUniform =
  | "num_models"
  | "num_rows"
  | "num_groups"
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
 * Numbers of scratch space that the wasm kernel needs for a group: sides that it packs, for some trials.
 *
 * @example
 * ```ts
 * import { outerScratch } from "#gpu/outer_sums.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(outerScratch({ num: 33, stride: 33 }, { num: 12, stride: 12 }, 500), 500 * (36 + 16));
 * assertEquals(outerScratch({ num: 64, stride: 64 }, { num: 64, stride: 64 }, 500), 0);
 * ```
 */
export function outerScratch(left: Columns, right: Columns, steps: number): number {
  if (right.num === 0) return 0;
  const packed = ({ num, stride }: Columns, wide: number) =>
    num % wide !== 0 || stride >= longRow ? wide * Math.ceil(num / wide) : 0;
  return Math.max(sliceSteps, steps) * (packed(left, 4) + packed(right, 8));
}

/** How many numbers of each step take part, and how many there are. */
interface Columns {
  readonly num: number;
  readonly stride: number;
}

/** As the wasm kernel has them. */
const sliceSteps = 400;
const longRow = 256;

export default defineKernel<OuterBuffer, OuterUniform>({
  name: "outer_sums",
  source,
  fragments: {},
  overrides: (device) => ({ THREADS: device === "gpu" ? 64 : 8 }),
  grid({ num_models, num_groups, num_left, num_right }, { THREADS }) {
    const tiles = Math.ceil(num_left / 8) * Math.max(1, Math.ceil(num_right / 8));
    const across = Math.ceil(tiles / THREADS);
    return across === 0 || num_models === 0 ? [0, 0, 0] : [across, num_groups, num_models];
  },
  wasm: {
    module,
    entry: "outer_sums",
    buffers: ["slots", "left", "right", "partials", "scratch"],
    uniforms: [
      "num_models",
      "num_rows",
      "num_groups",
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
    numParts: ({ num_models, num_groups }) => num_models * num_groups,
  },
  twin({ slots, left, right, partials }, u) {
    const columns = Math.max(1, u.num_right);
    for (let model = 0; model < u.num_models; model++) {
      const slot = slots[2 * model];
      const steps = slots[2 * model + 1];
      const leftModel = u.left_by_slot !== 0 ? slot : model;
      const rightModel = u.right_by_slot !== 0 ? slot : model;
      for (let group = 0; group < u.num_groups; group++) {
        const to = (model * u.num_groups + group) * u.num_left * columns;
        const firstRow = Math.floor(group * u.num_rows / u.num_groups);
        const endRow = Math.floor((group + 1) * u.num_rows / u.num_groups);
        for (let i = 0; i < u.num_left; i++) {
          for (let j = 0; j < columns; j++) {
            let sum = 0;
            for (let row = firstRow; row < endRow; row++) {
              const rowOfLeft = (leftModel * u.num_rows + row) * u.left_steps + u.left_first;
              const rowOfRight = (rightModel * u.num_rows + row) * u.right_steps + u.right_first;
              for (let step = 0; step < steps; step++) {
                const x = left[(rowOfLeft + step) * u.left_stride + u.left_at + i];
                sum += u.num_right === 0
                  ? x
                  : x * right[(rowOfRight + step) * u.right_stride + u.right_at + j];
              }
            }
            partials[to + i * columns + j] = sum;
          }
        }
      }
    }
  },
  // Cases bring the bound of rounding for their sums.
  tolerance: { abs: 0, rel: 0 },
});
