// Affinities of items for t-SNE: for each item a Gaussian over the others whose width gives the wanted perplexity, then
// symmetrised. van der Maaten & Hinton 2008, eq. 1 and section 2; bisection, its start and its tolerance as in
// scikit-learn 1.2. The largest exponent is taken out, so that far items cannot underflow all at once.

import { dividedBy, exactScale } from "../linalg/exact_scale.ts";
import { requireFinite, requireShape } from "../linalg/require_shape.ts";

/** Joint affinities of the pairs named, each pair once, summing to ½ over them (to 1 over ordered pairs). */
export interface Affinities {
  readonly numItems: number;
  /** Pairs by item: `second[starts[i] … starts[i + 1] − 1]` are the partners j > i of item i. */
  readonly starts: Uint32Array;
  readonly second: Uint32Array;
  readonly joint: Float64Array;
}

/** How affinities are made. */
export interface AffinityOptions {
  readonly perplexity: number;
  /** How far the entropy may be from ln(perplexity). */
  readonly entropyTolerance?: number;
  /** Whether squared distances are rounded to 24 bits first, as scikit-learn's are: then affinities agree with its to the last digits. */
  readonly single?: boolean;
  /** Only this many nearest items have an affinity; all if absent. */
  readonly numNeighbours?: number;
}

/** Affinities are never smaller, as in scikit-learn. */
export const SMALLEST_AFFINITY: number = Number.EPSILON;

/**
 * Joint affinities of X (items × features). With all neighbours the pairs are the upper triangle row by row.
 *
 * @throws {RangeError} if sizes do not fit, an entry is not finite, there are fewer than 3 items, or the perplexity is not in
 * [1, items − 1].
 *
 * @example
 * ```ts
 * import { affinities } from "#lib/math/maps/affinities.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const { joint } = affinities(Float64Array.of(0, 1, 3, 7), 4, 1, { perplexity: 2 });
 * assertAlmostEquals(joint.reduce((sum, p) => sum + p), 0.5, 1e-14);
 * ```
 */
export function affinities(
  x: Float64Array,
  numItems: number,
  numFeatures: number,
  { perplexity, entropyTolerance = 1e-5, single = false, numNeighbours }: AffinityOptions,
): Affinities {
  requireShape("t-SNE", "the items × features", x, numItems, numFeatures);
  requireFinite("t-SNE", "the items × features", x);
  if (numItems < 3) {
    throw new RangeError(`t-SNE: a map of ${numItems} items shows nothing; give at least 3`);
  }
  if (!(perplexity >= 1 && perplexity <= numItems - 1)) {
    throw new RangeError(
      `t-SNE: a perplexity of ${perplexity} for ${numItems} items; take 1 … ${numItems - 1}, ` +
        `best below ${Math.floor(numItems / 3)}`,
    );
  }
  // Affinities have no scale; only where squares would leave the numbers is it taken out.
  const scale = exactScale(x);
  if (scale > 1e100 || scale < 1e-100) x = dividedBy(x, scale);
  const k = Math.min(numNeighbours ?? numItems - 1, numItems - 1);
  const [items, conditional] = [new Uint32Array(numItems * k), new Float64Array(numItems * k)];
  const squares = new Float64Array(numItems);
  for (let i = 0; i < numItems; i++) {
    squaredDistancesFrom(x, numItems, numFeatures, i, squares);
    if (single) roundToSingle(squares);
    const near = items.subarray(i * k, (i + 1) * k);
    nearest(squares, i, near);
    const row = conditional.subarray(i * k, (i + 1) * k);
    near.forEach((j, at) => row[at] = squares[j]);
    toConditional(row, Math.log(single ? Math.fround(perplexity) : perplexity), entropyTolerance);
  }
  return joined(numItems, k, items, conditional);
}

function squaredDistancesFrom(
  x: Float64Array,
  numItems: number,
  numFeatures: number,
  i: number,
  out: Float64Array,
): void {
  for (let j = 0; j < numItems; j++) {
    let sum = 0;
    for (let f = 0; f < numFeatures; f++) {
      const difference = x[i * numFeatures + f] - x[j * numFeatures + f];
      sum += difference * difference;
    }
    out[j] = sum;
  }
  const bad = out.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(
      `t-SNE: the squared distance of items ${i} and ${bad} is ${
        out[bad]
      }; bring the features to a ` +
        "common scale (normalize) first",
    );
  }
}

/** Rounds to 24 bits, whatever the scale: nothing overflows or vanishes as it would in single precision. */
function roundToSingle(values: Float64Array): void {
  const scale = exactScale(values);
  for (let j = 0; j < values.length; j++) values[j] = Math.fround(values[j] / scale) * scale;
}

/** The items nearest to i, itself left out, ascending by number. */
function nearest(squares: Float64Array, i: number, out: Uint32Array): void {
  if (out.length === squares.length - 1) {
    for (let j = 0, at = 0; j < squares.length; j++) if (j !== i) out[at++] = j;
    return;
  }
  const sorted = squares.slice();
  sorted[i] = Infinity;
  const farthest = sorted.sort()[out.length - 1];
  // Of items equally far, those that come first.
  let left = out.length;
  for (let j = 0; j < squares.length; j++) if (j !== i && squares[j] < farthest) left--;
  for (let j = 0, at = 0; at < out.length; j++) {
    if (j === i || squares[j] > farthest) continue;
    if (squares[j] === farthest && left-- <= 0) continue;
    out[at++] = j;
  }
}

/** Squared distances to probabilities of the wanted entropy (nats), in place. */
function toConditional(row: Float64Array, wanted: number, tolerance: number): void {
  let least = Infinity;
  for (const value of row) least = Math.min(least, value);
  const squares = row.map((value) => value - least);
  let beta = 1, low = -Infinity, high = Infinity;
  for (let step = 0; step < MAX_STEPS; step++) {
    let sum = 0, weighted = 0;
    for (let j = 0; j < squares.length; j++) {
      const weight = Math.exp(-squares[j] * beta);
      row[j] = weight;
      sum += weight;
      weighted += squares[j] * weight;
    }
    for (let j = 0; j < row.length; j++) row[j] /= sum;
    const difference = Math.log(sum) + beta * weighted / sum - wanted;
    if (Math.abs(difference) <= tolerance) return;
    if (difference > 0) {
      low = beta;
      beta = high === Infinity ? 2 * beta : (beta + high) / 2;
    } else {
      high = beta;
      beta = low === -Infinity ? beta / 2 : (beta + low) / 2;
    }
  }
}

/** p_ij = (p_j|i + p_i|j) / 2n, for all pairs of which one is the other's neighbour. */
function joined(
  numItems: number,
  k: number,
  items: Uint32Array,
  conditional: Float64Array,
): Affinities {
  const counts = new Uint32Array(numItems + 1);
  const isMutual = (i: number, j: number) => placeOf(items, j * k, k, i) >= 0;
  let total = 0;
  for (let i = 0; i < numItems; i++) {
    for (let at = i * k; at < (i + 1) * k; at++) {
      const j = items[at];
      total += conditional[at];
      // Each pair once, with its smaller item: from there, or from the other side if only that names it.
      if (j > i) counts[i + 1]++;
      else if (!isMutual(i, j)) counts[j + 1]++;
    }
  }
  for (let i = 0; i < numItems; i++) counts[i + 1] += counts[i];
  const next = counts.slice();
  const second = new Uint32Array(counts[numItems]);
  const joint = new Float64Array(second.length);
  for (let i = 0; i < numItems; i++) {
    for (let at = i * k; at < (i + 1) * k; at++) {
      const j = items[at];
      const back = placeOf(items, j * k, k, i);
      if (j < i && back >= 0) continue;
      const sum = conditional[at] + (back >= 0 ? conditional[back] : 0);
      const to = next[Math.min(i, j)]++;
      second[to] = Math.max(i, j);
      joint[to] = Math.max(sum / (2 * total), SMALLEST_AFFINITY);
    }
  }
  return { numItems, starts: counts, second, joint };
}

/** Where `item` stands among k ascending ones, or −1. */
function placeOf(items: Uint32Array, from: number, k: number, item: number): number {
  let low = from, high = from + k - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (items[middle] === item) return middle;
    if (items[middle] < item) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

const MAX_STEPS = 200;
