// Riemannian L-BFGS over orthogonal C for F(C) = ½‖A − C B Cᵀ‖², in f32 or f64 (T). A and B are quasi upper
// triangular. The method is that of lib/math/dsa (descent.ts, matching_problem.ts, pair_basis.ts, limited_memory.ts,
// cayley_step.ts), which say what every step means; here it can stop after any number of evaluations of F and go on
// later from what it left. Every sum is taken in one fixed order.
//
// Matrices are s×s, row-major, s ≥ n even and a multiple of the register's width; rows and columns from n on are
// zero, with 1 on C's diagonal. Vectors hold the n (n − 1)/2 coordinates of skew matrices (i < j, row by row), and
// zeros up to a multiple of 4. Entry e of the table is (i << 16 | j, o << 1 | m): coordinate e is that of i, j, alone
// if o = e, else coupled with coordinate o, with sign −1 if m.

import { solveCayley } from "./_dsa_cayley";
import { FULL, LEFT_LOWER, multiply, RIGHT_LOWER, RIGHT_UPPER, transpose } from "./_dsa_product";
import {
  addScaled,
  dot,
  flush,
  quotientInto,
  scaleInto,
  subtractInto,
  weightedSquares,
} from "./_dsa_vector";

// Marks: what is kept of a descent besides matrices and vectors.
export const VALUE = 0, NORM = 1, ITERATIONS = 2, STATUS = 3, COUNT = 4, NEXT = 5, STEP = 6;
export const SLOPE = 7, ATTEMPT = 8, EVALUATIONS = 9, RHO = 10, HISTORY = 16, ALPHA = 26;
export const NUM_MARKS = 32;

// Status: begun or not, and why it ended.
export const FRESH = 0, RUNNING = 1, CONVERGED = 2, SETTLED = 3, ABANDONED = 4, STUCK = 5;

const MEMORY = 6;
const WINDOW = 10;
const RENEWAL = 100;
const MAX_TURN = 2.5;
const ARMIJO = 1e-4;
const FLOOR = 0.005;
const SQRT1_2 = 0.7071067811865476;
const SQRT2 = 1.4142135623730951;

/** Length of the vectors for n dimensions. */
@inline
export function vectorLength(n: i32): i32 {
  return max(4, (n * (n - 1) / 2 + 3) & -4);
}

/** Numbers in the scratch space: 7 matrices (one of double width) and 16 vectors. */
@inline
export function scratchLength(n: i32, s: i32): i32 {
  return 7 * s * s + (4 + 2 * MEMORY) * vectorLength(n);
}

@inline
function get<T>(marks: usize, index: i32): T {
  return load<T>(marks + <usize>index * sizeof<T>());
}

@inline
function set<T>(marks: usize, index: i32, value: T): void {
  store<T>(marks + <usize>index * sizeof<T>(), value);
}

/**
 * Goes on by at most `steps` evaluations of F. `at` is Aᵀ, `diagonal` that of A Aᵀ + Aᵀ A.
 *
 * @param optimism how many times its last ten steps' progress a descent is believed to have left towards `target`
 */
export function descend<T>(
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
  steps: i32,
  maxIterations: T,
  gradientTolerance: T,
  relativeDecrease: T,
  optimism: T,
  target: T,
  rounding: T,
  maxAttempts: T,
): void {
  const z = <usize>sizeof<T>();
  const square = <usize>(s * s) * z;
  const length = vectorLength(n);
  const vector = <usize>length * z;
  const size = n * (n - 1) / 2;
  const residual = scratch;
  const product = residual + square;
  const other = product + square;
  const trial = other + square;
  const turned = trial + square;
  const work = turned + square;
  const after = work + 2 * square;
  const gradient = after + vector;
  const direction = gradient + vector;
  const curvature = direction + vector;
  const past = curvature + vector;

  if (get<T>(marks, STATUS) == <T>FRESH) {
    set<T>(marks, VALUE, evaluate<T>(s, a, b, c, turned, product, residual));
    differentiate<T>(
      n, s, a, at, diagonal, entries, residual, product, other, turned, gradient, curvature,
    );
    set<T>(marks, NORM, norm<T>(gradient, length));
    set<T>(marks, STATUS, <T>RUNNING);
  }
  for (let step = 0; step < steps && get<T>(marks, STATUS) == <T>RUNNING; step++) {
    let value = get<T>(marks, VALUE);
    if (get<T>(marks, ATTEMPT) == <T>0) {
      const status = verdict<T>(
        marks,
        maxIterations,
        gradientTolerance,
        relativeDecrease,
        optimism,
        target,
      );
      if (status != RUNNING) {
        set<T>(marks, STATUS, <T>status);
        break;
      }
      const iterations = <i32>get<T>(marks, ITERATIONS);
      set<T>(marks, HISTORY + iterations % WINDOW, value);
      if (iterations > 0 && iterations % RENEWAL == 0) {
        orthonormalise<T>(s, c, turned, product, other);
      }
      quasiNewton<T>(marks, past, gradient, curvature, direction, length);
      let slope = <T>2 * dot<T>(gradient, direction, length);
      if (!(slope < <T>0)) {
        set<T>(marks, COUNT, <T>0);
        set<T>(marks, NEXT, <T>0);
        quasiNewton<T>(marks, past, gradient, curvature, direction, length);
        slope = <T>2 * dot<T>(gradient, direction, length);
      }
      set<T>(marks, SLOPE, slope);
      const longest = <T>(<T>MAX_TURN / norm<T>(direction, length));
      set<T>(marks, STEP, longest < <T>1 ? longest : <T>1);
    }
    const t = get<T>(marks, STEP);
    const slope = get<T>(marks, SLOPE);
    prepareTurn<T>(size, s, entries, direction, <T>(<T>0.5 * t), c, work);
    solveCayley<T>(work, c, trial, s);
    const next = evaluate<T>(s, a, b, trial, turned, product, residual);
    set<T>(marks, EVALUATIONS, get<T>(marks, EVALUATIONS) + <T>1);
    if (next <= value + <T>ARMIJO * t * slope + rounding * value) {
      flush<T>(trial, s * s);
      memory.copy(c, trial, square);
      set<T>(marks, VALUE, next);
      set<T>(marks, ATTEMPT, <T>0);
      set<T>(marks, ITERATIONS, get<T>(marks, ITERATIONS) + <T>1);
      differentiate<T>(
        n, s, a, at, diagonal, entries, residual, product, other, turned, after, curvature,
      );
      remember<T>(marks, past, direction, t, gradient, after, length);
      memory.copy(gradient, after, vector);
      set<T>(marks, NORM, norm<T>(gradient, length));
    } else {
      const attempt = get<T>(marks, ATTEMPT) + <T>1;
      if (attempt >= maxAttempts) {
        set<T>(marks, STATUS, <T>STUCK);
        break;
      }
      set<T>(marks, ATTEMPT, attempt);
      const parabola = <T>(-slope * t * t / (<T>2 * (next - value - t * slope)));
      let shorter = parabola < <T>0.5 * t ? parabola : <T>(<T>0.5 * t);
      if (!(shorter > <T>0.1 * t)) shorter = <T>(<T>0.1 * t);
      set<T>(marks, STEP, shorter);
    }
  }
}

// Frobenius norm of the skew matrix with these coordinates.
@inline
function norm<T>(x: usize, length: i32): T {
  return <T>SQRT2 * sqrt<T>(dot<T>(x, x, length));
}

function verdict<T>(
  marks: usize,
  maxIterations: T,
  gradientTolerance: T,
  relativeDecrease: T,
  optimism: T,
  target: T,
): i32 {
  const iterations = get<T>(marks, ITERATIONS);
  const value = get<T>(marks, VALUE);
  if (!(iterations < maxIterations && get<T>(marks, NORM) > gradientTolerance)) return CONVERGED;
  if (iterations >= <T>WINDOW) {
    const progress = get<T>(marks, HISTORY + <i32>iterations % WINDOW) - value;
    if (progress < relativeDecrease * value) return SETTLED;
    if (value - optimism * progress > target) return ABANDONED;
  }
  return RUNNING;
}

/** F at C; leaves E = C B Cᵀ − A in `residual`. */
export function evaluate<T>(
  s: i32,
  a: usize,
  b: usize,
  c: usize,
  turned: usize,
  product: usize,
  residual: usize,
): T {
  transpose<T>(c, turned, s);
  multiply<T>(c, b, product, s, RIGHT_UPPER);
  multiply<T>(product, turned, residual, s, FULL);
  subtractInto<T>(residual, a, residual, s * s);
  return <T>0.5 * dot<T>(residual, residual, s * s);
}

// The coordinates of the gradient, and the diagonal preconditioner, from the residual.
function differentiate<T>(
  n: i32,
  s: i32,
  a: usize,
  at: usize,
  diagonal: usize,
  entries: usize,
  residual: usize,
  product: usize,
  other: usize,
  sums: usize,
  gradient: usize,
  curvature: usize,
): void {
  const z = <usize>sizeof<T>();
  const size = n * (n - 1) / 2;
  multiply<T>(residual, at, product, s, RIGHT_LOWER);
  multiply<T>(at, residual, other, s, LEFT_LOWER);
  // The sums that belong to the diagonal stand where the turned C was, which is not needed any more.
  let p: usize = 0;
  for (let i = 0; i < s; i++) {
    const sum = load<T>(diagonal + i * z) + load<T>(product + p) + load<T>(other + p);
    store<T>(sums + i * z, sum);
    p += <usize>(s + 1) * z;
  }
  subtractInto<T>(product, other, product, s * s);
  for (let e = 0; e < size; e++) {
    const word = load<u32>(entries + (e << 3)), link = load<u32>(entries + (e << 3), 4);
    const i = word >> 16, j = word & 0xffff;
    const x = half<T>(product, s, i, j);
    const o = link >> 1;
    if (o == <u32>e) store<T>(gradient + e * z, x);
    else {
      const second = load<u32>(entries + (o << 3));
      const y = half<T>(product, s, second >> 16, second & 0xffff);
      store<T>(gradient + e * z, <T>SQRT1_2 * (link & 1 ? y - x : x + y));
    }
    store<T>(curvature + e * z, along<T>(a, residual, sums, s, i, j));
  }
  for (let e = 0; e < size; e++) {
    const link = load<u32>(entries + (e << 3), 4), o = link >> 1;
    if (o <= <u32>e) continue;
    const word = load<u32>(entries + (e << 3)), second = load<u32>(entries + (o << 3));
    const mean = <T>0.5 * (load<T>(curvature + e * z) + load<T>(curvature + o * z));
    const both = mixed<T>(
      a, residual, s, word >> 16, word & 0xffff, second >> 16, second & 0xffff,
    );
    store<T>(curvature + e * z, link & 1 ? mean - both : mean + both);
    store<T>(curvature + o * z, link & 1 ? mean + both : mean - both);
  }
  let largest = <T>0;
  for (let e = 0; e < size; e++) {
    const x = abs<T>(load<T>(curvature + e * z));
    if (x > largest) largest = x;
  }
  const floor = <T>FLOOR * largest + <T>1e-30;
  for (let e = 0; e < size; e++) {
    const x = abs<T>(load<T>(curvature + e * z));
    store<T>(curvature + e * z, x > floor ? x : floor);
  }
  for (let e = size, end = vectorLength(n); e < end; e++) {
    store<T>(gradient + e * z, <T>0);
    store<T>(curvature + e * z, <T>1);
  }
  flush<T>(gradient, vectorLength(n));
}

// ½(M − Mᵀ) at i, j.
@inline
function half<T>(m: usize, s: i32, i: u32, j: u32): T {
  return <T>0.5 * (entry<T>(m, s, i, j) - entry<T>(m, s, j, i));
}

@inline
function entry<T>(m: usize, s: i32, i: u32, j: u32): T {
  return load<T>(m + <usize>(i * s + j) * sizeof<T>());
}

// Half the second derivative of F along Eᵢⱼ − Eⱼᵢ.
@inline
function along<T>(a: usize, e: usize, sums: usize, s: i32, i: u32, j: u32): T {
  const z = <usize>sizeof<T>();
  const ii = <usize>(i * s + i) * z, ij = <usize>(i * s + j) * z;
  const ji = <usize>(j * s + i) * z, jj = <usize>(j * s + j) * z;
  const aii = load<T>(a + ii), aij = load<T>(a + ij), aji = load<T>(a + ji), ajj = load<T>(a + jj);
  return <T>0.5 * (load<T>(sums + i * z) + load<T>(sums + j * z)) +
    aij * (aji + load<T>(e + ji)) + aji * (aij + load<T>(e + ij)) -
    aii * (ajj + load<T>(e + jj)) - ajj * (aii + load<T>(e + ii));
}

// Half the mixed second derivative along Eᵢⱼ − Eⱼᵢ and Eₖₗ − Eₗₖ.
function mixed<T>(a: usize, e: usize, s: i32, i: u32, j: u32, k: u32, l: u32): T {
  const ail = entry<T>(a, s, i, l), ajk = entry<T>(a, s, j, k);
  const aik = entry<T>(a, s, i, k), ajl = entry<T>(a, s, j, l);
  const ali = entry<T>(a, s, l, i), akj = entry<T>(a, s, k, j);
  const aki = entry<T>(a, s, k, i), alj = entry<T>(a, s, l, j);
  return <T>0.5 * (
    ail * (ajk + entry<T>(e, s, j, k)) - aik * (ajl + entry<T>(e, s, j, l)) -
    ajl * (aik + entry<T>(e, s, i, k)) + ajk * (ail + entry<T>(e, s, i, l)) +
    akj * (ali + entry<T>(e, s, l, i)) - aki * (alj + entry<T>(e, s, l, j)) -
    alj * (aki + entry<T>(e, s, k, i)) + ali * (akj + entry<T>(e, s, k, j))
  );
}

// work = [I − W | C] for the skew W with coordinates factor · v.
function prepareTurn<T>(
  size: i32,
  s: i32,
  entries: usize,
  v: usize,
  factor: T,
  c: usize,
  work: usize,
): void {
  const z = <usize>sizeof<T>();
  const row = <usize>s * z;
  for (let i = 0; i < s; i++) {
    const at = work + <usize>i * 2 * row;
    memory.fill(at, 0, row);
    store<T>(at + i * z, <T>1);
    memory.copy(at + row, c + <usize>i * row, row);
  }
  for (let e = 0; e < size; e++) {
    const word = load<u32>(entries + (e << 3)), link = load<u32>(entries + (e << 3), 4);
    const o = link >> 1;
    let x = load<T>(v + e * z);
    if (o != <u32>e) {
      const y = load<T>(v + o * z);
      x = <T>SQRT1_2 * (link & 1 ? y - x : x + y);
    }
    x *= factor;
    const i = word >> 16, j = word & 0xffff;
    store<T>(work + <usize>(2 * i * s + j) * z, -x);
    store<T>(work + <usize>(2 * j * s + i) * z, x);
  }
}

/** C ← C (3 I − Cᵀ C)/2. */
export function orthonormalise<T>(
  s: i32,
  c: usize,
  turned: usize,
  gram: usize,
  copy: usize,
): void {
  const z = <usize>sizeof<T>();
  memory.copy(copy, c, <usize>(s * s) * z);
  transpose<T>(c, turned, s);
  multiply<T>(turned, c, gram, s, FULL);
  scaleInto<T>(<T>-0.5, gram, gram, s * s);
  for (let i = 0; i < s; i++) {
    const at = gram + <usize>(i * s + i) * z;
    store<T>(at, load<T>(at) + <T>1.5);
  }
  multiply<T>(copy, gram, c, s, FULL);
}

function remember<T>(
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

// out = −H g.
function quasiNewton<T>(
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
