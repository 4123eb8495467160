// Products of a time series with its own past, on wasm, a stretch of time after the other.
// Leaves out what they are for (lib/math/dmd/hankel_gram.ts).

import bytes from "./dense.wasm" with { type: "bytes" };
import { withHeap } from "./instance.ts";

/**
 * Adds Σ x[t, i]·x[t − b·lag, j], over the moments t ≥ (numDelays − 1)·lag of each series, to entry (i, b·n + j) of `out`
 * (n × numDelays·n). Series are time × n. Within a series, blocks of 256 moments are summed from zero and added in order.
 *
 * @example
 * ```ts
 * import { addLaggedProducts } from "#lib/wasm/lagged.ts";
 * import { assertEquals } from "@std/assert";
 * const out = new Float64Array(2);
 * addLaggedProducts([Float64Array.of(1, 2, 3)], 1, 2, 1, out);
 * assertEquals(out, Float64Array.of(13, 8));
 * ```
 */
export function addLaggedProducts(
  series: readonly Float64Array[],
  n: number,
  numDelays: number,
  lag: number,
  out: Float64Array,
): void {
  const before = (numDelays - 1) * lag;
  // Stretches of about 2 MB, and long beside what each has to know of the past.
  const stretch = 256 * Math.ceil(Math.max(before, 2 ** 18 / n) / 256);
  const longest = Math.max(0, ...series.map(({ length }) => length / n));
  const most = Math.min(longest, before + stretch);
  withHeap(bytes, (heap) => {
    const { lagged_products, lagged_work } = heap.exports;
    const work = heap.alloc(lagged_work(most, n) * 8);
    const x = heap.alloc(most * n * 8);
    const sum = heap.put(out);
    for (const data of series) {
      const numTime = data.length / n;
      for (let from = before; from < numTime; from += stretch) {
        const past = data.subarray((from - before) * n, (from + stretch) * n);
        heap.f64(x, past.length).set(past);
        lagged_products(x, past.length / n, n, numDelays, lag, sum, work);
      }
    }
    out.set(heap.f64(sum, out.length));
  });
}
