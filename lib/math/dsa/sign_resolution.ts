// The signs that eigenframes leave open: given A and B seen in frames whose axes correspond but for direction,
// choose s ∈ {±1}ⁿ to make diag(s) B diag(s) nearest to A, that is to maximise sᵀ (A ∘ B) s.
// Heuristic (the problem is a cut problem): leading eigenvector, then single and double flips while they gain.

import { symmetricEigen } from "#lib/math/linalg/symmetric_eigen.ts";

/**
 * Signs for A and B (n×n). With `parity` 1 or −1 the product of the signs is that; with 0 it is free.
 *
 * @example
 * ```ts
 * import { resolveSigns } from "#lib/math/dsa/sign_resolution.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const a = Float64Array.of(0, 1, 2, 0);
 * const signs = resolveSigns(a, a.map((x) => -x), 2, 0);
 * assertEquals(signs[0] * signs[1], -1);
 * ```
 */
export function resolveSigns(
  a: Float64Array,
  b: Float64Array,
  n: number,
  parity: -1 | 0 | 1,
): Int8Array {
  const coupling = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const ij = i * n + j, ji = j * n + i;
      if (i !== j) coupling[ij] = a[ij] * b[ij] + a[ji] * b[ji];
    }
  }
  const { vectors } = symmetricEigen(coupling, n);
  const signs = new Int8Array(n);
  for (let i = 0; i < n; i++) signs[i] = vectors[i * n] < 0 ? -1 : 1;
  const pull = pulls(coupling, signs, n);
  if (parity !== 0 && signs.reduce((product, s) => product * s, 1) !== parity) {
    flip(coupling, signs, pull, n, leastLoss(pull));
  }
  improve(coupling, signs, pull, n, parity === 0);
  return signs;
}

// pull[i] = sᵢ Σⱼ coupling[i, j] sⱼ: what flipping i alone would lose, twice over.
function pulls(coupling: Float64Array, signs: Int8Array, n: number): Float64Array {
  const pull = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += coupling[i * n + j] * signs[j];
    pull[i] = sum * signs[i];
  }
  return pull;
}

function leastLoss(pull: Float64Array): number {
  let best = 0;
  for (let i = 1; i < pull.length; i++) if (pull[i] < pull[best]) best = i;
  return best;
}

function flip(coupling: Float64Array, signs: Int8Array, pull: Float64Array, n: number, i: number) {
  for (let j = 0; j < n; j++) pull[j] -= 2 * coupling[i * n + j] * signs[i] * signs[j];
  pull[i] = -pull[i];
  signs[i] = -signs[i];
}

// Flips the best single sign or pair of signs until none gains; the cap only guards against rounding.
function improve(
  coupling: Float64Array,
  signs: Int8Array,
  pull: Float64Array,
  n: number,
  single: boolean,
): void {
  for (let round = 0; round < 4 * n; round++) {
    let gain = GAIN;
    let first = -1;
    let second = -1;
    for (let i = 0; i < n; i++) {
      if (single && -pull[i] > gain) {
        gain = -pull[i];
        first = i;
        second = -1;
      }
      for (let j = i + 1; j < n; j++) {
        const both = 2 * coupling[i * n + j] * signs[i] * signs[j] - pull[i] - pull[j];
        if (both > gain) {
          gain = both;
          first = i;
          second = j;
        }
      }
    }
    if (first < 0) return;
    flip(coupling, signs, pull, n, first);
    if (second >= 0) flip(coupling, signs, pull, n, second);
  }
}

const GAIN = 1e-14;
