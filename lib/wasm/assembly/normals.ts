// Standard normal numbers of one sequence of a stream, in f32 (lib/wasm/normals.ts).

import { normals16 } from "./_philox";

/**
 * Stores 16 numbers for each of `quads` groups of four blocks from `to` on: block b holds the numbers 4b to 4b + 3 of the
 * sequence at (i, j, k).
 */
export function normals(to: usize, quads: u32, first: u32, i: u32, j: u32, k: u32, k0: u32, k1: u32): void {
  const lanes = i32x4(0, 1, 2, 3);
  const c1 = i32x4.splat(i), c2 = i32x4.splat(j), c3 = i32x4.splat(k);
  for (let quad: u32 = 0; quad < quads; quad++) {
    normals16(to, i32x4.add(i32x4.splat(first), lanes), c1, c2, c3, k0, k1);
    first += 4;
    to += 64;
  }
}
