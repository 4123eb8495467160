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
import {
  ABANDONED,
  ATTEMPT,
  CONVERGED,
  COUNT,
  EVALUATIONS,
  FRESH,
  get,
  HISTORY,
  ITERATIONS,
  MEMORY,
  NEXT,
  NORM,
  RUNNING,
  set,
  SETTLED,
  SLOPE,
  STATUS,
  STEP,
  STUCK,
  VALUE,
  vectorLength,
} from "./_dsa_marks";
import { quasiNewton, remember } from "./_dsa_memory";
import { differentiate, evaluate } from "./_dsa_objective";
import { FULL, multiply, transpose } from "./_dsa_product";
import { dot, flush, scaleInto } from "./_dsa_vector";

const WINDOW = 10;
const RENEWAL = 100;
const MAX_TURN = 2.5;
const ARMIJO = 1e-4;
const SQRT1_2 = 0.7071067811865476;
const SQRT2 = 1.4142135623730951;

/** Numbers in the scratch space: 7 matrices (one of double width) and 16 vectors. */
@inline
export function scratchLength(n: i32, s: i32): i32 {
  return 7 * s * s + (4 + 2 * MEMORY) * vectorLength(n);
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

// Frobenius norm of the skew matrix with these coordinates.
@inline
function norm<T>(x: usize, length: i32): T {
  return <T>SQRT2 * sqrt<T>(dot<T>(x, x, length));
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
