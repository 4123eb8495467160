// Eigenvalues of a symmetric tridiagonal matrix by implicit QL with Wilkinson's shift (Golub & Van Loan, Matrix
// Computations, section 8.3.3; Dubrulle, Martin & Wilkinson 1968). The loop of lib/math/linalg/tridiagonal_ql.ts, with the
// rotations kept for later.

import { at, get, set } from "./_lanes";
import { applySweeps, openSweep, Sweeps } from "./_rotations";

const epsilon: f64 = 2.220446049250313e-16;
const smallest: f64 = 1e-300;
const patience = 30;
const maxIterations = 60;

/**
 * Diagonalises in place: d becomes the eigenvalues, unsorted. Rotations act on pairs of the rows of `sweeps`, if
 * `vectors`. Returns 0, or 1 + the index of an eigenvalue that does not converge.
 */
export function implicitQL(d: usize, e: usize, n: i32, sweeps: Sweeps, vectors: bool): i32 {
  let norm: f64 = 0;
  for (let i = 0; i < n; i++) {
    norm = Math.max(norm, Math.max(Math.abs(get(d, i)), Math.abs(get(e, i))));
  }
  let blockEnd = -1;
  for (let l = 0; l < n; l++) {
    if (l > blockEnd) {
      blockEnd = splitAfter(d, e, l, n - 1, smallest);
      if (Math.abs(get(d, blockEnd)) < Math.abs(get(d, l))) {
        reverseBlock(d, e, l, blockEnd, sweeps, vectors);
      }
    }
    for (let iteration = 0;; iteration++) {
      // Where roundings from large entries keep refilling a small coupling, one of size eps·‖T‖ may go.
      const floor = iteration < patience ? smallest : epsilon * norm;
      const m = splitAfter(d, e, l, blockEnd, floor);
      if (m == l) break;
      if (iteration >= maxIterations) return l + 1;
      step(d, e, l, m, sweeps, vectors);
    }
  }
  if (vectors) applySweeps(sweeps);
  return 0;
}

// The end of the unreduced block that starts at `from`: the first m whose e[m] is negligible.
function splitAfter(d: usize, e: usize, from: i32, last: i32, floor: f64): i32 {
  let m = from;
  while (
    m < last &&
    Math.abs(get(e, m)) > epsilon * (Math.abs(get(d, m)) + Math.abs(get(d, m + 1))) + floor
  ) m++;
  return m;
}

// QL converges fast on blocks graded upwards, so one graded downwards is turned end for end.
function reverseBlock(d: usize, e: usize, from: i32, to: i32, sweeps: Sweeps, vectors: bool): void {
  reverse(d, from, to);
  reverse(e, from, to - 1);
  if (!vectors) return;
  applySweeps(sweeps);
  const stride = sweeps.stride;
  for (let i = from, j = to; i < j; i++, j--) {
    const x = sweeps.rows + <usize> i * stride, y = sweeps.rows + <usize> j * stride;
    for (let p: usize = 0; p < sweeps.width; p += 16) {
      const t = v128.load(x + p);
      v128.store(x + p, v128.load(y + p));
      v128.store(y + p, t);
    }
  }
}

function reverse(x: usize, from: i32, to: i32): void {
  for (let i = from, j = to; i < j; i++, j--) {
    const t = get(x, i);
    set(x, i, get(x, j));
    set(x, j, t);
  }
}

// One implicit step on the block l … m, chasing the bulge from the bottom up.
function step(d: usize, e: usize, l: i32, m: i32, sweeps: Sweeps, vectors: bool): void {
  const turns: usize = vectors ? openSweep(sweeps, l, m) : 0;
  let g = (get(d, l + 1) - get(d, l)) / (2 * get(e, l));
  const root = hypotenuse(g, 1);
  g = get(d, m) - get(d, l) + get(e, l) / (g + (g >= 0 ? root : -root));
  let s: f64 = 1, c: f64 = 1, shift: f64 = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * get(e, i);
    const b = c * get(e, i);
    let r = Math.sqrt(f * f + g * g);
    if (r < 1e-140) r = hypotenuse(f, g);
    set(e, i + 1, r);
    if (r == 0) {
      set(d, i + 1, get(d, i + 1) - shift);
      set(e, m, 0);
      return;
    }
    s = f / r;
    c = g / r;
    g = get(d, i + 1) - shift;
    const t = (get(d, i) - g) * s + 2 * c * b;
    shift = s * t;
    set(d, i + 1, g + shift);
    g = c * t - b;
    if (vectors) {
      const turn = turns + <usize> (i << 6);
      store<f64>(turn, c);
      store<f64>(turn, s, 8);
    }
  }
  set(d, l, get(d, l) - shift);
  set(e, l, g);
  set(e, m, 0);
}

/** √(x² + y²) without overflow or underflow. */
export function hypotenuse(x: f64, y: f64): f64 {
  x = Math.abs(x);
  y = Math.abs(y);
  const large = Math.max(x, y), small = Math.min(x, y);
  if (large == 0) return 0;
  const q = small / large;
  return large * Math.sqrt(1 + q * q);
}
