// Optimal matching of the eigenvalues of the normal parts of two operators. For normal operators it bounds the
// angle from below, and is the angle if conjugate pairs are matched with conjugate pairs or with two real eigenvalues
// (over unitary C it always is; a real C cannot follow a matching that sends λ to μ and its conjugate elsewhere).
// Leaves out the other bounds (certificate.ts).

import { angleFromNorms } from "./angle.ts";
import { leastCostAssignment } from "./assignment.ts";
import type { OperatorFrames } from "./operator_frames.ts";

/** Matched indices of the two Schur frames, and what the matching proves. */
export interface EigenvalueMatching {
  /** Lower bound of the angle of the two operators: that of their normal parts less the angles to these. */
  readonly bound: number;
  /** Real orthogonal matrix between the Schur frames, x's index by y's, that follows the matching as far as it can. */
  readonly rotation: Float64Array;
}

/**
 * Matches the eigenvalues of x's and y's normal parts, maximising Re Σ λᵢ μ̄ of the matched.
 *
 * @example
 * ```ts
 * import { matchEigenvalues } from "#lib/math/dsa/eigenvalue_matching.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const quarter = describeOperator(Float64Array.of(0, -1, 1, 0), 2); // i and −i
 * const half = describeOperator(Float64Array.of(-1, 0, 0, -1), 2); // −1 twice
 * assertAlmostEquals(matchEigenvalues(quarter, half).bound, Math.PI / 2, 1e-12);
 * ```
 */
export function matchEigenvalues(x: OperatorFrames, y: OperatorFrames): EigenvalueMatching {
  const n = x.n;
  const cost = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) cost[i * n + j] = -(x.re[i] * y.re[j] + x.im[i] * y.im[j]);
  }
  const { columns } = leastCostAssignment(cost, n);
  return { bound: angleBound(x, y, columns), rotation: realRotation(x, y, columns) };
}

// The angle is a metric on the sphere, so the operators' angle is at least that of their normal parts less both
// operators' angles to these.
function angleBound(x: OperatorFrames, y: OperatorFrames, columns: Int32Array): number {
  if (x.normalNorm === 0 || y.normalNorm === 0) return 0;
  let difference = 0;
  let sum = 0;
  for (let i = 0; i < x.n; i++) {
    const j = columns[i];
    const re = x.re[i] / x.normalNorm, im = x.im[i] / x.normalNorm;
    const otherRe = y.re[j] / y.normalNorm, otherIm = y.im[j] / y.normalNorm;
    difference += (re - otherRe) ** 2 + (im - otherIm) ** 2;
    sum += (re + otherRe) ** 2 + (im + otherIm) ** 2;
  }
  return angleFromNorms(Math.sqrt(difference), Math.sqrt(sum)) -
    Math.atan2(x.departure, x.normalNorm) - Math.atan2(y.departure, y.normalNorm);
}

function realRotation(x: OperatorFrames, y: OperatorFrames, columns: Int32Array): Float64Array {
  const n = x.n;
  const c = new Float64Array(n * n);
  const rowDone = new Uint8Array(n);
  const columnDone = new Uint8Array(n);
  const join = (i: number, j: number, sign: number) => {
    c[i * n + j] = sign;
    rowDone[i] = columnDone[j] = 1;
  };
  const joinPairs = (i: number, j: number) => {
    join(i, j, 1);
    join(i + 1, j + 1, x.turn[i] * y.turn[j]);
  };
  // What the matching allows: real with real, pair with the same pair, pair with two reals.
  for (let i = 0; i < n; i++) {
    const j = columns[i];
    const rowPair = x.partner[i], columnPair = y.partner[j];
    if (rowPair < 0 && columnPair < 0) join(i, j, 1);
    else if (rowPair === i + 1 && columnPair === columns[i + 1]) {
      joinPairs(i, Math.min(j, columnPair));
    } else if (rowPair === i + 1 && columnPair < 0 && y.partner[columns[i + 1]] < 0) {
      join(i, j, 1);
      join(i + 1, columns[i + 1], 1);
    }
  }
  for (let i = 0; i < n; i++) {
    if (rowDone[i] || x.partner[i] >= 0) continue;
    const other = columns.indexOf(y.partner[columns[i]]);
    if (x.partner[other] < 0 && !rowDone[other]) {
      join(i, columns[i], 1);
      join(other, columns[other], 1);
    }
  }
  // The rest: pairs to the best free pair, then whatever is left in order.
  for (let i = 0; i < n; i++) {
    if (rowDone[i] || x.partner[i] !== i + 1) continue;
    let best = -1;
    let most = -Infinity;
    for (let j = 0; j < n; j++) {
      if (columnDone[j] || y.partner[j] !== j + 1) continue;
      const value = x.re[i] * y.re[j] + x.im[i] * y.im[j];
      if (value > most) {
        most = value;
        best = j;
      }
    }
    if (best >= 0) joinPairs(i, best);
  }
  for (let i = 0, j = 0; i < n; i++) {
    if (rowDone[i]) continue;
    while (columnDone[j]) j++;
    join(i, j, 1);
  }
  return c;
}
