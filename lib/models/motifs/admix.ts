// A second motif mixed into a first, to a known share.

import { requireShape, type TrajectoryShape } from "./shape.ts";

/**
 * base + share · (added − added's first point), trial by trial. Nothing is normalised afterwards, so the
 * base is recovered exactly at share 0 and both start at the same point at every share.
 * Source: RepAL, the test of ratio-like behaviour of Guilhot et al. 2024, arXiv 2410.24070.
 *
 * @throws {RangeError} if an array does not have the shape.
 *
 * @example
 * ```ts
 * import { admix } from "#lib/models/motifs/admix.ts";
 * import { assertEquals } from "@std/assert";
 * const shape = { numTrials: 1, numTime: 2, numUnits: 1 };
 * assertEquals([...admix(Float64Array.of(1, 2), Float64Array.of(10, 14), 0.5, shape)], [1, 4]);
 * ```
 */
export function admix(
  base: Float64Array,
  added: Float64Array,
  share: number,
  shape: TrajectoryShape,
): Float64Array {
  requireShape("admix", base, shape);
  requireShape("admix", added, shape);
  const { numTrials, numTime, numUnits } = shape;
  const mixed = new Float64Array(base.length);
  for (let trial = 0, at = 0; trial < numTrials; trial++) {
    const start = trial * numTime * numUnits;
    for (let t = 0; t < numTime; t++) {
      for (let unit = 0; unit < numUnits; unit++, at++) {
        mixed[at] = base[at] + share * (added[at] - added[start + unit]);
      }
    }
  }
  return mixed;
}
