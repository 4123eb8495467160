// Cases of the kernel `gram` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import { type PairBuffer, pairCases, pairsOf } from "../shared/pair_cases.ts";
import type { GramUniform } from "../gram.ts";

/** Declared and random cases: nothing, one, a workgroup and its neighbours, large. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<PairBuffer, GramUniform>> {
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
