// Operators prepared for dsa: checked, read at a rank, and what comparisons need of each alone, made when first wanted.
// Leaves out pairs (dsa.ts).

import type { Operator } from "../core/artifacts/operator.ts";
import { describeShape } from "../core/tensor.ts";
import { operatorAtRank } from "../math/dmd/operator_at_rank.ts";
import { describeOperator, type OperatorFrames } from "../math/dsa/operator_frames.ts";
import { singularSpectrum, type Spectrum } from "../math/dsa/wasserstein.ts";
import { stepMsOf } from "./_one_step.ts";
import { zeroPadded } from "../math/dsa/zero_pad.ts";
import { eigenvalues } from "../math/linalg/eigen.ts";
import { frobeniusNorm } from "../math/linalg/norms.ts";

/** An operator that is ready to be compared. */
export interface PreparedOperator {
  readonly n: number;
  /** For messages: the array with its dims. */
  readonly shown: string;
  /** What one application means in ms, if the fit knows. */
  readonly stepMs: number | undefined;
  /** σ_r/σ₁ of the embedding: below about 1e-7 the last modes are rounding. `null` for an operator without singular values. */
  readonly singularRatio: number | null;
  /** For searches over rotations; in `size` dimensions, those beyond the operator's own being dead. */
  frames(size: number): OperatorFrames;
  /** Not normalised. */
  spectrum(kind: "eigenvalues" | "singular_values"): Spectrum;
}

/** How an operator is read. */
export interface OperatorReading {
  readonly rank?: number | undefined;
  /** Whether a zero operator is refused: it has no direction. */
  readonly direction: boolean;
  /** Whether the operator is divided by its Frobenius norm. */
  readonly normalise: boolean;
  /** Whether spectra may be compared. */
  readonly spectral: boolean;
}

/**
 * Prepares an operator.
 *
 * @throws {RangeError} if it is not square, empty, not finite or, where a direction is wanted, zero, or cannot be read
 * at the rank.
 *
 * @example
 * ```ts
 * import { tensor } from "#lib/core/tensor.ts";
 * import { prepareOperator } from "#lib/metrics/_dsa_operators.ts";
 * import { assertEquals } from "@std/assert";
 * const matrix = tensor(["target", "source"], [1, 1], Float64Array.of(0.5));
 * const prepared = prepareOperator({ matrix, about: {} }, { direction: true, normalise: false, spectral: true });
 * assertEquals(prepared.spectrum("eigenvalues").re, Float64Array.of(0.5));
 * ```
 */
export function prepareOperator(
  operator: Operator,
  { rank, direction, normalise, spectral }: OperatorReading,
): PreparedOperator {
  const shown = `operator (matrix: ${describeShape(operator.matrix.dims, operator.matrix.shape)})`;
  const [numRows, numColumns] = operator.matrix.shape;
  if (numRows !== numColumns || numRows < 1) {
    throw new RangeError(
      `dsa got an ${shown} that is ${numRows === numColumns ? "empty" : "not square"}; ` +
        "give operators that map a space of one dimension or more to itself",
    );
  }
  const wanted = rank ?? numRows;
  const matrix = matrixAt(operator, wanted, shown);
  const largest = matrix.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const bad = matrix.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) {
    throw new RangeError(
      `dsa got an ${shown} whose entry ${Math.floor(bad / wanted)}, ${bad % wanted} is ${
        matrix[bad]
      }; check the fit or the file that it comes from`,
    );
  }
  if (largest === 0 && (direction || normalise)) {
    throw new RangeError(
      `dsa got an ${shown} that is zero, and an angle needs a direction; leave it out, or take score: wasserstein`,
    );
  }
  if (spectral && !normalise && largest > MAX_ENTRY) {
    throw new RangeError(
      `dsa got an ${shown} with entries up to ${largest}, whose squared distances overflow; scale it`,
    );
  }
  const own = normalise ? unitNorm(matrix) : matrix;
  const framesBySize = new Map<number, OperatorFrames>();
  const spectra = new Map<string, Spectrum>();
  return {
    n: wanted,
    shown,
    stepMs: stepMsOf(operator.about),
    singularRatio: singularRatioAt(operator, wanted),
    frames: (size) =>
      kept(framesBySize, size, () => describeOperator(zeroPadded(matrix, wanted, size), size)),
    spectrum: (kind) =>
      kept(
        spectra,
        kind,
        () => kind === "eigenvalues" ? eigenvalues(own, wanted) : singularSpectrum(own, wanted),
      ),
  };
}

/**
 * The matrix of an operator at a rank: its own, or read off its moments.
 *
 * @throws {RangeError} if it has none at that rank.
 *
 * @example
 * ```ts
 * import { tensor } from "#lib/core/tensor.ts";
 * import { matrixAt } from "#lib/metrics/_dsa_operators.ts";
 * import { assertEquals } from "@std/assert";
 * const matrix = tensor(["target", "source"], [1, 1], Float64Array.of(0.5));
 * assertEquals(matrixAt({ matrix, about: {} }, 1, "operator"), Float64Array.of(0.5));
 * ```
 */
export function matrixAt({ matrix, auto, cross, about }: Operator, rank: number, shown: string) {
  if (rank === matrix.shape[0]) return matrix.data as Float64Array;
  if (auto === undefined || cross === undefined) {
    throw new RangeError(
      `dsa needs operators of rank ${rank}, but got an ${shown} without moments to read others off; ` +
        "leave out rank, or fit it by dmd",
    );
  }
  const maxRank = auto.shape[0];
  if (rank > maxRank) {
    throw new RangeError(
      `dsa needs operators of rank ${rank}, but one was fitted with max_rank ${maxRank}; raise max_rank of dmd`,
    );
  }
  return operatorAtRank({
    auto: auto.data as Float64Array,
    cross: cross.data as Float64Array,
    maxRank,
    ridge: about.ridge as number,
  }, rank);
}

function singularRatioAt({ singularValues }: Operator, rank: number): number | null {
  if (singularValues === undefined) return null;
  const values = singularValues.data as Float64Array;
  return values[Math.min(rank, values.length) - 1] / values[0];
}

function unitNorm(matrix: Float64Array): Float64Array {
  const norm = frobeniusNorm(matrix);
  return matrix.map((x) => x / norm);
}

function kept<K, V>(all: Map<K, V>, key: K, make: () => V): V {
  let value = all.get(key);
  if (value === undefined) all.set(key, value = make());
  return value;
}

/** Squares of sums of larger ones may overflow. */
const MAX_ENTRY = 1e140;
