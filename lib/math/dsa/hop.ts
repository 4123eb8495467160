// A hop from one rotation to another that shares a part with it: what a search tries between random starts, because good
// minima have much in common. Leaves out the search (search.ts).

import type { RandomStream } from "#lib/core/random.ts";
import { randomOrthogonal } from "./random_orthogonal.ts";

/**
 * Turns a random 60 % of the first `n` rows of `c` (row length `stride`), at least two, among themselves at random; of
 * alternating determinant, or 1 with `proper`. Changes `c`.
 *
 * @example
 * ```ts
 * import { randomStream } from "#lib/core/random.ts";
 * import { hop } from "#lib/math/dsa/hop.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const c = Float64Array.of(1, 0, 0, 1);
 * hop(c, 2, 2, randomStream(1, "example"), 0, true);
 * assertAlmostEquals(c[0] * c[3] - c[1] * c[2], 1, 1e-14);
 * ```
 */
export function hop(
  c: Float64Array,
  n: number,
  stride: number,
  stream: RandomStream,
  index: number,
  proper: boolean,
): void {
  const size = Math.max(2, Math.round(SHARE * n));
  if (n < 2) return;
  const order = stream.uniform(new Float64Array(n), 2 * index);
  const rows = Array.from(order.keys()).sort((i, j) => order[i] - order[j]).slice(0, size);
  const q = randomOrthogonal(stream, 2 * index + 1, size, !proper && index % 2 === 0 ? -1 : 1);
  const old = rows.map((row) => c.slice(row * stride, row * stride + n));
  rows.forEach((row, i) => {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += q[i * size + k] * old[k][j];
      c[row * stride + j] = sum;
    }
  });
}

const SHARE = 0.6;
