// Limited-memory BFGS with a diagonal initial Hessian that changes at every step, in f32 or f64 (T). See
// lib/math/dsa/limited_memory.ts.

import { ALPHA, COUNT, get, MEMORY, NEXT, RHO, set } from "./_dsa_marks";
import {
  addScaled,
  dot,
  flush,
  quotientInto,
  scaleInto,
  subtractInto,
  weightedSquares,
} from "./_dsa_vector";

/** Keeps a step and its change of the gradient, unless the curvature along it is not positive. */
export function remember<T>(
  marks: usize,
  past: usize,
  direction: usize,
  t: T,
  before: usize,
  after: usize,
  length: i32,
): void {
  const next = <i32>get<T>(marks, NEXT);
  const vector = <usize>length * sizeof<T>();
  const step = past + <usize>next * vector, change = step + <usize>MEMORY * vector;
  scaleInto<T>(t, direction, step, length);
  subtractInto<T>(after, before, change, length);
  flush<T>(step, length);
  flush<T>(change, length);
  const ss = dot<T>(step, step, length), sy = dot<T>(step, change, length);
  const yy = dot<T>(change, change, length);
  const least = sizeof<T>() == 4 ? <T>1e-6 : <T>1e-10;
  if (!(sy > least * sqrt<T>(ss * yy))) return;
  set<T>(marks, RHO + next, <T>1 / sy);
  set<T>(marks, NEXT, <T>((next + 1) % MEMORY));
  const count = get<T>(marks, COUNT);
  if (count < <T>MEMORY) set<T>(marks, COUNT, count + <T>1);
}

/** out = −H g. */
export function quasiNewton<T>(
  marks: usize,
  past: usize,
  gradient: usize,
  curvature: usize,
  out: usize,
  length: i32,
): void {
  const vector = <usize>length * sizeof<T>();
  const changes = past + <usize>MEMORY * vector;
  const count = <i32>get<T>(marks, COUNT);
  const next = <i32>get<T>(marks, NEXT);
  scaleInto<T>(<T>-1, gradient, out, length);
  let slot = next;
  for (let k = 0; k < count; k++) {
    slot = slot == 0 ? MEMORY - 1 : slot - 1;
    const sum = get<T>(marks, RHO + slot) * dot<T>(past + <usize>slot * vector, out, length);
    set<T>(marks, ALPHA + slot, sum);
    addScaled<T>(-sum, changes + <usize>slot * vector, out, length);
  }
  let gamma = <T>1;
  if (count > 0) {
    const newest = next == 0 ? MEMORY - 1 : next - 1;
    const yhy = weightedSquares<T>(changes + <usize>newest * vector, curvature, length);
    gamma = <T>1 / (get<T>(marks, RHO + newest) * yhy);
  }
  quotientInto<T>(gamma, out, curvature, out, length);
  for (let k = 0; k < count; k++) {
    const factor = get<T>(marks, ALPHA + slot) -
      get<T>(marks, RHO + slot) * dot<T>(changes + <usize>slot * vector, out, length);
    addScaled<T>(factor, past + <usize>slot * vector, out, length);
    slot = slot + 1 == MEMORY ? 0 : slot + 1;
  }
  flush<T>(out, length);
}
