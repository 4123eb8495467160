// The search for the best C: every start is descended in turn, given up when it cannot catch up with the best so far,
// and the winner is polished. Between later starts it hops from the best so far to others nearby. Stops as soon as the best
// is proved optimal by the lower bound, or as enough independent starts have ended at it: easy pairs take few starts.
// Leaves out how starts are made (starts.ts) and one descent (descent.ts).

import type { RandomStream } from "#lib/core/random.ts";
import { cayleyStep } from "./cayley_step.ts";
import type { DescentLimits } from "./descent.ts";
import { hop } from "./hop.ts";
import {
  matchingError,
  type MatchingProblem,
  matchingProblem,
  orthonormalise,
  pad,
  stationarity,
} from "./matching_problem.ts";
import type { OperatorFrames } from "./operator_frames.ts";
import type { Start } from "./starts.ts";
import { type Descend, withDescents } from "./wasm_descent.ts";

/** The best rotation found between two Schur frames (n×n), and how. */
export interface SearchResult {
  readonly rotation: Float64Array;
  /** ½‖A − C B Cᵀ‖². */
  readonly value: number;
  readonly numStarts: number;
  readonly bestStart: string;
  /** Descent steps of all starts together. */
  readonly iterations: number;
  /** Frobenius norm of the Riemannian gradient of ½‖A − C B Cᵀ‖² at the end. */
  readonly gradientNorm: number;
}

/** How a search goes on once the starts from structure are done. */
export interface LaterSearch {
  /** Made one by one as they are wanted. */
  starts(): Iterable<Start>;
  /** Starts that must have ended at the best before it is believed; Infinity for never. */
  readonly agreeing: number;
  /** Starts that did so already. */
  readonly agreed?: number;
  /** Random numbers of the hops, one after each start; none without. */
  readonly hops?: RandomStream;
  /** Whether hops keep the determinant. */
  readonly proper?: boolean;
}

/**
 * Searches from `first` (in the order of their errors) and then, unless proved optimal, from `later`. `lowerBound` is an
 * angle under which no rotation can come.
 *
 * @example
 * ```ts
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { search } from "#lib/math/dsa/search.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const a = describeOperator(Float64Array.of(2), 1);
 * const start = { name: "identity", rotation: Float64Array.of(1) };
 * assertEquals(search(a, a, [start], undefined, 0).bestStart, "identity");
 * ```
 */
export function search(
  x: OperatorFrames,
  y: OperatorFrames,
  first: readonly Start[],
  later: LaterSearch | undefined,
  lowerBound: number,
): SearchResult {
  const problem = matchingProblem(x.t, y.t, x.partner, x.n);
  return withDescents(problem, (descend) => searchWith(descend, problem, first, later, lowerBound));
}

function searchWith(
  descend: Descend,
  problem: MatchingProblem,
  first: readonly Start[],
  later: LaterSearch | undefined,
  lowerBound: number,
): SearchResult {
  const { n, stride } = problem;
  const queue = first
    .map(({ name, rotation }): Candidate => {
      const c = pad(rotation, n, stride, 1);
      return { name, c, value: matchingError(problem, c) };
    })
    .sort((p, q) => p.value - q.value);
  let best: Candidate = { ...queue[0], c: queue[0].c.slice() };
  let numStarts = 0;
  let iterations = 0;
  let agreed = 0;
  const goOn = ({ starts, agreeing, hops, proper = false, agreed: before = 0 }: LaterSearch) => {
    agreed = before;
    let index = 0;
    for (const { name, rotation } of starts()) {
      if (agreed >= agreeing || proved(ENOUGH)) return;
      if (follow(name, pad(rotation, n, stride, 1))) agreed++;
      if (hops === undefined || agreed >= agreeing || proved(ENOUGH)) continue;
      const c = best.c.slice();
      hop(c, n, stride, hops, index++, proper);
      follow(`hop ${index}`, c);
    }
  };
  const proved = (tolerance: number) => angleOf(best.value) - lowerBound < tolerance;
  const follow = (name: string, c: Float64Array) => {
    numStarts++;
    const limits = { ...EXPLORE, target: best.value };
    const result = descend(c, limits);
    iterations += result.iterations;
    if (result.value < best.value * (1 - SAME)) agreed = 0;
    const agrees = !result.abandoned && result.value <= best.value * (1 + SAME);
    if (result.value < best.value) best = { name, c, value: result.value };
    return agrees;
  };
  if (proved(EXACT)) numStarts++;
  else {
    for (const { name, c } of queue) {
      if (proved(ENOUGH)) break;
      // A start that structure makes stationary may be a saddle.
      if (stationarity(problem, c) < SETTLED) shake(problem, c);
      follow(name, c);
    }
    if (later !== undefined && !proved(ENOUGH)) goOn(later);
  }
  let last = descend(best.c, polish(best.value));
  iterations += last.iterations;
  // Descent can end on a saddle of a symmetric pair: turned a little, it must come back.
  for (let round = 0; round < MAX_SHAKES && !proved(ENOUGH); round++) {
    const c = best.c.slice();
    shake(problem, c);
    const result = descend(c, { ...EXPLORE, target: last.value * (1 - GAIN) });
    iterations += result.iterations;
    if (!(result.value < last.value * (1 - GAIN))) break;
    best = { name: best.name, c, value: result.value };
    last = descend(c, polish(result.value));
    iterations += last.iterations;
  }
  orthonormalise(problem, best.c);
  return {
    rotation: unpad(best.c, n, stride),
    value: last.value,
    numStarts,
    bestStart: best.name,
    iterations,
    gradientNorm: last.gradientNorm,
  };
}

interface Candidate {
  readonly name: string;
  readonly c: Float64Array;
  readonly value: number;
}

// θ from F = ½‖A − C B Cᵀ‖² of unit operators.
function angleOf(value: number): number {
  return 2 * Math.asin(Math.min(1, Math.sqrt(value / 2)));
}

// Turns C a little, the same way each time.
function shake(problem: MatchingProblem, c: Float64Array): void {
  const { n, stride, skew } = problem;
  skew.fill(0);
  for (let i = 0, k = 1; i < n; i++) {
    for (let j = i + 1; j < n; j++, k++) {
      // Weyl's sequence of the golden ratio, in (−1, 1): generic, and no randomness needed.
      const value = KICK / n * (2 * ((k * GOLDEN) % 1) - 1);
      skew[i * stride + j] = value;
      skew[j * stride + i] = -value;
    }
  }
  cayleyStep(skew, c, stride, problem.elimination, c);
}

// To a gradient of 1e-9, which leaves an error of the order of its square in F; towards 0, where the angle is the root
// of F, as far as rounding allows.
function polish(value: number): DescentLimits {
  const gradientTolerance = value < 1e-10 ? 1e-15 : 1e-9;
  return { maxIterations: 3000, gradientTolerance, relativeDecrease: 0, target: Infinity };
}

function unpad(c: Float64Array, n: number, stride: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out.set(c.subarray(i * stride, i * stride + n), i * n);
  return out;
}

const EXPLORE = { maxIterations: 500, gradientTolerance: 1e-7, relativeDecrease: 1e-7 };
/** Radians above the lower bound at which a start is taken as it is, and at which the search ends. */
const EXACT = 1e-9;
const ENOUGH = 1e-6;
/** Ends whose errors agree to this, relatively, are one. */
const SAME = 1e-5;
const SETTLED = 1e-2;
const MAX_SHAKES = 4;
/** Relative decrease of F that shows a saddle. */
const GAIN = 1e-9;
const KICK = 0.05;
const GOLDEN = 0.6180339887498949;
