// Which checkpoints of two runs of unequal length stand beside each other: equal shares of each run's own length.
// Source: RepAL (Guilhot, Wójcik, Achterberg & Costa 2024, arXiv 2410.24070), comparison over learning.

/**
 * For each checkpoint i of the shorter run (from 0) the first checkpoint j of the longer one that minimises
 * |⌊100 i/n⌋ − ⌊100 j/p⌋|, for runs of n ≤ p checkpoints. Empty where the shorter run has none.
 *
 * @throws {RangeError} unless both are whole numbers and n ≤ p.
 *
 * @example
 * ```ts
 * import { alignRuns } from "#lib/math/statistics/align_runs.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...alignRuns(3, 5)], [0, 2, 3]);
 * assertEquals(alignRuns(0, 5).length, 0);
 * ```
 */
export function alignRuns(shorter: number, longer: number): Int32Array {
  if (!Number.isInteger(shorter) || !Number.isInteger(longer) || shorter < 0 || shorter > longer) {
    throw new RangeError(
      `alignRuns() got runs of ${shorter} and ${longer} checkpoints; it needs whole numbers, the shorter run first`,
    );
  }
  return Int32Array.from({ length: shorter }, (_, i) => {
    const share = percent(i, shorter);
    let best = 0;
    for (let j = 1; j < longer; j++) {
      if (Math.abs(share - percent(j, longer)) < Math.abs(share - percent(best, longer))) best = j;
    }
    return best;
  });
}

/** Whole per cent of a run that lie behind its checkpoint `i`. */
function percent(i: number, length: number): number {
  return Math.floor(100 * i / length);
}
