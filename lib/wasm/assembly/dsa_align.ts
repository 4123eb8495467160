//! shared
// Kernel `dsa_align`: descents over orthogonal C in f32, many at once. See gpu/dsa_align.ts.

import { descend, scratchLength } from "./_dsa_descent";
import { NUM_MARKS, vectorLength } from "./_dsa_marks";

export function dsa_align(args: i32, part: i32, num_parts: i32): void {
  const space = load<u32>(args);
  const entries = load<u32>(args, 8);
  const slots = load<u32>(args, 16);
  const marks = load<u32>(args, 24);
  const n = <i32>load<f64>(args, 32);
  const num = <i32>load<f64>(args, 40);
  const steps = <i32>load<f64>(args, 48);
  const rotationsAt = <usize>load<f64>(args, 56);
  const scratchAt = <usize>load<f64>(args, 64);
  const maxIterations = <f32>load<f64>(args, 72);
  const gradientTolerance = <f32>load<f64>(args, 80);
  const relativeDecrease = <f32>load<f64>(args, 88);

  const s = (n + 3) & -4;
  const square = <usize>(s * s) << 2;
  const scratch = <usize>scratchLength(n, s) << 2;
  for (let k = part; k < num; k += num_parts) {
    const slot = load<u32>(slots + (<usize>k << 3)), pair = load<u32>(slots + (<usize>k << 3), 4);
    const a = space + pair * (3 * square + (<usize>s << 2));
    const place = space + (scratchAt << 2) + slot * scratch;
    descend<f32>(
      n, s, a, a + square, a + 2 * square, a + 3 * square,
      entries + pair * (<usize>(n * (n - 1)) << 2),
      space + (rotationsAt << 2) + slot * square, place, marks + slot * (NUM_MARKS << 2), steps,
      maxIterations, gradientTolerance, relativeDecrease, 0, Infinity, 2e-6, 8,
    );
    // What is of no use to the next dispatch, so that the engines leave the same behind.
    memory.fill(place, 0, 7 * square + (<usize>vectorLength(n) << 2));
  }
}
