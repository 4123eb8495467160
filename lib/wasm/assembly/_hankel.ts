// Products of a time series with its own past: what the first block row of a delay embedding's Gram matrix is made of.
// The series is packed once; every delay reads the same panels, further up.

import { KC, multiplyInto, pack } from "./_gemm";

/** Doubles that `lagged_products` needs at `work`. */
export function lagged_work(time: i32, units: i32): i32 {
  return ((units + 3) >> 2) * time * 4 + 16;
}

/**
 * G[i, b·n + j] += Σ x[t, i]·x[t − b·lag, j] over t = (delays − 1)·lag … time − 1, for b < delays: blocks of 256 moments are
 * summed from zero and added one after the other. x is time × n, G n × delays·n.
 */
export function lagged_products(
  x: usize, time: i32, n: i32, delays: i32, lag: i32, g: usize, work: usize,
): void {
  const row = <usize>(delays * n) << 3;
  const series = <usize>time << 5;
  const tile = work + <usize>((n + 3) >> 2) * series;
  pack(work, x, n, 1, time, n, 1);
  for (let t = (delays - 1) * lag; t < time; t += KC) {
    const steps = min(KC, time - t);
    const now = work + (<usize>t << 5);
    for (let j = 0; j < n; j += 4) {
      const past = now + <usize>(j >> 2) * series;
      for (let i = 0; i < n; i += 4) {
        const present = now + <usize>(i >> 2) * series;
        const rows = min(4, n - i), columns = min(4, n - j);
        let at = g + <usize>i * row + (<usize>j << 3);
        for (let b = 0, back: usize = 0; b < delays; b++, back += <usize>lag << 5, at += <usize>n << 3) {
          multiplyInto(steps, present, past - back, at, row, rows, columns, true, true, tile);
        }
      }
    }
  }
}
