// The Gram matrix G = HᵀH of a delay embedding, without the tall matrix H.
//
// Two ways (F = dN features, M rows, K trials):
// - by rows: a block of rows at a time is embedded and its Gram matrix added: M·F² operations;
// - by recursion: shifting both windows by one delay interval τ changes a block by the products at the ends,
//     G[a+1, b+1] = G[a, b] + Σ_{t=L−τ}^{L−1} x[t−aτ] x[t−bτ]ᵀ − Σ_{t=T−τ}^{T−1} x[t−aτ] x[t−bτ]ᵀ,  L = (d−1)τ,
//   so only the first block row is summed over time: 2MNF + 2KτF² operations. It pays when 2τ is well below
//   the rows per trial and there are enough units for wide products.
// Rounding: an entry is a sum of at most M + 2dKτ products, error about eps·σ₁². Singular values from G have
// relative errors of about eps·(σ₁/σ)²: 1e-8 at σ/σ₁ = 1e-4 at worst, and nothing is left below 1e-8.

import { addLaggedProducts } from "#lib/wasm/lagged.ts";
import { addUpperGram, gram, GRAM_ROW_BLOCK, mirrorUpper } from "../linalg/gram.ts";
import { wasmPays } from "../linalg/matmul.ts";
import { plainAddCrossGram } from "../linalg/plain_gram.ts";
import { type DelayParams, embeddingShape, embedRows, type TrialSet } from "./delay_embedding.ts";

/**
 * G = HᵀH (F×F, exactly symmetric) of a trial set's delay embedding. `recursive` forces or forbids the block
 * recursion; by default the cheaper way is taken.
 *
 * @throws {RangeError} as `delayEmbedding`.
 *
 * @example
 * ```ts
 * import { hankelGram } from "#lib/math/dmd/hankel_gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(1, 2, 3), numTrials: 1, numTime: 3, numUnits: 1 };
 * assertEquals(hankelGram(trials, { numDelays: 2 }), Float64Array.of(13, 8, 8, 5));
 * ```
 */
export function hankelGram(
  trials: TrialSet,
  delays: DelayParams,
  recursive = recursionPays(trials, delays),
): Float64Array {
  return recursive ? gramByRecursion(trials, delays) : gramByRows(trials, delays);
}

function recursionPays(trials: TrialSet, delays: DelayParams): boolean {
  const { numDelays, delayInterval = 1 } = delays;
  const { numRows, numFeatures } = embeddingShape(trials, delays);
  const direct = numRows * numFeatures;
  const recursion = 2 * numRows * trials.numUnits +
    2 * trials.numTrials * delayInterval * numFeatures;
  return numDelays > 1 && trials.numUnits >= 8 && recursion < direct;
}

// The embedded rows of all trials, a block of rows at a time: the bytes of gram() of the whole embedding.
function gramByRows(trials: TrialSet, delays: DelayParams): Float64Array {
  const { rowsPerTrial, numFeatures: f, offsets } = embeddingShape(trials, delays);
  const block = new Float64Array(GRAM_ROW_BLOCK * f);
  const sum = new Float64Array(f * f);
  let filled = 0;
  for (let trial = 0; trial < trials.numTrials; trial++) {
    for (let row = 0; row < rowsPerTrial[trial];) {
      const rows = Math.min(GRAM_ROW_BLOCK - filled, rowsPerTrial[trial] - row);
      embedRows(trials, delays, offsets[trial], rows, block, filled * f, row);
      row += rows;
      filled += rows;
      if (filled < GRAM_ROW_BLOCK) continue;
      addUpperGram(block, filled, f, sum);
      filled = 0;
    }
  }
  addUpperGram(block.subarray(0, filled * f), filled, f, sum);
  return mirrorUpper(sum, f);
}

function gramByRecursion(trials: TrialSet, delays: DelayParams): Float64Array {
  const { numDelays, delayInterval = 1 } = delays;
  const { numTrials, numUnits: n } = trials;
  const { rowsPerTrial, numFeatures: f, offsets } = embeddingShape(trials, delays);
  const g = new Float64Array(f * f);
  g.set(firstBlockRow(trials, delays));
  // What each shift by one interval lets in at the front and out at the back.
  const width = f - n;
  const shorter = { numDelays: numDelays - 1, delayInterval };
  const entering = new Float64Array(numTrials * delayInterval * width);
  const leaving = new Float64Array(numTrials * delayInterval * width);
  for (let trial = 0; trial < numTrials; trial++) {
    const to = trial * delayInterval * width;
    embedRows(trials, shorter, offsets[trial], delayInterval, entering, to);
    embedRows(trials, shorter, offsets[trial], delayInterval, leaving, to, rowsPerTrial[trial]);
  }
  const change = gram(entering, numTrials * delayInterval, width);
  const minus = gram(leaving, numTrials * delayInterval, width);
  for (let i = 0; i < change.length; i++) change[i] -= minus[i];
  for (let i = n; i < f; i++) {
    const above = (i - n) * f - n;
    const base = (i - n) * width - n;
    for (let j = Math.max(n, i); j < f; j++) g[i * f + j] = g[above + j] + change[base + j];
  }
  return mirrorUpper(g, f);
}

// G[0, b] for every delay b: lagged products of contiguous stretches of the data (n × F), in blocks of rows within
// each trial as `crossGram` adds them, whichever way.
function firstBlockRow(trials: TrialSet, delays: DelayParams): Float64Array {
  const { numDelays, delayInterval = 1 } = delays;
  const { data, numUnits: n } = trials;
  const { rowsPerTrial, numRows, numFeatures: f, offsets } = embeddingShape(trials, delays);
  const before = (numDelays - 1) * delayInterval;
  const series = offsets.map((at, k) => data.subarray(at, at + (before + rowsPerTrial[k]) * n));
  const out = new Float64Array(n * f);
  if (wasmPays(n, numRows, f)) addLaggedProducts(series, n, numDelays, delayInterval, out);
  else plainAddLaggedProducts(series, n, numDelays, delayInterval, out);
  return out;
}

/**
 * What `addLaggedProducts` (lib/wasm/lagged.ts) means and does, in plain loops.
 *
 * @example
 * ```ts
 * import { plainAddLaggedProducts } from "#lib/math/dmd/hankel_gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const out = new Float64Array(2);
 * plainAddLaggedProducts([Float64Array.of(1, 2, 3)], 1, 2, 1, out);
 * assertEquals(out, Float64Array.of(13, 8));
 * ```
 */
export function plainAddLaggedProducts(
  series: readonly Float64Array[],
  n: number,
  numDelays: number,
  lag: number,
  out: Float64Array,
): void {
  const block = new Float64Array(n * n);
  for (let b = 0; b < numDelays; b++) {
    for (let i = 0; i < n; i++) {
      block.set(out.subarray((i * numDelays + b) * n, (i * numDelays + b + 1) * n), i * n);
    }
    for (const data of series) {
      const now = data.subarray((numDelays - 1) * lag * n);
      const past = data.subarray((numDelays - 1 - b) * lag * n, data.length - b * lag * n);
      plainAddCrossGram(now, past, now.length / n, n, n, block);
    }
    for (let i = 0; i < n; i++) {
      out.set(block.subarray(i * n, (i + 1) * n), (i * numDelays + b) * n);
    }
  }
}
