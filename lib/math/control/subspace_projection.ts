// What the past tells of the future outputs beyond what the future inputs tell: the projection whose row space holds the
// states. Rows are windows (S of them). Costs are linear in S, 2S·(columns)² operations; nothing S×S is formed.
// Sources: Van Overschee & De Moor 1994, Automatica 30:75 (N4SID, algorithm 1); the second way is the published DSA
// package's own. Leaves out orders, states and operators (subspace_dmdc.ts).

import { multiply } from "../linalg/matmul.ts";
import { triangularFactor } from "../linalg/qr.ts";
import { leadingSvd, numericalRank, ridgeFit } from "./ridge_fit.ts";
import type { SubspaceWindows } from "./subspace_windows.ts";

/**
 * `n4sid`: oblique projection of the future outputs on the past along the future inputs. `custom`: the part of the past
 * that the future inputs do not explain, and the future outputs' ridge regression on it.
 */
export type SubspaceBackend = "n4sid" | "custom";

/**
 * O, S × d·units: row j is what the past of window j says of its future.
 *
 * - `n4sid`: from the triangular factor of [U_f, Z_p, Y_f], O = Z_p R₂₂⁺ R₂₃. Without noise it is Γ x(j) exactly. The
 *   pseudo-inverse leaves out singular values below 1e-12 of the first, because noise-free pasts are rank deficient.
 * - `custom`: residuals of Z_p and Y_f on U_f, then the fit of one by the other, all with the ridge. Its states lack
 *   what the future inputs happen to explain, so A and B are biased even without noise.
 *
 * @throws {RangeError} if `n4sid` has fewer windows than columns of U_f and Z_p.
 *
 * @example
 * ```ts
 * import { projectedFuture } from "#lib/math/control/subspace_projection.ts";
 * import { subspaceWindows } from "#lib/math/control/subspace_windows.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const shape = { numTrials: 1, numTime: 60, numUnits: 1 };
 * const u = Float64Array.from({ length: 60 }, (_, t) => Math.sin(t * t));
 * const x = new Float64Array(60);
 * for (let t = 0; t < 59; t++) x[t + 1] = 0.5 * x[t] + u[t];
 * const windows = subspaceWindows({ states: { data: x, ...shape }, controls: { data: u, ...shape } }, 2);
 * const o = projectedFuture(windows, "n4sid", 0);
 * assertAlmostEquals(o[0], x[2], 1e-12); // the output now is the state
 * assertAlmostEquals(o[1], 0.5 * x[2], 1e-12); // and without inputs it would halve
 * ```
 */
export function projectedFuture(
  windows: SubspaceWindows,
  backend: SubspaceBackend,
  ridge: number,
): Float64Array {
  return backend === "n4sid" ? oblique(windows) : orthogonal(windows, ridge);
}

function oblique(windows: SubspaceWindows): Float64Array {
  const { past, futureInputs, futureOutputs, numRows } = windows;
  const { ofInputs, ofPast, ofOutputs } = columns(windows);
  if (numRows < ofInputs + ofPast) {
    throw new RangeError(
      `subspace DMDc: ${numRows} windows for ${
        ofInputs + ofPast
      } columns of past and future inputs; ` +
        'give more time points or trials, or take fewer delays or backend "custom"',
    );
  }
  const width = ofInputs + ofPast + ofOutputs;
  const all = new Float64Array(numRows * width);
  for (let row = 0; row < numRows; row++) {
    const at = row * width;
    all.set(futureInputs.subarray(row * ofInputs, (row + 1) * ofInputs), at);
    all.set(past.subarray(row * ofPast, (row + 1) * ofPast), at + ofInputs);
    all.set(
      futureOutputs.subarray(row * ofOutputs, (row + 1) * ofOutputs),
      at + ofInputs + ofPast,
    );
  }
  const r = triangularFactor(all, numRows, width);
  const r22 = block(r, width, ofInputs, ofInputs, ofPast, ofPast);
  const r23 = block(r, width, ofInputs, ofInputs + ofPast, ofPast, ofOutputs);
  const { left, s, right, count } = leadingSvd(
    r22,
    ofPast,
    ofPast,
    (s) => numericalRank(s, ROUNDING),
  );
  const weighted = new Float64Array(count * ofOutputs);
  for (let i = 0; i < ofPast; i++) {
    for (let j = 0; j < count; j++) {
      const weight = left[i * count + j] / s[j];
      for (let k = 0; k < ofOutputs; k++) {
        weighted[j * ofOutputs + k] += weight * r23[i * ofOutputs + k];
      }
    }
  }
  return multiply(
    past,
    multiply(right, weighted, ofPast, count, ofOutputs),
    numRows,
    ofPast,
    ofOutputs,
  );
}

function orthogonal(windows: SubspaceWindows, ridge: number): Float64Array {
  const { past, futureInputs, futureOutputs, numRows } = windows;
  const { ofInputs, ofPast, ofOutputs } = columns(windows);
  const rest = (y: Float64Array, width: number) => {
    const { fitted } = ridgeFit(futureInputs, y, numRows, ofInputs, width, ridge);
    return y.map((value, i) => value - fitted[i]);
  };
  const pastRest = rest(past, ofPast);
  const futureRest = rest(futureOutputs, ofOutputs);
  return ridgeFit(pastRest, futureRest, numRows, ofPast, ofOutputs, ridge).fitted;
}

function columns({ numDelays: d, numInputs, numUnits }: SubspaceWindows) {
  return { ofInputs: d * numInputs, ofPast: d * (numInputs + numUnits), ofOutputs: d * numUnits };
}

function block(
  a: Float64Array,
  width: number,
  row: number,
  column: number,
  rows: number,
  cols: number,
): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    const from = (row + i) * width + column;
    out.set(a.subarray(from, from + cols), i * cols);
  }
  return out;
}

const ROUNDING = 1e-12;
