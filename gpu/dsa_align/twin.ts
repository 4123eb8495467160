// The twin of `dsa_align`: the descent of lib/math/dsa/descent.ts in f64, written so that it can stop after any number of
// evaluations and go on from what it left in the kernel's buffers, in the kernel's layout.
// Leaves out the layout's meaning (dsa_align.ts).

import { Band, bandedProduct } from "../../lib/math/dsa/banded_product.ts";
import { cayleyStep } from "../../lib/math/dsa/cayley_step.ts";

/** One descent in the buffers of the kernel; `scratch` begins with what no dispatch leaves to the next. */
export interface DescentPlace {
  readonly n: number;
  /** Row length of the matrices. */
  readonly s: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly diagonal: Float64Array;
  readonly entries: Uint32Array;
  readonly c: Float64Array;
  /** Gradient, direction, curvature, then steps and changes of the gradient. */
  readonly vectors: Float64Array;
  readonly marks: Float64Array;
}

/** Where a descent stops. */
export interface AlignLimits {
  readonly steps: number;
  readonly max_iterations: number;
  readonly gradient_tolerance: number;
  readonly relative_decrease: number;
}

/** Places in `marks`. */
export const Mark = {
  value: 0,
  norm: 1,
  iterations: 2,
  status: 3,
  count: 4,
  next: 5,
  step: 6,
  slope: 7,
  attempt: 8,
  evaluations: 9,
  rho: 10,
  history: 16,
  alpha: 26,
  length: 32,
} as const;

/** Whether a descent has begun, and why it ended. */
export const Status = { fresh: 0, running: 1, converged: 2, settled: 3, stuck: 5 } as const;

/** Pairs of steps and changes kept. */
export const memory = 6;

/**
 * Length of the vectors of n (n − 1)/2 coordinates, a multiple of 4.
 *
 * @example
 * ```ts
 * import { vectorLength } from "#gpu/dsa_align/twin.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([1, 4, 10].map(vectorLength), [4, 8, 48]);
 * ```
 */
export function vectorLength(n: number): number {
  return Math.max(4, 4 * Math.ceil(n * (n - 1) / 8));
}

/**
 * Goes on with one descent by at most `limits.steps` evaluations.
 *
 * @example
 * ```ts
 * import { descendOn, Mark } from "#gpu/dsa_align/twin.ts";
 * import { assertEquals } from "@std/assert";
 * const one = Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
 * const marks = new Float64Array(Mark.length);
 * descendOn({
 *   n: 1, s: 4, a: one, b: one.map((x) => -x), diagonal: new Float64Array(4), entries: new Uint32Array(0),
 *   c: one.slice(), vectors: new Float64Array(60), marks,
 * }, { steps: 1, max_iterations: 9, gradient_tolerance: 0, relative_decrease: 0 });
 * assertEquals(marks[Mark.value], 2);
 * ```
 */
export function descendOn(place: DescentPlace, limits: AlignLimits): void {
  const { n, s, c, marks, vectors } = place;
  const length = vectorLength(n);
  const part = (index: number) => vectors.subarray(index * length, (index + 1) * length);
  const [gradient, direction, curvature] = [part(0), part(1), part(2)];
  const past = Array.from({ length: 2 * memory }, (_, k) => part(3 + k));
  const residual = new Float64Array(s * s), trial = new Float64Array(s * s);
  const after = new Float64Array(length);
  const norm = (x: Float64Array) => Math.SQRT2 * Math.sqrt(dot(x, x));

  if (marks[Mark.status] === Status.fresh) {
    marks[Mark.value] = evaluate(place, c, residual);
    differentiate(place, residual, gradient, curvature);
    marks[Mark.norm] = norm(gradient);
    marks[Mark.status] = Status.running;
  }
  for (let step = 0; step < limits.steps; step++) {
    const value = marks[Mark.value];
    if (marks[Mark.status] !== Status.running) return;
    if (marks[Mark.attempt] === 0) {
      marks[Mark.status] = verdict(marks, limits);
      if (marks[Mark.status] !== Status.running) return;
      const iterations = marks[Mark.iterations];
      marks[Mark.history + iterations % WINDOW] = value;
      if (iterations > 0 && iterations % RENEWAL === 0) orthonormalise(c, s);
      quasiNewton(marks, past, gradient, curvature, direction);
      if (!(dot(gradient, direction) < 0)) {
        marks[Mark.count] = marks[Mark.next] = 0;
        quasiNewton(marks, past, gradient, curvature, direction);
      }
      marks[Mark.slope] = 2 * dot(gradient, direction);
      marks[Mark.step] = Math.min(1, MAX_TURN / norm(direction));
    }
    const t = marks[Mark.step], slope = marks[Mark.slope];
    cayleyStep(skewOf(place, direction, 0.5 * t), c, s, new Float64Array(2 * s * s), trial);
    const next = evaluate(place, trial, residual);
    marks[Mark.evaluations]++;
    if (next <= value + ARMIJO * t * slope + ROUNDING * value) {
      c.set(trial);
      marks[Mark.value] = next;
      marks[Mark.attempt] = 0;
      marks[Mark.iterations]++;
      differentiate(place, residual, after, curvature);
      remember(marks, past, direction, t, gradient, after);
      gradient.set(after);
      marks[Mark.norm] = norm(gradient);
    } else if (marks[Mark.attempt] + 1 >= MAX_ATTEMPTS) {
      marks[Mark.status] = Status.stuck;
    } else {
      marks[Mark.attempt]++;
      const parabola = -slope * t * t / (2 * (next - value - t * slope));
      marks[Mark.step] = Math.max(0.1 * t, Math.min(0.5 * t, parabola));
    }
  }
}

function verdict(marks: Float64Array, limits: AlignLimits): number {
  const iterations = marks[Mark.iterations], value = marks[Mark.value];
  if (!(iterations < limits.max_iterations && marks[Mark.norm] > limits.gradient_tolerance)) {
    return Status.converged;
  }
  const progress = marks[Mark.history + iterations % WINDOW] - value;
  return iterations >= WINDOW && progress < limits.relative_decrease * value
    ? Status.settled
    : marks[Mark.status];
}

// F at C; leaves E = C B Cᵀ − A in `residual`.
function evaluate({ s, a, b }: DescentPlace, c: Float64Array, residual: Float64Array): number {
  const product = new Float64Array(s * s);
  bandedProduct(c, s, 1, b, 1, s, s, Band.none, product);
  bandedProduct(product, s, 1, c, s, 1, s, Band.none, residual);
  for (let i = 0; i < residual.length; i++) residual[i] -= a[i];
  return 0.5 * dot(residual, residual);
}

function differentiate(
  { n, s, a, diagonal, entries }: DescentPlace,
  e: Float64Array,
  gradient: Float64Array,
  curvature: Float64Array,
): void {
  const left = new Float64Array(s * s), right = new Float64Array(s * s);
  bandedProduct(e, s, 1, a, s, 1, s, Band.none, left);
  bandedProduct(a, 1, s, e, 1, s, s, Band.none, right);
  const sums = diagonal.map((d, i) => d + left[i * s + i] + right[i * s + i]);
  const size = n * (n - 1) / 2;
  const at = (k: number) => [entries[2 * k] >>> 16, entries[2 * k] & 0xffff] as const;
  const slope = (k: number) => {
    const [i, j] = at(k);
    return 0.5 * (left[i * s + j] - right[i * s + j] - left[j * s + i] + right[j * s + i]);
  };
  const bend = (k: number) => {
    const [i, j] = at(k);
    const [ii, ij, ji, jj] = [i * s + i, i * s + j, j * s + i, j * s + j];
    return 0.5 * (sums[i] + sums[j]) + a[ij] * (a[ji] + e[ji]) + a[ji] * (a[ij] + e[ij]) -
      a[ii] * (a[jj] + e[jj]) - a[jj] * (a[ii] + e[ii]);
  };
  const mixed = (x: number, y: number) => {
    const [[i, j], [k, l]] = [at(x), at(y)];
    const term = (p: number, q: number, u: number, v: number) =>
      a[p * s + q] * (a[u * s + v] + e[u * s + v]) + a[u * s + v] * (a[p * s + q] + e[p * s + q]);
    return 0.5 * (term(i, l, j, k) - term(i, k, j, l) + term(k, j, l, i) - term(k, i, l, j));
  };
  gradient.fill(0);
  curvature.fill(1);
  let largest = 0;
  for (let k = 0; k < size; k++) {
    const o = entries[2 * k + 1] >>> 1, sign = entries[2 * k + 1] & 1 ? -1 : 1;
    const alone = o === k;
    gradient[k] = alone ? slope(k) : Math.SQRT1_2 * (slope(o) + sign * slope(k));
    const value = alone ? bend(k) : 0.5 * (bend(k) + bend(o)) + sign * mixed(k, o);
    curvature[k] = Math.abs(value);
    largest = Math.max(largest, curvature[k]);
  }
  const lowest = FLOOR * largest + 1e-30;
  for (let k = 0; k < size; k++) curvature[k] = Math.max(curvature[k], lowest);
}

function skewOf({ n, s, entries }: DescentPlace, v: Float64Array, factor: number): Float64Array {
  const out = new Float64Array(s * s);
  for (let k = 0; k < n * (n - 1) / 2; k++) {
    const [i, j] = [entries[2 * k] >>> 16, entries[2 * k] & 0xffff];
    const o = entries[2 * k + 1] >>> 1, sign = entries[2 * k + 1] & 1 ? -1 : 1;
    const x = factor * (o === k ? v[k] : Math.SQRT1_2 * (v[o] + sign * v[k]));
    out[i * s + j] = x;
    out[j * s + i] = -x;
  }
  return out;
}

function orthonormalise(c: Float64Array, s: number): void {
  const copy = c.slice(), gram = new Float64Array(s * s);
  bandedProduct(c, 1, s, c, 1, s, s, Band.none, gram);
  for (let i = 0; i < gram.length; i++) gram[i] *= -0.5;
  for (let i = 0; i < s; i++) gram[i * s + i] += 1.5;
  bandedProduct(copy, s, 1, gram, 1, s, s, Band.none, c);
}

function remember(
  marks: Float64Array,
  past: readonly Float64Array[],
  direction: Float64Array,
  t: number,
  before: Float64Array,
  after: Float64Array,
): void {
  const next = marks[Mark.next];
  const step = past[next], change = past[memory + next];
  for (let i = 0; i < step.length; i++) {
    step[i] = t * direction[i];
    change[i] = after[i] - before[i];
  }
  const sy = dot(step, change);
  if (!(sy > LEAST_CURVATURE * Math.sqrt(dot(step, step) * dot(change, change)))) return;
  marks[Mark.rho + next] = 1 / sy;
  marks[Mark.next] = (next + 1) % memory;
  marks[Mark.count] = Math.min(marks[Mark.count] + 1, memory);
}

// direction = −H g (Nocedal & Wright, algorithm 7.4).
function quasiNewton(
  marks: Float64Array,
  past: readonly Float64Array[],
  gradient: Float64Array,
  curvature: Float64Array,
  direction: Float64Array,
): void {
  const count = marks[Mark.count], next = marks[Mark.next];
  const slots = Array.from({ length: count }, (_, k) => (next + 2 * memory - 1 - k) % memory);
  const rho = (slot: number) => marks[Mark.rho + slot];
  for (let i = 0; i < direction.length; i++) direction[i] = -gradient[i];
  const add = (factor: number, x: Float64Array) => {
    for (let i = 0; i < x.length; i++) direction[i] += factor * x[i];
  };
  for (const slot of slots) {
    const sum = rho(slot) * dot(past[slot], direction);
    marks[Mark.alpha + slot] = sum;
    add(-sum, past[memory + slot]);
  }
  let gamma = 1;
  if (count > 0) {
    const y = past[memory + slots[0]];
    gamma = 1 / (rho(slots[0]) * y.reduce((sum, v, i) => sum + v * v / curvature[i], 0));
  }
  for (let i = 0; i < direction.length; i++) direction[i] *= gamma / curvature[i];
  for (const slot of slots.reverse()) {
    add(marks[Mark.alpha + slot] - rho(slot) * dot(past[memory + slot], direction), past[slot]);
  }
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

// As in dsa_align.wgsl.
const WINDOW = 10;
const RENEWAL = 100;
const MAX_TURN = 2.5;
const ARMIJO = 1e-4;
const FLOOR = 0.005;
const ROUNDING = 2e-6;
const MAX_ATTEMPTS = 8;
const LEAST_CURVATURE = 1e-6;
