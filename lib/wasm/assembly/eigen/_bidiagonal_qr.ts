// Singular values of an upper bidiagonal matrix by implicit QR, with zero shift where a shift would change
// nothing (Demmel & Kahan, SIAM J. Sci. Stat. Comput. 11, 1990; the choices of LAPACK's dbdsqr, absolute tolerance). Rotations are kept and
// applied to the rows of Uᵀ and Vᵀ in batches.

import { get, set } from "./_lanes";
import { hypotenuse } from "./_implicit_ql";
import { applySweeps, openSweep, Sweeps } from "./_rotations";

const epsilon: f64 = 2.220446049250313e-16;
const tolerance: f64 = 8 * 2.220446049250313e-16;
const maxSteps = 60;

/** Where the rotations of both sides go: upwards (bottom row first) and downwards, each for U and V. */
@unmanaged
export class Sides {
  upU: Sweeps;
  upV: Sweeps;
  downU: Sweeps;
  downV: Sweeps;
}

/**
 * Diagonalises in place: d becomes the singular values, of either sign and unsorted. Without `vectors` nothing else is
 * done. Returns 0, or 1 + the index of a value that does not converge.
 */
export function bidiagonalQR(d: usize, e: usize, n: i32, sides: Sides, vectors: bool): i32 {
  let norm: f64 = 0;
  for (let i = 0; i < n; i++) {
    norm = Math.max(norm, Math.max(Math.abs(get(d, i)), Math.abs(get(e, i))));
  }
  if (norm == 0) return 0;
  // Entries that are nothing beside the norm may go: values are wanted to eps·σ₁, not each to its own digits.
  const threshold = epsilon * norm;
  let hi = n - 1;
  let oldLo = -1, oldHi = -1, down = true, steps = 0;
  while (hi > 0) {
    if (Math.abs(get(d, hi)) <= threshold) set(d, hi, 0);
    let lo = hi;
    while (lo > 0) {
      const s = Math.abs(get(d, lo - 1)), f = Math.abs(get(e, lo - 1));
      if (s <= threshold) set(d, lo - 1, 0);
      if (f <= threshold) {
        set(e, lo - 1, 0);
        break;
      }
      lo--;
    }
    if (lo == hi) {
      hi--;
      steps = 0;
      continue;
    }
    if (lo > oldHi || hi < oldLo) down = Math.abs(get(d, lo)) >= Math.abs(get(d, hi));
    // Couplings that are nothing beside the singular values they lie between.
    if (down) {
      if (Math.abs(get(e, hi - 1)) <= tolerance * Math.abs(get(d, hi))) {
        set(e, hi - 1, 0);
        continue;
      }
      let mu = Math.abs(get(d, lo));
      let cut = false;
      for (let i = lo; i < hi; i++) {
        if (Math.abs(get(e, i)) <= tolerance * mu) {
          set(e, i, 0);
          cut = true;
          break;
        }
        mu = Math.abs(get(d, i + 1)) * (mu / (mu + Math.abs(get(e, i))));
      }
      if (cut) continue;
    } else {
      if (Math.abs(get(e, lo)) <= tolerance * Math.abs(get(d, lo))) {
        set(e, lo, 0);
        continue;
      }
      let mu = Math.abs(get(d, hi));
      let cut = false;
      for (let i = hi - 1; i >= lo; i--) {
        if (Math.abs(get(e, i)) <= tolerance * mu) {
          set(e, i, 0);
          cut = true;
          break;
        }
        mu = Math.abs(get(d, i)) * (mu / (mu + Math.abs(get(e, i))));
      }
      if (cut) continue;
    }
    // Values may come out at either end of the block.
    if (lo != oldLo || hi != oldHi) steps = 0;
    if (steps >= maxSteps) return hi + 1;
    steps++;
    oldLo = lo;
    oldHi = hi;
    const end = Math.abs(get(d, down ? lo : hi));
    let shift = down
      ? smallerValue(get(d, hi - 1), get(e, hi - 1), get(d, hi))
      : smallerValue(get(d, lo), get(e, lo), get(d, lo + 1));
    // A zero on the diagonal would not let a shift through; without one it comes out at the end of the block.
    for (let i = lo; i <= hi; i++) if (get(d, i) == 0) shift = 0;
    if (end == 0 || (shift / end) * (shift / end) < epsilon) shift = 0;
    if (down) stepDown(d, e, lo, hi, n, shift, sides, vectors);
    else stepUp(d, e, lo, hi, shift, sides, vectors);
  }
  if (vectors) {
    applySweeps(sides.upU);
    applySweeps(sides.upV);
    applySweeps(sides.downU);
    applySweeps(sides.downV);
  }
  return 0;
}

let cosine: f64 = 1;
let sine: f64 = 0;

// The rotation that maps (f, g) to (r, 0): returns r.
@inline function rotation(f: f64, g: f64): f64 {
  if (g == 0) {
    cosine = 1;
    sine = 0;
    return f;
  }
  let r = Math.sqrt(f * f + g * g);
  if (r < 1e-140) r = hypotenuse(f, g);
  cosine = f / r;
  sine = g / r;
  return r;
}

@inline function record(turns: usize, i: i32, c: f64, s: f64): void {
  const turn = turns + <usize> (i << 6);
  store<f64>(turn, c);
  store<f64>(turn, s, 8);
}

// Rows counted from the last one: the sweep goes down the matrix, which is up in these.
function stepDown(
  d: usize,
  e: usize,
  lo: i32,
  hi: i32,
  n: i32,
  shift: f64,
  sides: Sides,
  vectors: bool,
): void {
  let turnsU: usize = 0, turnsV: usize = 0;
  if (vectors) {
    if (sides.upU.group >= 0) applySweeps(sides.upU);
    if (sides.upV.group >= 0) applySweeps(sides.upV);
    turnsU = openSweep(sides.downU, n - 1 - hi, n - 1 - lo);
    turnsV = openSweep(sides.downV, n - 1 - hi, n - 1 - lo);
  }
  if (shift == 0) {
    let c: f64 = 1, oldC: f64 = 1, s: f64 = 0, oldS: f64 = 0;
    for (let i = lo; i < hi; i++) {
      const r = rotation(get(d, i) * c, get(e, i));
      c = cosine;
      s = sine;
      if (i > lo) set(e, i - 1, oldS * r);
      set(d, i, rotation(oldC * r, get(d, i + 1) * s));
      oldC = cosine;
      oldS = sine;
      if (vectors) {
        record(turnsV, n - 2 - i, c, s);
        record(turnsU, n - 2 - i, oldC, oldS);
      }
    }
    const h = get(d, hi) * c;
    set(d, hi, h * oldC);
    set(e, hi - 1, h * oldS);
    return;
  }
  const first = get(d, lo);
  let f = (Math.abs(first) - shift) * ((first >= 0 ? 1.0 : -1.0) + shift / first);
  let g = get(e, lo);
  for (let i = lo; i < hi; i++) {
    let r = rotation(f, g);
    let c = cosine, s = sine;
    if (i > lo) set(e, i - 1, r);
    f = c * get(d, i) + s * get(e, i);
    set(e, i, c * get(e, i) - s * get(d, i));
    g = s * get(d, i + 1);
    set(d, i + 1, c * get(d, i + 1));
    if (vectors) record(turnsV, n - 2 - i, c, s);
    r = rotation(f, g);
    c = cosine;
    s = sine;
    set(d, i, r);
    f = c * get(e, i) + s * get(d, i + 1);
    set(d, i + 1, c * get(d, i + 1) - s * get(e, i));
    if (i < hi - 1) {
      g = s * get(e, i + 1);
      set(e, i + 1, c * get(e, i + 1));
    }
    if (vectors) record(turnsU, n - 2 - i, c, s);
  }
  set(e, hi - 1, f);
}

function stepUp(
  d: usize,
  e: usize,
  lo: i32,
  hi: i32,
  shift: f64,
  sides: Sides,
  vectors: bool,
): void {
  let turnsU: usize = 0, turnsV: usize = 0;
  if (vectors) {
    if (sides.downU.group >= 0) applySweeps(sides.downU);
    if (sides.downV.group >= 0) applySweeps(sides.downV);
    turnsU = openSweep(sides.upU, lo, hi);
    turnsV = openSweep(sides.upV, lo, hi);
  }
  if (shift == 0) {
    let c: f64 = 1, oldC: f64 = 1, s: f64 = 0, oldS: f64 = 0;
    for (let i = hi; i > lo; i--) {
      const r = rotation(get(d, i) * c, get(e, i - 1));
      c = cosine;
      s = sine;
      if (i < hi) set(e, i, oldS * r);
      set(d, i, rotation(oldC * r, get(d, i - 1) * s));
      oldC = cosine;
      oldS = sine;
      if (vectors) {
        record(turnsU, i - 1, c, s);
        record(turnsV, i - 1, oldC, oldS);
      }
    }
    const h = get(d, lo) * c;
    set(d, lo, h * oldC);
    set(e, lo, h * oldS);
    return;
  }
  const last = get(d, hi);
  let f = (Math.abs(last) - shift) * ((last >= 0 ? 1.0 : -1.0) + shift / last);
  let g = get(e, hi - 1);
  for (let i = hi; i > lo; i--) {
    let r = rotation(f, g);
    let c = cosine, s = sine;
    if (i < hi) set(e, i, r);
    f = c * get(d, i) + s * get(e, i - 1);
    set(e, i - 1, c * get(e, i - 1) - s * get(d, i));
    g = s * get(d, i - 1);
    set(d, i - 1, c * get(d, i - 1));
    if (vectors) record(turnsU, i - 1, c, s);
    r = rotation(f, g);
    c = cosine;
    s = sine;
    set(d, i, r);
    f = c * get(e, i - 1) + s * get(d, i - 1);
    set(d, i - 1, c * get(d, i - 1) - s * get(e, i - 1));
    if (i > lo + 1) {
      g = s * get(e, i - 2);
      set(e, i - 2, c * get(e, i - 2));
    }
    if (vectors) record(turnsV, i - 1, c, s);
  }
  set(e, lo, f);
}

// The smaller singular value of (f g; 0 h) (LAPACK's dlas2).
function smallerValue(f: f64, g: f64, h: f64): f64 {
  const fa = Math.abs(f), ga = Math.abs(g), ha = Math.abs(h);
  const small = Math.min(fa, ha), large = Math.max(fa, ha);
  if (small == 0) return 0;
  const plus = 1 + small / large, minus = (large - small) / large;
  if (ga < large) {
    const q = (ga / large) * (ga / large);
    return small * (2 / (Math.sqrt(plus * plus + q) + Math.sqrt(minus * minus + q)));
  }
  const q = large / ga;
  if (q == 0) return (small * large) / ga;
  const c = 1 / (Math.sqrt(1 + (plus * q) * (plus * q)) + Math.sqrt(1 + (minus * q) * (minus * q)));
  return 2 * ((small * c) * q);
}
