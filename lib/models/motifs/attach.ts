// Motifs one after the other in time, each continuing where the one before stopped.

import { requireShape, type TrajectoryShape } from "./shape.ts";

/** Share of the last increment by which the first attached point goes on. */
const NUDGE = 1e-4;

/**
 * Joins m ≥ 2 motifs of one shape in time: the first as it is; then, for each further motif B, one point
 * end + 1e-4 · (end − point before end), and B's increments Bᵢ − Bᵢ₋₁ added up from there. The result has m times
 * as many time points; the published studies then keep every m-th ({@link downsampleTime}) and normalise.
 * Source: RepAL, the compositional test of Guilhot, Wójcik, Achterberg & Costa 2024, arXiv 2410.24070.
 *
 * @throws {RangeError} if there are fewer than two motifs, fewer than two time points, or a motif lacks the shape.
 *
 * @example
 * ```ts
 * import { attach } from "#lib/models/motifs/attach.ts";
 * import { assertEquals } from "@std/assert";
 * const shape = { numTrials: 1, numTime: 2, numUnits: 1 };
 * const joined = attach([Float64Array.of(0, 1), Float64Array.of(5, 7)], shape);
 * assertEquals([...joined], [0, 1, 1.0001, 3.0000999999999998]);
 * ```
 */
export function attach(motifs: readonly Float64Array[], shape: TrajectoryShape): Float64Array {
  const { numTrials, numTime, numUnits } = shape;
  if (motifs.length < 2 || numTime < 2) {
    throw new RangeError(
      `attach() got ${motifs.length} motifs of ${numTime} time points; it takes at least two of at least two`,
    );
  }
  for (const motif of motifs) requireShape("attach", motif, shape);
  const length = numTime * numUnits;
  const joinedLength = motifs.length * length;
  const joined = new Float64Array(numTrials * joinedLength);
  for (let trial = 0; trial < numTrials; trial++) {
    const from = trial * length;
    let at = trial * joinedLength;
    for (let i = 0; i < length; i++) joined[at++] = motifs[0][from + i];
    for (let m = 1; m < motifs.length; m++) {
      const motif = motifs[m];
      for (let unit = 0; unit < numUnits; unit++, at++) {
        const end = joined[at - numUnits];
        joined[at] = end + NUDGE * (end - joined[at - 2 * numUnits]);
      }
      for (let i = from + numUnits; i < from + length; i++, at++) {
        joined[at] = joined[at - numUnits] + motif[i] - motif[i - numUnits];
      }
    }
  }
  return joined;
}

/**
 * Every `factor`-th time point, from the first.
 *
 * @throws {RangeError} if the array does not have the shape or the factor is no integer from 1 up.
 *
 * @example
 * ```ts
 * import { downsampleTime } from "#lib/models/motifs/attach.ts";
 * import { assertEquals } from "@std/assert";
 * const shape = { numTrials: 1, numTime: 5, numUnits: 1 };
 * assertEquals([...downsampleTime(Float64Array.of(0, 1, 2, 3, 4), shape, 2)], [0, 2, 4]);
 * ```
 */
export function downsampleTime(
  states: Float64Array,
  shape: TrajectoryShape,
  factor: number,
): Float64Array {
  requireShape("downsampleTime", states, shape);
  if (!Number.isInteger(factor) || factor < 1) {
    throw new RangeError(`downsampleTime() got factor ${factor}; it takes an integer from 1 up`);
  }
  const { numTrials, numTime, numUnits } = shape;
  const kept = new Float64Array(numTrials * Math.ceil(numTime / factor) * numUnits);
  let at = 0;
  for (let trial = 0; trial < numTrials; trial++) {
    for (let t = 0; t < numTime; t += factor) {
      const from = (trial * numTime + t) * numUnits;
      for (let unit = 0; unit < numUnits; unit++) kept[at++] = states[from + unit];
    }
  }
  return kept;
}
