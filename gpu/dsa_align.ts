// Kernel: many alignment problems min ‖A − C B Cᵀ‖² over orthogonal C at once, one for each slot (a pair and a start).
// Riemannian L-BFGS in f32 with the Cayley retraction; all iterations inside the kernel, a bounded number of evaluations
// per dispatch, and the rest kept in the buffers, so that further dispatches go on where the last one stopped. Nothing in
// a slot depends on other slots, or on how its evaluations are cut into dispatches.
// Source: Ostrow et al. 2023, "Beyond geometry", eq. 7; Nocedal & Wright, "Numerical Optimization", algorithm 7.4.
// Leaves out starting points, the choice among ends, and the last digits: that is lib/metrics/_dsa_search.ts.

import { defineKernel } from "../lib/core/kernel.ts";
import module from "../lib/wasm/dsa_align.wasm" with { type: "bytes" };
import { alignLayout } from "./dsa_align/layout.ts";
import { descendOn, Mark, vectorLength } from "./dsa_align/twin.ts";
import algebra from "./dsa_align/algebra.wgsl" with { type: "text" };
import objective from "./dsa_align/objective.wgsl" with { type: "text" };
import step from "./dsa_align/step.wgsl" with { type: "text" };
import source from "./dsa_align.wgsl" with { type: "text" };

/**
 * - `space` (f32): operators, rotations (in: starts, out: ends) and scratch space, as `alignLayout` says;
 * - `entries` (u32): for each pair its `pairTable`;
 * - `slots` (u32): for each of `num` descents its slot and its pair;
 * - `marks` (f32): 32 numbers per slot, zeros at first; `Mark` says which is which.
 */
export type AlignBuffer = "space" | "entries" | "slots" | "marks";

/** Sizes, places in `space`, and where descents stop. */
export type AlignUniform =
  | "n"
  | "num"
  | "steps"
  | "rotations_at"
  | "scratch_at"
  | "max_iterations"
  | "gradient_tolerance"
  | "relative_decrease";

export default defineKernel<AlignBuffer, AlignUniform>({
  name: "dsa_align",
  source,
  fragments: {
    "dsa_align/algebra": algebra,
    "dsa_align/objective": objective,
    "dsa_align/step": step,
  },
  // Software adapters step eight threads at once and switch between such groups at barriers: two are best.
  overrides: (device) => ({ width: device === "gpu" ? 64 : 16 }),
  grid: ({ num }) => [num, num === 0 ? 0 : 1, 1],
  wasm: {
    module,
    entry: "dsa_align",
    buffers: ["space", "entries", "slots", "marks"],
    uniforms: [
      "n",
      "num",
      "steps",
      "rotations_at",
      "scratch_at",
      "max_iterations",
      "gradient_tolerance",
      "relative_decrease",
    ],
    numParts: ({ num }) => num,
  },
  twin(buffers, uniforms) {
    const { n, num, rotations_at, scratch_at } = uniforms;
    const { s, pairLength, tableLength, scratchLength, transientLength } = alignLayout(n, 0, 0);
    const [space, marks] = [buffers.space as Float64Array, buffers.marks as Float64Array];
    const [entries, slots] = [buffers.entries as Uint32Array, buffers.slots as Uint32Array];
    for (let k = 0; k < num; k++) {
      const [slot, pair] = slots.subarray(2 * k, 2 * k + 2);
      const part = (at: number, length: number) => space.subarray(at, at + length);
      const operators = part(pair * pairLength, pairLength);
      const scratch = part(scratch_at + slot * scratchLength, scratchLength);
      descendOn({
        n,
        s,
        a: operators.subarray(0, s * s),
        b: operators.subarray(s * s, 2 * s * s),
        diagonal: operators.subarray(3 * s * s),
        entries: entries.subarray(pair * tableLength, (pair + 1) * tableLength),
        c: part(rotations_at + slot * s * s, s * s),
        vectors: scratch.subarray(transientLength, transientLength + 15 * vectorLength(n)),
        marks: marks.subarray(slot * Mark.length, (slot + 1) * Mark.length),
      }, uniforms);
      scratch.fill(0, 0, transientLength);
    }
  },
  // Rounding of sums over n² products in f32, carried through a few steps of a descent that doubles differences at each;
  // the reciprocal of a step's curvature, a sum of either sign, shows it most. Cases of one evaluation have a smaller one.
  tolerance: { abs: 2e-3, rel: 5e-3 },
});
