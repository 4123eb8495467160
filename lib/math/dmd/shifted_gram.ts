// The cross-Gram matrix between an embedding and its shift, read off the Gram matrix.
// With the delay interval τ dividing the steps s = mτ, x[t + s − bτ] = x[t − (b − m)τ], so of C = H₋ᵀH₊
//   C[a, b] = G[a + m, b] − (first s rows of each trial)   for a + m ≤ d − 1,
//   C[a, b] = G[a, b − m] − (last s rows of each trial)    for b ≥ m,
// and only the m × m blocks left over are summed over time: 2KsF² + 2M(mN)² operations instead of 2MF².

import { multiplyTransposeA } from "../linalg/matmul.ts";
import { requireShape } from "../linalg/require_shape.ts";
import { type DelayParams, embeddingShape, embedRows, type TrialSet } from "./delay_embedding.ts";

/**
 * C = H₋ᵀH₊ (F×F) over all pairs of rows `steps` apart within a trial, from G = HᵀH.
 *
 * @throws {RangeError} if `steps` is no positive multiple of the delay interval, or G's length does not fit.
 *
 * @example
 * ```ts
 * import { shiftedGram } from "#lib/math/dmd/shifted_gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(1, 2, 3), numTrials: 1, numTime: 3, numUnits: 1 };
 * assertEquals(shiftedGram(trials, { numDelays: 1 }, 1, Float64Array.of(14)), Float64Array.of(8));
 * ```
 */
export function shiftedGram(
  trials: TrialSet,
  delays: DelayParams,
  steps: number,
  g: Float64Array,
): Float64Array {
  const { numDelays, delayInterval = 1 } = delays;
  const f = numDelays * trials.numUnits;
  if (!Number.isInteger(steps) || steps < 1 || steps % delayInterval !== 0) {
    throw new RangeError(
      `shifted Gram: ${steps} steps are no positive multiple of the delay interval ${delayInterval}`,
    );
  }
  requireShape("shiftedGram", "g", g, f, f);
  const moved = Math.min(numDelays, steps / delayInterval) * trials.numUnits;
  const kept = f - moved;
  const cross = new Float64Array(f * f);
  if (kept > 0) {
    const first = edgeRows(trials, delays, steps, "first");
    const low = columnsFrom(first, f, moved, f);
    const front = multiplyTransposeA(low, first.rows, first.numRows, kept, f);
    for (let i = 0; i < kept; i++) {
      for (let j = 0; j < f; j++) cross[i * f + j] = g[(i + moved) * f + j] - front[i * f + j];
    }
    const last = edgeRows(trials, delays, steps, "last");
    const tail = columnsFrom(last, f, kept, f);
    const head = columnsFrom(last, f, 0, kept);
    const back = multiplyTransposeA(tail, head, last.numRows, moved, kept);
    for (let i = 0; i < moved; i++) {
      for (let j = 0; j < kept; j++) {
        cross[(kept + i) * f + moved + j] = g[(kept + i) * f + j] - back[i * kept + j];
      }
    }
  }
  addCorner(trials, delays, steps, moved, cross);
  return cross;
}

// The corner block rows a > d − 1 − m, block columns b < m: the oldest samples before, the newest after.
function addCorner(
  trials: TrialSet,
  delays: DelayParams,
  steps: number,
  moved: number,
  cross: Float64Array,
): void {
  const { numUnits } = trials;
  const { numDelays, delayInterval = 1 } = delays;
  const { rowsPerTrial, offsets, numFeatures: f } = embeddingShape(trials, delays);
  const part = { numDelays: moved / numUnits, delayInterval };
  const newest = (numDelays - part.numDelays) * delayInterval * numUnits;
  const most = Math.max(...rowsPerTrial) * moved;
  const before = new Float64Array(most);
  const after = new Float64Array(most);
  const block = new Float64Array(moved * moved);
  for (let trial = 0; trial < trials.numTrials; trial++) {
    const pairs = rowsPerTrial[trial] - steps;
    if (pairs < 1) continue;
    embedRows(trials, part, offsets[trial], pairs, before, 0);
    embedRows(trials, part, offsets[trial] + newest, pairs, after, 0, steps);
    const size = pairs * moved;
    multiplyTransposeA(
      before.subarray(0, size),
      after.subarray(0, size),
      pairs,
      moved,
      moved,
      block,
    );
    for (let i = 0; i < moved; i++) {
      const to = (f - moved + i) * f;
      for (let j = 0; j < moved; j++) cross[to + j] += block[i * moved + j];
    }
  }
}

/** Some embedded rows, stacked. */
export interface EdgeRows {
  readonly rows: Float64Array;
  readonly numRows: number;
}

/**
 * The first or the last min(s, T') embedded rows of every trial: those no pair has as its second or as its
 * first member.
 *
 * @example
 * ```ts
 * import { edgeRows } from "#lib/math/dmd/shifted_gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(1, 2, 3, 4), numTrials: 2, numTime: 2, numUnits: 1 };
 * assertEquals(edgeRows(trials, { numDelays: 1 }, 1, "last").rows, Float64Array.of(2, 4));
 * ```
 */
export function edgeRows(
  trials: TrialSet,
  delays: DelayParams,
  steps: number,
  which: "first" | "last",
): EdgeRows {
  const { rowsPerTrial, numFeatures: f, offsets } = embeddingShape(trials, delays);
  const counts = rowsPerTrial.map((rows) => Math.min(steps, rows));
  const numRows = counts.reduce((sum, count) => sum + count, 0);
  const rows = new Float64Array(numRows * f);
  let to = 0;
  for (let trial = 0; trial < trials.numTrials; trial++) {
    const from = which === "first" ? 0 : rowsPerTrial[trial] - counts[trial];
    embedRows(trials, delays, offsets[trial], counts[trial], rows, to, from);
    to += counts[trial] * f;
  }
  return { rows, numRows };
}

function columnsFrom({ rows, numRows }: EdgeRows, f: number, from: number, to: number) {
  const width = to - from;
  const out = new Float64Array(numRows * width);
  for (let i = 0; i < numRows; i++) {
    out.set(rows.subarray(i * f + from, i * f + to), i * width);
  }
  return out;
}
