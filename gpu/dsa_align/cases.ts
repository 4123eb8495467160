// Cases for the conformance suite of `dsa_align`: fresh operators in Schur form, random starts, few evaluations, since a
// descent doubles any difference at each step. Leaves out whether the ends are good: that is tested with the search.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import { describeOperator } from "../../lib/math/dsa/operator_frames.ts";
import { pairTable } from "../../lib/math/dsa/pair_table.ts";
import { randomOrthogonal } from "../../lib/math/dsa/random_orthogonal.ts";
import type { AlignBuffer, AlignUniform } from "../dsa_align.ts";
import { alignLayout, placedOperators, placedRotation } from "./layout.ts";

type AlignCase = KernelCase<AlignBuffer, AlignUniform>;

/** Sizes around the widths of registers and tiles, one and several pairs, slots that are not asked for. */
export default function* cases(random: RandomStream): Iterable<AlignCase> {
  let index = 0;
  const draw = (n: number) => random.normal(new Float64Array(n * n), index++) as Float64Array;
  const make = (
    label: string,
    n: number,
    numPairs: number,
    slots: readonly number[],
    steps: number,
  ) => {
    const numSlots = Math.max(1, ...slots.map((slot) => slot + 1));
    const layout = alignLayout(n, numPairs, numSlots);
    const space = new Float32Array(layout.spaceLength);
    const entries = new Uint32Array(Math.max(1, numPairs * layout.tableLength));
    for (let pair = 0; pair < numPairs; pair++) {
      const [x, y] = [draw(n), draw(n)].map((m) => describeOperator(m, n));
      space.set(placedOperators(x.t, y.t, n), pair * layout.pairLength);
      entries.set(pairTable(x.partner, n), pair * layout.tableLength);
    }
    for (let slot = 0; slot < numSlots; slot++) {
      const c = randomOrthogonal(random, index++, n, slot % 2 === 0 ? 1 : -1);
      space.set(placedRotation(c, n), layout.rotationsAt + slot * layout.s ** 2);
    }
    return {
      label: `${label}: n = ${n}, ${numPairs} pairs, ${slots.length} slots, ${steps} steps`,
      buffers: {
        space,
        entries,
        slots: Uint32Array.from(slots.flatMap((slot) => [slot, slot % numPairs])),
        marks: new Float32Array(layout.marksLength),
      },
      uniforms: {
        n,
        num: slots.length,
        steps,
        rotations_at: layout.rotationsAt,
        scratch_at: layout.scratchAt,
        max_iterations: 100,
        gradient_tolerance: 1e-5,
        relative_decrease: 1e-5,
      },
    };
  };
  yield make("nothing", 4, 1, [], 3);
  // Sums of up to n² products of numbers below 1; the second derivatives' quotients amplify them.
  const tight = { abs: 1e-4, rel: 1e-4 };
  for (const n of [1, 2, 3, 4, 5, 8, 10, 16, 33, 64]) {
    yield { ...make("gradient only", n, 1, [0], 0), tolerance: tight };
    // Of two dimensions the second step is at the optimum already, where only rounding is left.
    yield make("steps", n, 1, [0], n === 2 ? 1 : 2);
  }
  // Where the curvature is small, rounding of longer sums shows in the step.
  yield { ...make("largest", 128, 1, [0], 1), tolerance: { abs: 2e-4, rel: 1e-3 } };
  yield make("some slots of several pairs", 7, 3, [4, 0, 2, 7], 2);
  yield make("many slots", 6, 5, Array.from({ length: 65 }, (_, k) => 64 - k), 1);
  for (let i = 0; i < 3; i++) yield make("random", 3 + random.integer(22, i, 1), 2, [1, 0], 2);
}
