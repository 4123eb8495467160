// Distance of two driven linear systems (A, B) over rotations of their states, in closed form: the orthogonal Procrustes
// distance of their extended controllability matrices (the "controllability" comparison of InputDSA, DSA package 2.0.0).
// n states, m inputs: 2n³m·2 operations a system, 2n²·m(2n − 1) and an SVD of n×n a pair.
//
// What it minimises: ‖K₁ − C K₂‖ over orthogonal C, K = [B, AB, AᵀB, …, Aⁿ⁻¹B, (Aᵀ)ⁿ⁻¹B]. Since C K₂ is the K of the
// rotated system (C A₂ Cᵀ, C B₂), this vanishes exactly where one system is a rotated copy of the other as far as the
// inputs reach. It is not min over C of ‖A₁ − C A₂ Cᵀ‖² + ‖B₁ − C B₂‖², which has no closed form and is searched
// (joint_search.ts): powers of A weigh as they are, so slow modes count most and a spectral radius above 1 lets the last
// block decide; where inputs do not reach (K₁K₂ᵀ singular) C is arbitrary, and the state score at C with it.

import { angleBetween, euclideanFromAngle } from "../dsa/angle.ts";
import { multiply, multiplyTransposeB } from "../linalg/matmul.ts";
import { frobeniusNorm } from "../linalg/norms.ts";
import { requireFinite, requireShape } from "../linalg/require_shape.ts";
import { svd } from "../linalg/svd.ts";
import { transpose } from "../linalg/transpose.ts";

/** A driven linear system, x(t + 1) = A x + B u: A n×n, B n×m. */
export interface DrivenSystem {
  readonly state: Float64Array;
  readonly input: Float64Array;
  readonly numStates: number;
  readonly numInputs: number;
}

/** A system with its extended controllability matrix. */
export interface ControllableSystem extends DrivenSystem {
  /** K divided by its norm, n × m(2n − 1). */
  readonly unit: Float64Array;
  readonly norm: number;
}

/** Both measures of one difference X₁ − C X₂. */
export interface PairMeasure {
  /** ‖X₁ − C X₂‖ as they are, in the units of X. */
  readonly euclidean: number;
  /** Angle between X₁ and C X₂ in [0, π]; `null` if one is zero. */
  readonly angular: number | null;
}

/** A comparison of two systems. */
export interface ControllabilityScore {
  readonly joint: PairMeasure;
  /** A₁ and C A₂ Cᵀ at the joint C. */
  readonly state: PairMeasure;
  /** B₁ and C B₂ at the joint C. */
  readonly control: PairMeasure;
  /** C, n×n. */
  readonly rotation: Float64Array;
  /** Dimensions in which C is determined: singular values of K₁K₂ᵀ above 1e-12 of the first. */
  readonly alignedDimensions: number;
}

/**
 * The extended controllability matrix [B, AB, AᵀB, A²B, (Aᵀ)²B, …], n × m(2n − 1).
 *
 * @throws {RangeError} if a length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { controllabilityMatrix } from "#lib/math/control/controllability.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const system = { state: Float64Array.of(0, 1, 0, 0), input: Float64Array.of(2, 3), numStates: 2, numInputs: 1 };
 * assertEquals(controllabilityMatrix(system), Float64Array.of(2, 3, 0, 3, 0, 2)); // rows of B, AB, AᵀB
 * ```
 */
export function controllabilityMatrix(system: DrivenSystem): Float64Array {
  const { state, input, numStates: n, numInputs: m } = system;
  requireSystem(system);
  const width = m * (2 * n - 1);
  const out = new Float64Array(n * width);
  const place = (block: Float64Array, column: number) => {
    for (let i = 0; i < n; i++) out.set(block.subarray(i * m, (i + 1) * m), i * width + column);
  };
  place(input, 0);
  const turned = transpose(state, n, n);
  let forward = input, backward = input;
  for (let power = 1; power < n; power++) {
    forward = multiply(state, forward, n, n, m);
    backward = multiply(turned, backward, n, n, m);
    place(forward, m * (2 * power - 1));
    place(backward, m * 2 * power);
  }
  return out;
}

/**
 * Prepares a system for comparison.
 *
 * @throws {RangeError} if a length does not fit, an entry or a power of A is not finite, or B is zero.
 *
 * @example
 * ```ts
 * import { describeSystem } from "#lib/math/control/controllability.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const one = { numStates: 1, numInputs: 1 };
 * assertEquals(describeSystem({ state: Float64Array.of(9), input: Float64Array.of(-2), ...one }).norm, 2);
 * ```
 */
export function describeSystem(system: DrivenSystem): ControllableSystem {
  const matrix = controllabilityMatrix(system);
  const { numStates: n, numInputs: m } = system;
  const norm = frobeniusNorm(matrix);
  if (!Number.isFinite(norm)) {
    throw new RangeError(
      `controllability: powers of the ${n}×${n} state matrix overflow; compare the states alone, or scale time so that its spectral radius is near 1`,
    );
  }
  if (norm === 0) {
    throw new RangeError(
      `controllability: the ${n}×${m} input matrix is zero, so that inputs reach no state; compare the states alone`,
    );
  }
  return { ...system, unit: unitOf(matrix, norm), norm };
}

/**
 * Compares two systems of n states and m inputs each. Exactly 0 for rotated copies, up to rounding.
 *
 * `transposed`: with the C of ‖K₂ − C K₁‖ (that is, the transpose of the right one) in the joint score, as the published
 * package has it. Rotated copies then do not score 0; the component scores are the same.
 *
 * @throws {RangeError} if numbers of states or inputs differ.
 *
 * @example
 * ```ts
 * import { compareSystems, describeSystem } from "#lib/math/control/controllability.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const size = { numStates: 2, numInputs: 1 };
 * const a = describeSystem({ state: Float64Array.of(0.5, 1, 0, 0.2), input: Float64Array.of(1, 3), ...size });
 * const b = describeSystem({ state: Float64Array.of(0.2, 0, 1, 0.5), input: Float64Array.of(3, 1), ...size });
 * assertAlmostEquals(compareSystems(a, b).joint.angular!, 0, 1e-14); // states exchanged
 * ```
 */
export function compareSystems(
  a: ControllableSystem,
  b: ControllableSystem,
  options: { readonly transposed?: boolean } = {},
): ControllabilityScore {
  requireSame(a, b);
  const { numStates: n, numInputs: m } = a;
  const width = m * (2 * n - 1);
  const { rotation, alignedDimensions } = procrustesRotation(a.unit, b.unit, n, width);
  const joint = options.transposed === true ? transpose(rotation, n, n) : rotation;
  const turned = multiplyTransposeB(multiply(rotation, b.state, n, n, n), rotation, n, n, n);
  return {
    joint: scaledMeasure(a, { unit: multiply(joint, b.unit, n, n, width), norm: b.norm }),
    state: measure(a.state, turned),
    control: measure(a.input, multiply(rotation, b.input, n, n, m)),
    rotation,
    alignedDimensions,
  };
}

/**
 * Compares the inputs' effects alone: the orthogonal Procrustes distance of B₁ and B₂ (n×m each).
 *
 * @throws {RangeError} if sizes differ, an entry is not finite, or a matrix is zero.
 *
 * @example
 * ```ts
 * import { compareInputs } from "#lib/math/control/controllability.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const size = { state: new Float64Array(4), numStates: 2, numInputs: 1 };
 * const a = { ...size, input: Float64Array.of(3, 4) }, b = { ...size, input: Float64Array.of(0, 2) };
 * assertAlmostEquals(compareInputs(a, b).control.euclidean, 3, 1e-14);
 * ```
 */
export function compareInputs(
  a: DrivenSystem,
  b: DrivenSystem,
): Pick<ControllabilityScore, "control" | "rotation" | "alignedDimensions"> {
  requireSame(a, b);
  const { numStates: n, numInputs: m } = a;
  const [x, y] = [a, b].map((system) => {
    requireSystem(system);
    const norm = frobeniusNorm(system.input);
    if (norm === 0) {
      throw new RangeError(
        `controllability: the ${n}×${m} input matrix is zero; its angle to another has no meaning`,
      );
    }
    return { unit: unitOf(system.input, norm), norm };
  });
  const { rotation, alignedDimensions } = procrustesRotation(x.unit, y.unit, n, m);
  const turned = { unit: multiply(rotation, y.unit, n, n, m), norm: y.norm };
  return { control: scaledMeasure(x, turned), rotation, alignedDimensions };
}

/** C = U Vᵀ of X Yᵀ = U S Vᵀ, which minimises ‖X − C Y‖ over orthogonal C (Schönemann 1966). */
function procrustesRotation(x: Float64Array, y: Float64Array, n: number, width: number) {
  const { u, s, v } = svd(multiplyTransposeB(x, y, n, width, n), n, n);
  let alignedDimensions = 0;
  while (alignedDimensions < n && s[alignedDimensions] > 1e-12 * s[0]) alignedDimensions++;
  return { rotation: multiplyTransposeB(u, v, n, n, n), alignedDimensions };
}

interface Scaled {
  readonly unit: Float64Array;
  readonly norm: number;
}

function scaledMeasure(x: Scaled, y: Scaled): PairMeasure {
  const angular = angleBetween(x.unit, y.unit);
  // ‖X − Y‖² = (‖X‖ − ‖Y‖)² + ‖X‖‖Y‖(2 sin(θ/2))²: no cancellation for nearly equal X and Y, no overflow.
  const across = euclideanFromAngle(angular) * Math.sqrt(x.norm) * Math.sqrt(y.norm);
  return { euclidean: Math.hypot(x.norm - y.norm, across), angular };
}

function measure(x: Float64Array, y: Float64Array): PairMeasure {
  const [ofX, ofY] = [frobeniusNorm(x), frobeniusNorm(y)];
  if (ofX === 0 || ofY === 0) return { euclidean: ofX + ofY, angular: null };
  return scaledMeasure({ unit: unitOf(x, ofX), norm: ofX }, { unit: unitOf(y, ofY), norm: ofY });
}

// Twice, because the quotient by a subnormal or huge norm is itself only roughly of unit norm.
function unitOf(a: Float64Array, norm: number): Float64Array {
  const unit = a.map((x) => x / norm);
  const again = frobeniusNorm(unit);
  return unit.map((x) => x / again);
}

function requireSystem({ state, input, numStates: n, numInputs: m }: DrivenSystem): void {
  if (!(n >= 1) || !(m >= 1)) {
    throw new RangeError(
      `controllability: a system of ${n} states and ${m} inputs; give at least one of each`,
    );
  }
  requireShape("controllability", "the state matrix", state, n, n);
  requireShape("controllability", "the input matrix", input, n, m);
  requireFinite("controllability", "the state matrix", state);
  requireFinite("controllability", "the input matrix", input);
}

function requireSame(a: DrivenSystem, b: DrivenSystem): void {
  if (a.numStates === b.numStates && a.numInputs === b.numInputs) return;
  throw new RangeError(
    `controllability: systems of ${a.numStates} states and ${a.numInputs} inputs, and of ${b.numStates} and ${b.numInputs}; ` +
      "bring them to one size first",
  );
}
