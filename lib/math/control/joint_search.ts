// Generalised comparison of driven systems: min over one orthogonal C of state and input together,
// (1 − w)‖A₁ − C A₂ Cᵀ‖² + w‖B₁ − C B₂‖² with A and B of unit norm. No closed form is known (for w = 0 it is DSA, for w = 1
// Procrustes), so it is searched from several starts, with a bound that no C beats. Leaves out the descent
// (joint_problem.ts) and the closed form for another aim (controllability.ts), which is one of the starts.

import { digestOf } from "#lib/core/digest.ts";
import { randomStream } from "#lib/core/random.ts";
import { angleBetween, euclideanFromAngle } from "../dsa/angle.ts";
import { angleLowerBound } from "../dsa/certificate.ts";
import { compareOperators } from "../dsa/dsa.ts";
import { matchEigenvalues } from "../dsa/eigenvalue_matching.ts";
import type { OperatorFrames } from "../dsa/operator_frames.ts";
import { hop } from "../dsa/hop.ts";
import { randomOrthogonal } from "../dsa/random_orthogonal.ts";
import { fromFrames, structuredStarts } from "../dsa/starts.ts";
import { frobeniusNorm } from "../linalg/norms.ts";
import { compareInputs, compareSystems, type ControllableSystem } from "./controllability.ts";
import { descendJoint, type JointDescent, jointLoss, type JointProblem } from "./joint_problem.ts";

/** A system prepared for the search. */
export interface SearchableSystem extends ControllableSystem {
  readonly frames: OperatorFrames;
}

/** Settings of a search. */
export interface JointSearchOptions {
  /** w, the input's share of the squared distance, in [0, 1]. Default 0.5. */
  readonly inputWeight?: number;
  /** Random starts at most, by size if not given; each is followed by a hop from the best so far. */
  readonly mostRandomStarts?: number;
  readonly seed?: number | string;
}

/** A match. Angles in radians. */
export interface JointMatch {
  /** Angle between the systems as unit vectors (√(1 − w) A, √w B), in [0, π]. */
  readonly angle: number;
  /** 2 sin(angle/2). */
  readonly euclidean: number;
  /** No C gives a smaller angle: states and inputs, each at the best that a C of their own could do. */
  readonly lowerBound: number;
  /** Angles of A₁ and C A₂ Cᵀ, and of B₁ and C B₂. */
  readonly stateAngle: number;
  readonly controlAngle: number;
  readonly rotation: Float64Array;
  readonly numStarts: number;
  readonly bestStart: string;
  readonly iterations: number;
  readonly gradientNorm: number;
}

/**
 * Searches the best C. Exact to rounding for rotated copies, whose closed form is a start. Symmetric up to the search's
 * own luck; put the pair in an order first.
 *
 * @throws {RangeError} if numbers of states or inputs differ, or the weight is outside [0, 1].
 *
 * @example
 * ```ts
 * import { describeSystem } from "#lib/math/control/controllability.ts";
 * import { searchJoint } from "#lib/math/control/joint_search.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [a, b] = [[0.5, 1, 0, 0.2, 1, 3], [0.2, 0, 1, 0.5, 3, 1]].map((x) => {
 *   const [state, input] = [Float64Array.from(x.slice(0, 4)), Float64Array.from(x.slice(4))];
 *   return { ...describeSystem({ state, input, numStates: 2, numInputs: 1 }), frames: describeOperator(state, 2) };
 * });
 * assertAlmostEquals(searchJoint(a, b).angle, 0, 1e-12); // states exchanged
 * ```
 */
export function searchJoint(
  a: SearchableSystem,
  b: SearchableSystem,
  options: JointSearchOptions = {},
): JointMatch {
  const { inputWeight: weight = 0.5, seed = 0 } = options;
  if (!(weight >= 0 && weight <= 1)) {
    throw new RangeError(`joint search: the input's weight is ${weight}; it must lie in [0, 1]`);
  }
  const { numStates: n, numInputs: m } = a;
  const closed = compareSystems(a, b);
  const inputs = compareInputs(a, b);
  const matching = matchEigenvalues(a.frames, b.frames);
  const ofStates = angleLowerBound(a.frames, b.frames, matching.bound);
  const lowerBound = jointAngle(ofStates, inputs.control.angular!, weight);
  const problem: JointProblem = {
    stateA: a.frames.unit,
    inputA: unitOf(a.input),
    stateB: b.frames.unit,
    inputB: unitOf(b.input),
    n,
    m,
    weight,
  };
  const found = new Found(problem, lowerBound);
  found.follow("controllability", closed.rotation);
  found.follow("inputs", inputs.rotation);
  if (!found.isProved) {
    found.follow("states", compareOperators(a.frames, b.frames, { seed }).rotation);
    for (const { name, rotation } of structuredStarts(a.frames, b.frames, matching, "orthogonal")) {
      found.follow(name, fromFrames(a.frames, b.frames, rotation));
    }
    searchOn(found, problem, options.mostRandomStarts ?? mostStarts(n), seed);
  }
  const { best, numStarts, iterations } = found;
  const { rotation, gradientNorm, name } = best!;
  const { state, input } = jointLoss(problem, rotation);
  const stateAngle = angleBetween(problem.stateA, state);
  const controlAngle = angleBetween(problem.inputA, input);
  const angle = jointAngle(stateAngle, controlAngle, weight);
  return {
    angle,
    euclidean: euclideanFromAngle(angle),
    lowerBound: Math.min(lowerBound, angle),
    stateAngle,
    controlAngle,
    rotation,
    numStarts,
    bestStart: name,
    iterations,
    gradientNorm,
  };
}

/** The best of the descents so far. */
class Found {
  best: (JointDescent & { readonly name: string }) | undefined;
  numStarts = 0;
  iterations = 0;
  /** Independent starts that ended at the best. */
  agreed = 0;

  constructor(readonly problem: JointProblem, readonly lowerBound: number) {}

  /** Descends from a start; one that hops from the best does not count as another witness of it. */
  follow(name: string, start: Float64Array, isIndependent = true): void {
    const found = descendJoint(this.problem, start);
    this.numStarts++;
    this.iterations += found.iterations;
    const least = this.best?.loss ?? Infinity;
    if (found.loss < least * (1 - SAME)) this.agreed = 0;
    if (found.loss < least * (1 - 1e-12)) this.best = { ...found, name };
    if (isIndependent && found.loss <= least * (1 + SAME)) this.agreed++;
  }

  get isProved(): boolean {
    return this.best !== undefined && angleOfLoss(this.best.loss) - this.lowerBound < PROVED;
  }
}

/** Random starts and hops by turns, until enough of the former have ended at the best. */
function searchOn(
  found: Found,
  problem: JointProblem,
  most: number,
  seed: number | string,
): void {
  const { n } = problem;
  const key = digest(problem);
  const random = randomStream(seed, `control/starts/${key}`);
  const hops = randomStream(seed, `control/hops/${key}`);
  for (let k = 0; k < most && found.agreed < AGREEING && !found.isProved; k++) {
    found.follow(`random ${k + 1}`, randomOrthogonal(random, k, n, k % 2 === 0 ? -1 : 1));
    const c = found.best!.rotation.slice();
    hop(c, n, n, hops, k, false);
    found.follow(`hop ${k + 1}`, c, false);
  }
}

function mostStarts(n: number): number {
  return n <= 12 ? 128 : n <= 24 ? 96 : n <= 40 ? 32 : 12;
}

/** cos θ = (1 − w) cos θ_A + w cos θ_B, by half angles: precise near 0. */
function jointAngle(state: number, control: number, weight: number): number {
  const square = (1 - weight) * Math.sin(state / 2) ** 2 + weight * Math.sin(control / 2) ** 2;
  return 2 * Math.atan2(Math.sqrt(square), Math.sqrt(Math.max(0, 1 - square)));
}

function angleOfLoss(loss: number): number {
  return 2 * Math.asin(Math.min(1, Math.sqrt(loss / 2)));
}

function unitOf(a: Float64Array): Float64Array {
  const norm = frobeniusNorm(a);
  const unit = a.map((x) => x / norm);
  const again = frobeniusNorm(unit);
  return unit.map((x) => x / again);
}

// Of the pair's content, rounded: positive multiples of A or B draw the same starts.
function digest({ stateA, inputA, stateB, inputB }: JointProblem): string {
  const all = [stateA, inputA, stateB, inputB].flatMap((part) => [...part]);
  const rounded = Int32Array.from(all, (x) => Math.round(x * 16777216));
  return digestOf(new Uint8Array(rounded.buffer));
}

/** Independent starts that must have ended at the best before it is believed. */
const AGREEING = 12;
/** Losses that are the same, relatively. */
const SAME = 1e-6;
/** Radians above the bound at which a search ends. */
const PROVED = 1e-9;
