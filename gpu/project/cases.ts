// Cases of the kernel `project` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import { type PairBuffer, pairCases, pairsOf } from "../shared/pair_cases.ts";
import type { ProjectUniform } from "../project.ts";

/** Declared and random cases: nothing, one, a workgroup and its neighbours, large. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<PairBuffer, ProjectUniform>> {
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
