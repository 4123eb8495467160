// Delay embedding (Hankel matrix) of multi-trial data: rows are moments, columns delayed copies of the units.
// The newest sample comes first. No centring, no scaling. Leaves out everything done with the matrix.

/** Trials of equal or unequal length over the same units, one after the other in `data`. */
export interface TrialSet {
  /** trials × time × units, row-major; with unequal lengths the trials' blocks concatenated. */
  readonly data: Float64Array;
  readonly numTrials: number;
  /** Time points of every trial, or of each. */
  readonly numTime: number | readonly number[];
  readonly numUnits: number;
}

/** How far an embedding looks back: `numDelays` samples, `delayInterval` apart. */
export interface DelayParams {
  readonly numDelays: number;
  /** In samples. Default 1. */
  readonly delayInterval?: number;
}

/** An embedded trial set: `numRows` × `numFeatures`, trials stacked. */
export interface Embedding {
  readonly data: Float64Array;
  /** Rows of each trial: T' = T − (d − 1)·τ. */
  readonly rowsPerTrial: readonly number[];
  readonly numRows: number;
  readonly numFeatures: number;
}

/**
 * The delay embedding H[i, b·N + c] = x[i + (d − 1 − b)·τ, c] of every trial, stacked: block b = 0 holds the
 * newest sample, the last block the oldest; each trial gives T' = T − (d − 1)·τ rows.
 * Takens 1981; the Hankel matrix of Brunton et al. 2017 (HAVOK), transposed.
 *
 * @throws {RangeError} if a trial has no row left (too many delays for its length), counts are not positive
 * integers, or the data's length does not fit.
 *
 * @example
 * ```ts
 * import { delayEmbedding } from "#lib/math/dmd/delay_embedding.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(1, 2, 3, 4), numTrials: 1, numTime: 4, numUnits: 1 };
 * const { data } = delayEmbedding(trials, { numDelays: 2, delayInterval: 2 });
 * assertEquals(data, Float64Array.of(3, 1, 4, 2));
 * ```
 */
export function delayEmbedding(trials: TrialSet, delays: DelayParams): Embedding {
  const { rowsPerTrial, numRows, numFeatures, offsets } = embeddingShape(trials, delays);
  const data = new Float64Array(numRows * numFeatures);
  let row = 0;
  for (let trial = 0; trial < trials.numTrials; trial++) {
    embedRows(trials, delays, offsets[trial], rowsPerTrial[trial], data, row * numFeatures);
    row += rowsPerTrial[trial];
  }
  return { data, rowsPerTrial, numRows, numFeatures };
}

/** Sizes of an embedding, and where each trial starts in the data. */
export interface EmbeddingShape {
  readonly rowsPerTrial: readonly number[];
  readonly numRows: number;
  readonly numFeatures: number;
  /** Index in `data` of each trial's first entry. */
  readonly offsets: readonly number[];
}

/**
 * The sizes that `delayEmbedding` will have, after checking its arguments.
 *
 * @throws {RangeError} as `delayEmbedding`.
 *
 * @example
 * ```ts
 * import { embeddingShape } from "#lib/math/dmd/delay_embedding.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: new Float64Array(30), numTrials: 2, numTime: [7, 8], numUnits: 2 };
 * assertEquals(embeddingShape(trials, { numDelays: 3, delayInterval: 2 }).rowsPerTrial, [3, 4]);
 * ```
 */
export function embeddingShape(trials: TrialSet, delays: DelayParams): EmbeddingShape {
  const { data, numTrials, numTime, numUnits } = trials;
  const { numDelays, delayInterval = 1 } = delays;
  for (const [name, value] of Object.entries({ numTrials, numUnits, numDelays, delayInterval })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`delay embedding: ${name} is ${value}; it must be a positive integer`);
    }
  }
  const lengths = typeof numTime === "number"
    ? new Array<number>(numTrials).fill(numTime)
    : numTime;
  if (lengths.length !== numTrials) {
    throw new RangeError(`delay embedding: ${lengths.length} lengths for ${numTrials} trials`);
  }
  const lost = (numDelays - 1) * delayInterval;
  const offsets: number[] = [];
  let end = 0;
  for (let trial = 0; trial < numTrials; trial++) {
    const length = lengths[trial];
    if (!(Number.isInteger(length) && length > lost)) {
      throw new RangeError(
        `delay embedding: too many delays for trial ${trial}: ${numDelays} delays at interval ` +
          `${delayInterval} need at least ${
            lost + 1
          } time points, it has ${length}; take fewer delays or leave that trial out`,
      );
    }
    offsets.push(end);
    end += length * numUnits;
  }
  if (end !== data.length) {
    throw new RangeError(
      `delay embedding: data has ${data.length} entries, the trials' sizes make ${end}`,
    );
  }
  const rowsPerTrial = lengths.map((length) => length - lost);
  const numRows = rowsPerTrial.reduce((sum, rows) => sum + rows, 0);
  return { rowsPerTrial, numRows, numFeatures: numDelays * numUnits, offsets };
}

/**
 * Writes `numRows` embedded rows of the trial that starts at `offset` of the data, beginning with row
 * `firstRow`, to `out` from index `to` on. Sizes are not checked.
 *
 * @example
 * ```ts
 * import { embedRows } from "#lib/math/dmd/delay_embedding.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(1, 2, 3), numTrials: 1, numTime: 3, numUnits: 1 };
 * const out = new Float64Array(2);
 * embedRows(trials, { numDelays: 2 }, 0, 1, out, 0, 1);
 * assertEquals(out, Float64Array.of(3, 2));
 * ```
 */
export function embedRows(
  { data, numUnits }: TrialSet,
  { numDelays, delayInterval = 1 }: DelayParams,
  offset: number,
  numRows: number,
  out: Float64Array,
  to: number,
  firstRow = 0,
): void {
  const back = delayInterval * numUnits;
  let p = to;
  for (let row = 0; row < numRows; row++) {
    let block = offset + (firstRow + row) * numUnits + (numDelays - 1) * back;
    for (let b = 0; b < numDelays; b++, block -= back) {
      for (let c = 0; c < numUnits; c++, p++) out[p] = data[block + c];
    }
  }
}

/**
 * Writes `count` rows of the whole embedding (trials stacked), beginning with row `from`, to `out`.
 *
 * @throws {RangeError} as `delayEmbedding`.
 *
 * @example
 * ```ts
 * import { embedStackedRows } from "#lib/math/dmd/delay_embedding.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(1, 2, 3, 4), numTrials: 2, numTime: 2, numUnits: 1 };
 * const out = new Float64Array(2);
 * embedStackedRows(trials, { numDelays: 1 }, 1, 2, out);
 * assertEquals(out, Float64Array.of(2, 3));
 * ```
 */
export function embedStackedRows(
  trials: TrialSet,
  delays: DelayParams,
  from: number,
  count: number,
  out: Float64Array,
): void {
  const { rowsPerTrial, numFeatures, offsets } = embeddingShape(trials, delays);
  let first = from;
  let written = 0;
  for (let trial = 0; trial < trials.numTrials && written < count; trial++) {
    const rows = Math.min(rowsPerTrial[trial] - first, count - written);
    if (rows > 0) {
      embedRows(trials, delays, offsets[trial], rows, out, written * numFeatures, first);
      written += rows;
    }
    first = Math.max(0, first - rowsPerTrial[trial]);
  }
}
