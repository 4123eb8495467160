// Descents over orthogonal C in f64, one at a time: what lib/math/dsa/descent.ts calls.

import { descend, scratchLength } from "./_dsa_descent";

/** Numbers of scratch space for n dimensions in matrices of row length s. */
export function scratch(n: i32, s: i32): i32 {
  return scratchLength(n, s);
}

/** Descends to the end of all limits. See `_dsa_descent.ts`; `marks` come as zeros. */
export function descent(
  n: i32,
  s: i32,
  a: usize,
  b: usize,
  at: usize,
  diagonal: usize,
  entries: usize,
  c: usize,
  scratch: usize,
  marks: usize,
  maxIterations: f64,
  gradientTolerance: f64,
  relativeDecrease: f64,
  target: f64,
): void {
  descend<f64>(
    n, s, a, b, at, diagonal, entries, c, scratch, marks, i32.MAX_VALUE, maxIterations,
    gradientTolerance, relativeDecrease, 10, target, 2e-15, 25,
  );
}
