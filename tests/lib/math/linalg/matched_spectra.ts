// Spectra compared as sets: the largest distance under the assignment of least total distance.

import { leastCostAssignment } from "#lib/math/dsa/assignment.ts";

/** Eigenvalues in any order. */
export interface Spectrum {
  readonly re: ArrayLike<number>;
  readonly im: ArrayLike<number>;
}

/** The largest distance between partners, in units of `size`. */
export function matchedDistance(a: Spectrum, b: Spectrum, size = 1): number {
  const n = a.re.length;
  if (b.re.length !== n) throw new Error(`${n} eigenvalues against ${b.re.length}`);
  const cost = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      cost[i * n + j] = Math.hypot((a.re[i] - b.re[j]) / size, (a.im[i] - b.im[j]) / size);
    }
  }
  const { columns } = leastCostAssignment(cost, n);
  let worst = 0;
  for (let i = 0; i < n; i++) worst = Math.max(worst, cost[i * n + columns[i]]);
  return worst;
}
