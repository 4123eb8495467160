// The joint match of two driven systems as a function of one orthogonal C, and its descent: Riemannian L-BFGS with Cayley
// steps, about 16n³ operations each. Loss F(C) = ½(1 − w)‖A₁ − C A₂ Cᵀ‖² + ½w‖B₁ − C B₂‖² with unit A and B, that is 1 − cos
// of the angle between the systems as unit vectors (√(1 − w) A, √w B). Leaves out starts and their choice
// (joint_search.ts).

import {
  type LimitedMemory,
  limitedMemory,
  quasiNewtonDirection,
  remember,
} from "../dsa/limited_memory.ts";
import { solve } from "../linalg/lu.ts";
import { multiply, multiplyTransposeA, multiplyTransposeB } from "../linalg/matmul.ts";
import { innerProduct } from "../linalg/norms.ts";

/** Unit A (n×n) and B (n×m) of two systems, and the weight of B in [0, 1]. */
export interface JointProblem {
  readonly stateA: Float64Array;
  readonly inputA: Float64Array;
  readonly stateB: Float64Array;
  readonly inputB: Float64Array;
  readonly n: number;
  readonly m: number;
  readonly weight: number;
}

/** Where a descent ended. */
export interface JointDescent {
  readonly rotation: Float64Array;
  /** F. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly iterations: number;
}

/**
 * F at C, and what C makes of the second system.
 *
 * @example
 * ```ts
 * import { jointLoss } from "#lib/math/control/joint_problem.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const one = Float64Array.of(1);
 * const problem = { stateA: one, inputA: one, stateB: one, inputB: one, n: 1, m: 1, weight: 0.5 };
 * assertEquals(jointLoss(problem, Float64Array.of(-1)).loss, 1); // A agrees, B is reversed
 * ```
 */
export function jointLoss(
  { stateA, inputA, stateB, inputB, n, m, weight }: JointProblem,
  c: Float64Array,
): { readonly loss: number; readonly state: Float64Array; readonly input: Float64Array } {
  const state = multiplyTransposeB(multiply(c, stateB, n, n, n), c, n, n, n);
  const input = multiply(c, inputB, n, n, m);
  const loss = 0.5 * (1 - weight) * squaredDistance(stateA, state) +
    0.5 * weight * squaredDistance(inputA, input);
  return { loss, state, input };
}

/**
 * Descends from an orthogonal C to a local minimum of F.
 *
 * @example
 * ```ts
 * import { descendJoint } from "#lib/math/control/joint_problem.ts";
 * import { assertLess } from "@std/assert";
 *
 * const stateA = Float64Array.of(1, 0, 0, 0), inputA = Float64Array.of(1, 0);
 * const problem = { stateA, inputA, stateB: stateA, inputB: inputA, n: 2, m: 1, weight: 0.5 };
 * const turned = Float64Array.of(Math.cos(1), -Math.sin(1), Math.sin(1), Math.cos(1));
 * assertLess(descendJoint(problem, turned).loss, 1e-15);
 * ```
 */
export function descendJoint(problem: JointProblem, start: Float64Array): JointDescent {
  const { n } = problem;
  const size = n * (n - 1) / 2;
  const memory = limitedMemory(size, 10);
  const ones = new Float64Array(size).fill(1);
  const direction = new Float64Array(size);
  let gradient = new Float64Array(size), nextGradient = new Float64Array(size);
  let c = start.slice();
  let at = jointLoss(problem, c);
  differentiate(problem, at, gradient);
  let norm = length(gradient);
  const history: number[] = [];
  let iterations = 0;
  for (; iterations < MAX_ITERATIONS && norm > GRADIENT_TOLERANCE; iterations++) {
    if (iterations >= WINDOW && history[iterations - WINDOW] - at.loss < LEAST_GAIN * at.loss) {
      break;
    }
    history.push(at.loss);
    const slope = downhill(memory, gradient, ones, direction);
    const step = lineSearch(problem, c, at.loss, direction, slope);
    if (step === undefined) break;
    ({ c, at } = step);
    differentiate(problem, at, nextGradient);
    remember(memory, direction, step.length, gradient, nextGradient);
    [gradient, nextGradient] = [nextGradient, gradient];
    norm = length(gradient);
  }
  const rotation = orthonormal(c, n);
  return { rotation, loss: jointLoss(problem, rotation).loss, gradientNorm: norm, iterations };
}

type Evaluated = ReturnType<typeof jointLoss>;

// dF along C ← exp(Ω)C for Ω = Σ wᵢⱼ(Eᵢⱼ − Eⱼᵢ): −(Mᵢⱼ − Mⱼᵢ), M = (1 − w)(A₁Sᵀ − SᵀA₁) + w B₁Tᵀ.
function differentiate(
  { stateA, inputA, n, m, weight }: JointProblem,
  { state, input }: Evaluated,
  out: Float64Array,
): void {
  const left = multiplyTransposeB(stateA, state, n, n, n);
  const right = multiplyTransposeA(state, stateA, n, n, n);
  const driven = multiplyTransposeB(inputA, input, n, m, n);
  const entry = (p: number) => (1 - weight) * (left[p] - right[p]) + weight * driven[p];
  for (let i = 0, o = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, o++) out[o] = entry(j * n + i) - entry(i * n + j);
  }
}

function downhill(
  memory: LimitedMemory,
  gradient: Float64Array,
  ones: Float64Array,
  direction: Float64Array,
): number {
  quasiNewtonDirection(memory, gradient, ones, direction);
  const slope = innerProduct(gradient, direction);
  if (slope < 0) return slope;
  memory.count = memory.next = 0;
  quasiNewtonDirection(memory, gradient, ones, direction);
  return innerProduct(gradient, direction);
}

function lineSearch(
  problem: JointProblem,
  c: Float64Array,
  loss: number,
  direction: Float64Array,
  slope: number,
) {
  let step = Math.min(1, MAX_TURN / (Math.SQRT2 * length(direction)));
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const moved = cayley(direction, step, c, problem.n);
    const at = jointLoss(problem, moved);
    if (at.loss <= loss + ARMIJO * step * slope + ROUNDING * loss) {
      return { c: moved, at, length: step };
    }
    const parabola = -slope * step * step / (2 * (at.loss - loss - step * slope));
    step = Math.max(0.1 * step, Math.min(0.5 * step, parabola));
  }
  return undefined;
}

// (I − Ω/2)⁻¹(I + Ω/2) C.
function cayley(w: Float64Array, step: number, c: Float64Array, n: number) {
  const minus = new Float64Array(n * n), plus = new Float64Array(n * n);
  for (let i = 0, p = 0; i < n; i++) {
    minus[i * n + i] = plus[i * n + i] = 1;
    for (let j = i + 1; j < n; j++, p++) {
      const half = 0.5 * step * w[p];
      plus[i * n + j] = minus[j * n + i] = half;
      plus[j * n + i] = minus[i * n + j] = -half;
    }
  }
  return solve(minus, n, multiply(plus, c, n, n, n), n) as Float64Array<ArrayBuffer>;
}

// Two Newton steps towards the polar factor.
function orthonormal(c: Float64Array, n: number): Float64Array {
  for (let round = 0; round < 2; round++) {
    const gram = multiplyTransposeA(c, c, n, n, n).map((x) => -0.5 * x);
    for (let i = 0; i < n; i++) gram[i * n + i] += 1.5;
    c = multiply(c, gram, n, n, n) as Float64Array<ArrayBuffer>;
  }
  return c;
}

function squaredDistance(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
  return sum;
}

function length(x: Float64Array): number {
  return Math.sqrt(innerProduct(x, x));
}

const MAX_ITERATIONS = 500;
const GRADIENT_TOLERANCE = 1e-10;
const WINDOW = 10;
/** Relative decrease over ten steps under which to stop. */
const LEAST_GAIN = 1e-10;
/** Frobenius norm of the longest first trial rotation's generator. */
const MAX_TURN = 2.5;
const MAX_ATTEMPTS = 25;
const ARMIJO = 1e-4;
/** Relative rise that rounding may feign. */
const ROUNDING = 2e-15;
