// Counter-based random numbers: every draw is a function of (seed, label, index) and of nothing else,
// so no result depends on chunking, order or the number of workers. The same words come from WGSL and wasm.
// Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox4x32-10).

import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical.ts";

/**
 * One Philox4x32-10 block: four 32-bit words from a 128-bit counter and a 64-bit key, written into `out`.
 *
 * @example
 * ```ts
 * import { philox4x32 } from "#lib/core/random.ts";
 * import { assertEquals } from "@std/assert";
 * const out = new Uint32Array(4);
 * philox4x32(0, 0, 0, 0, 0, 0, out);
 * assertEquals([...out].map((word) => word.toString(16)), ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
 * ```
 */
export function philox4x32(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Upper 32 bits of a 32 × 32 bit product, by 16-bit halves as WGSL has to do it too. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const middleLow = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(middleLow / 65536)) | 0;
}

/**
 * A stream of random numbers addressed by index. An index is up to three non-negative integers below
 * 2³², for example (trial, time, unit); every index has its own sequence, so draws never overlap.
 */
export interface RandomStream {
  /** Fills `out` with uniform numbers in [0, 1), 53 bits each, of the sequence at the index. */
  uniform(out: Float64Array, i?: number, j?: number, k?: number): Float64Array;
  /** Fills `out` with standard normal numbers of the sequence at the index (Box–Muller, four per block). */
  normal(out: Float64Array | Float32Array, i?: number, j?: number, k?: number): typeof out;
  /** One integer in [0, bound) at the index; exactly uniform to within 2⁻⁵³ · bound. */
  integer(bound: number, i?: number, j?: number, k?: number): number;
  /** A permutation of 0 … n − 1 (Fisher–Yates) at the index. */
  permutation(n: number, i?: number, j?: number, k?: number): Int32Array;
  /** The two key words, for generators on other engines. */
  readonly key: readonly [number, number];
}

/**
 * The stream of a seed and a label. The label is a constant in the code that draws (`weights/recurrent`,
 * `noise/observation`); equal seed and label give equal numbers everywhere.
 *
 * @example
 * ```ts
 * import { randomStream } from "#lib/core/random.ts";
 * import { assertEquals } from "@std/assert";
 * const noise = randomStream(7, "noise/observation");
 * const trial3 = noise.normal(new Float64Array(5), 3);
 * assertEquals(trial3, randomStream(7, "noise/observation").normal(new Float64Array(5), 3));
 * ```
 */
export function randomStream(seed: number | string, label: string): RandomStream {
  const hash = createHash("sha256").update(canonicalJson(["basin/random", seed, label])).digest();
  return keyedStream([hash.readInt32LE(0), hash.readInt32LE(4)]);
}

/**
 * The stream of two key words, as `key` of another stream has them: for twins of what runs on engines.
 *
 * @example
 * ```ts
 * import { keyedStream, randomStream } from "#lib/core/random.ts";
 * import { assertEquals } from "@std/assert";
 * const stream = randomStream(7, "noise/process");
 * const out = () => new Float64Array(3);
 * assertEquals(keyedStream(stream.key).normal(out(), 1, 2), stream.normal(out(), 1, 2));
 * ```
 */
export function keyedStream([k0, k1]: readonly [number, number]): RandomStream {
  const words = new Uint32Array(4);
  const stream: RandomStream = {
    key: [k0 >>> 0, k1 >>> 0],
    uniform(out, i = 0, j = 0, k = 0) {
      for (let n = 0, block = 0; n < out.length; n += 2, block++) {
        philox4x32(block, i, j, k, k0, k1, words);
        out[n] = toUniform(words[0], words[1]);
        if (n + 1 < out.length) out[n + 1] = toUniform(words[2], words[3]);
      }
      return out;
    },
    normal(out, i = 0, j = 0, k = 0) {
      for (let n = 0, block = 0; n < out.length; n += 4, block++) {
        philox4x32(block, i, j, k, k0, k1, words);
        for (let pair = 0; pair < 2 && n + 2 * pair < out.length; pair++) {
          const radius = Math.sqrt(-2 * Math.log((words[2 * pair] + 0.5) / 4294967296));
          const angle = 2 * Math.PI * ((words[2 * pair + 1] + 0.5) / 4294967296);
          out[n + 2 * pair] = radius * Math.cos(angle);
          if (n + 2 * pair + 1 < out.length) out[n + 2 * pair + 1] = radius * Math.sin(angle);
        }
      }
      return out;
    },
    integer(bound, i = 0, j = 0, k = 0) {
      philox4x32(0, i, j, k, k0, k1, words);
      return Math.floor(toUniform(words[0], words[1]) * bound);
    },
    permutation(n, i = 0, j = 0, k = 0) {
      const order = Int32Array.from({ length: n }, (_, at) => at);
      const draws = stream.uniform(new Float64Array(n), i, j, k);
      for (let at = n - 1; at > 0; at--) {
        const other = Math.floor(draws[at] * (at + 1));
        const swap = order[at];
        order[at] = order[other];
        order[other] = swap;
      }
      return order;
    },
  };
  return stream;
}

function toUniform(high: number, low: number): number {
  return ((high >>> 5) * 67108864 + (low >>> 6)) / 9007199254740992;
}
