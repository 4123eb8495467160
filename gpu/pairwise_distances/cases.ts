// Cases of the kernel `pairwise_distances` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import { type PairBuffer, pairCases, pairsOf } from "../shared/pair_cases.ts";
import type { DistanceUniform } from "../pairwise_distances.ts";

/** Declared and random cases: nothing, one, a workgroup and its neighbours, large. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<PairBuffer, DistanceUniform>> {
  const shapes = [
    [1, 1, 1],
    [3, 4, 2],
    [7, 8, 9],
    [8, 7, 4],
    [9, 16, 3],
    [100, 5, 17],
    [12, 12, 64],
    [33, 20, 130],
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
  for (const squared of [0, 1]) {
    yield* pairCases(random, shapes, {
      sizes: ([m, n, inner]) => ({ left: [m, inner], right: [n, inner], result: [m, n], inner }),
      uniforms: { squared },
      symmetric: true,
      // Differences and squares are off by some ε each, and so is their sum; roots halve that.
      tolerance: (inner) => ({ abs: 1e-6, rel: 2e-7 * (Math.sqrt(inner) + 4) }),
      label: squared === 1 ? "squared, " : "",
    });
  }
  yield pairsOf("no pairs", [], random, { exact: true, uniforms: { squared: 1 } });
}
