// Riemannian L-BFGS over orthogonal C: steps in the Lie algebra, Cayley retraction, backtracking line search.
// One step costs about 8 n³ operations. Transport is the identity: left-invariant coordinates carry over.
// This says what a descent is; searches run it in wasm (wasm_descent.ts), which is tested against it.
// Leaves out the function (matching_problem.ts), starting points (starts.ts) and the choice among them (search.ts).

import { innerProduct } from "#lib/math/linalg/norms.ts";
import { cayleyStep } from "./cayley_step.ts";
import { quasiNewtonDirection, remember } from "./limited_memory.ts";
import {
  differentiate,
  matchingError,
  type MatchingProblem,
  orthonormalise,
} from "./matching_problem.ts";
import { unpackSkew } from "./pair_basis.ts";

/** When to stop a descent. */
export interface DescentLimits {
  readonly maxIterations: number;
  /** Frobenius norm of the gradient. */
  readonly gradientTolerance: number;
  /** Relative decrease of F over ten steps under which to stop; 0 for never. */
  readonly relativeDecrease: number;
  /** Give up a start that its recent progress, extrapolated, does not bring under this value of F. */
  readonly target: number;
}

/** Where a descent ended. C itself is left in the array that held the start. */
export interface DescentResult {
  /** ½‖A − C B Cᵀ‖². */
  readonly value: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  /** Given up because of `target`. */
  readonly abandoned: boolean;
}

/**
 * Descends from `c` (padded with 1 on the diagonal, overwritten by the end point).
 *
 * @example
 * ```ts
 * import { descend } from "#lib/math/dsa/descent.ts";
 * import { matchingProblem } from "#lib/math/dsa/matching_problem.ts";
 * import { assert } from "@std/assert";
 *
 * // diag(1, 0) against itself, from a rotation by 1 rad
 * const a = Float64Array.of(1, 0, 0, 0);
 * const c = Float64Array.of(Math.cos(1), -Math.sin(1), Math.sin(1), Math.cos(1));
 * const limits = { maxIterations: 50, gradientTolerance: 1e-9, relativeDecrease: 0, target: Infinity };
 * assert(descend(matchingProblem(a, a, Int32Array.of(-1, -1), 2), c, limits).value < 1e-16);
 * ```
 */
export function descend(
  problem: MatchingProblem,
  c: Float64Array,
  limits: DescentLimits,
): DescentResult {
  const { stride: n, basis, memory, direction, curvature, skew, trial } = problem;
  let { gradient, nextGradient } = problem;
  const history = new Float64Array(WINDOW);
  memory.count = memory.next = 0;
  let value = matchingError(problem, c);
  differentiate(problem, gradient);
  let norm = Math.SQRT2 * length(gradient);
  let iterations = 0;
  let abandoned = false;
  for (; iterations < limits.maxIterations && norm > limits.gradientTolerance; iterations++) {
    const slot = iterations % WINDOW;
    if (iterations >= WINDOW) {
      const progress = history[slot] - value;
      if (progress < limits.relativeDecrease * value) break;
      if (value - OPTIMISM * progress > limits.target) {
        abandoned = true;
        break;
      }
    }
    history[slot] = value;
    if (iterations > 0 && iterations % RENEWAL === 0) orthonormalise(problem, c);
    quasiNewtonDirection(memory, gradient, curvature, direction);
    let slope = 2 * innerProduct(gradient, direction);
    if (!(slope < 0)) {
      memory.count = memory.next = 0;
      quasiNewtonDirection(memory, gradient, curvature, direction);
      slope = 2 * innerProduct(gradient, direction);
    }
    let t = Math.min(1, MAX_TURN / (Math.SQRT2 * length(direction)));
    let next = value;
    let accepted = false;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      cayleyStep(unpackSkew(basis, direction, 0.5 * t, skew), c, n, problem.elimination, trial);
      next = matchingError(problem, trial);
      if (next <= value + ARMIJO * t * slope + ROUNDING * value) {
        accepted = true;
        break;
      }
      const parabola = -slope * t * t / (2 * (next - value - t * slope));
      t = Math.max(0.1 * t, Math.min(0.5 * t, parabola));
    }
    if (!accepted) break;
    c.set(trial);
    value = next;
    differentiate(problem, nextGradient);
    remember(memory, direction, t, gradient, nextGradient);
    [gradient, nextGradient] = [nextGradient, gradient];
    norm = Math.SQRT2 * length(gradient);
  }
  return { value, gradientNorm: norm, iterations, abandoned };
}

function length(a: Float64Array): number {
  return Math.sqrt(innerProduct(a, a));
}

const WINDOW = 10;
const RENEWAL = 100;
/** A start is kept while ten times its last ten steps' progress would reach the target. */
const OPTIMISM = 10;
/** Longest first trial step, Frobenius norm of the rotation's generator. */
const MAX_TURN = 2.5;
const MAX_ATTEMPTS = 25;
const ARMIJO = 1e-4;
/** Relative rise of F that rounding may feign; near the end steps gain less. */
const ROUNDING = 2e-15;
