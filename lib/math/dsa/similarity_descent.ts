// Descent of F(C) = ½‖A − C B C⁻¹‖² over invertible C: L-BFGS with steps C ← (I + W) C and backtracking, in the coordinates of W.
// Gradient: with X = C B C⁻¹ and E = X − A it is E Xᵀ − Xᵀ E. A step costs about 12 n³ operations. The condition of C is kept under
// a limit: F has no minimum where B is defective, only an infimum that ever worse conditioned C approach.
// Leaves out where to start (general_linear.ts).

import { innerProduct } from "#lib/math/linalg/norms.ts";
import { luFactor, luSolve } from "#lib/math/linalg/lu.ts";
import { multiply, multiplyTransposeA, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { limitedMemory, quasiNewtonDirection, remember } from "./limited_memory.ts";

/** Where a descent ended. All matrices n×n. */
export interface SimilarityDescent {
  readonly transform: Float64Array;
  /** C B C⁻¹, computed anew from C. */
  readonly moved: Float64Array;
  /** ½‖A − C B C⁻¹‖². */
  readonly value: number;
  /** ‖C‖ ‖C⁻¹‖ / n in Frobenius norms: 1 for orthogonal C, between κ₂(C)/n and κ₂(C). */
  readonly condition: number;
  readonly gradientNorm: number;
  readonly iterations: number;
}

/**
 * Descends from an invertible C, or returns `undefined` if that is worse conditioned than the limit.
 *
 * @example
 * ```ts
 * import { descendSimilarity } from "#lib/math/dsa/similarity_descent.ts";
 * import { assert } from "@std/assert";
 *
 * const a = Float64Array.of(1, 2, 0, 3), b = Float64Array.of(3, 0, 0, 1); // similar, not orthogonally so
 * const found = descendSimilarity(a, b, 2, Float64Array.of(0.6, 0.8, -0.8, 0.6))!;
 * assert(found.value < 1e-15);
 * ```
 */
export function descendSimilarity(
  a: Float64Array,
  b: Float64Array,
  n: number,
  start: Float64Array,
  maxIterations = 1000,
): SimilarityDescent | undefined {
  const size = n * n;
  const memory = limitedMemory(size, 10);
  const ones = new Float64Array(size).fill(1);
  let at = stateAt(a, b, n, start);
  if (at === undefined) return undefined;
  let gradient = gradientOf(at, n);
  let nextGradient: Float64Array;
  const direction = new Float64Array(size);
  const history = new Float64Array(WINDOW);
  let iterations = 0;
  for (; iterations < maxIterations; iterations++) {
    const norm = Math.sqrt(innerProduct(gradient, gradient));
    if (norm <= GRADIENT_TOLERANCE * Math.sqrt(at.value) || at.value < DONE) break;
    const slot = iterations % WINDOW;
    if (iterations >= WINDOW && history[slot] - at.value < RELATIVE_DECREASE * at.value) break;
    history[slot] = at.value;
    quasiNewtonDirection(memory, gradient, ones, direction);
    let slope = innerProduct(gradient, direction);
    if (!(slope < 0)) {
      memory.count = memory.next = 0;
      quasiNewtonDirection(memory, gradient, ones, direction);
      slope = innerProduct(gradient, direction);
    }
    let t = Math.min(1, MAX_STEP / Math.sqrt(innerProduct(direction, direction)));
    let next: State | undefined;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++, t *= 0.4) {
      next = stateAt(a, b, n, stepped(direction, t, at.transform, n));
      if (next !== undefined && next.value <= at.value + ARMIJO * t * slope) break;
      next = undefined;
    }
    if (next === undefined) {
      if (memory.count === 0) break;
      memory.count = memory.next = 0;
      continue;
    }
    nextGradient = gradientOf(next, n);
    remember(memory, direction, t, gradient, nextGradient);
    [gradient, at] = [nextGradient, next];
  }
  const { transform, moved, value, condition } = at;
  const gradientNorm = Math.sqrt(innerProduct(gradient, gradient));
  return { transform, moved, value, condition, gradientNorm, iterations };
}

interface State {
  readonly transform: Float64Array;
  readonly moved: Float64Array;
  readonly error: Float64Array;
  readonly value: number;
  readonly condition: number;
}

function stateAt(
  a: Float64Array,
  b: Float64Array,
  n: number,
  transform: Float64Array,
): State | undefined {
  const inverse = inverseOf(transform, n);
  if (inverse === undefined) return undefined;
  const size = Math.sqrt(innerProduct(transform, transform));
  const condition = size * Math.sqrt(innerProduct(inverse, inverse)) / n;
  if (!(condition <= MAX_CONDITION)) return undefined;
  const moved = multiply(multiply(transform, b, n, n, n), inverse, n, n, n);
  const error = moved.map((x, p) => x - a[p]);
  return { transform, moved, error, value: 0.5 * innerProduct(error, error), condition };
}

function inverseOf(c: Float64Array, n: number): Float64Array | undefined {
  const factor = luFactor(c, n);
  if (factor.singular) return undefined;
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  return luSolve(factor, n, identity, n);
}

function gradientOf({ moved, error }: State, n: number): Float64Array {
  const second = multiplyTransposeA(moved, error, n, n, n);
  return multiplyTransposeB(error, moved, n, n, n).map((x, p) => x - second[p]);
}

// (I + t W) C, scaled to a norm of √n, which changes nothing else.
function stepped(w: Float64Array, t: number, c: Float64Array, n: number): Float64Array {
  const out = multiply(w, c, n, n, n).map((x, p) => c[p] + t * x);
  const scale = Math.sqrt(n / innerProduct(out, out));
  return out.map((x) => scale * x);
}

/** C worse conditioned than this are not tried. */
const MAX_CONDITION = 1e6;
const MAX_STEP = 0.5;
const MAX_ATTEMPTS = 30;
const ARMIJO = 1e-4;
const WINDOW = 20;
const RELATIVE_DECREASE = 1e-9;
const GRADIENT_TOLERANCE = 1e-9;
/** F under which nothing but rounding is left. */
const DONE = 1e-30;
