// The choice among the routes to whitened components (whitening.ts, whitening_gram.ts).

import { type DelayParams, embeddingShape, type TrialSet } from "./delay_embedding.ts";
import type { ScaledGram } from "./whitening_gram.ts";
import { whitenByGram, whitenLeading } from "./whitening_gram.ts";
import { type ChooseComponents, whitenByQr, type Whitening } from "./whitening.ts";

/** A route: `auto` is `gram` where accurate, else `qr`; `leading` finds no more singular values than are kept. */
export type WhiteningMethod = "auto" | "gram" | "qr" | "leading";

/** Which route, and what it may use. */
export interface WhiteningChoice extends DelayParams {
  /** Default `auto`. */
  readonly method?: WhiteningMethod;
  /** Components to find by `leading`. */
  readonly numLeading?: number;
  /** The Gram matrix of the data, if somebody has it (`scaledGram`). */
  readonly gram?: ScaledGram;
}

/**
 * Least σ/σ₁ of the last kept component at which `auto` trusts the Gram route, whose components are good to eps·(σ₁/σ)²:
 * to ten digits where QR costs milliseconds, to six where it would take long.
 */
export const GRAM_LIMIT = 1e-5;
const SMALL_GRAM_LIMIT = 1e-3;

/** Operations of a QR factorization that take some 10 ms. */
const SMALL_QR = 2e7;

/**
 * Below this share of σ₁ singular values are rounding of the route taken: eps·max(M, F) by QR, else √(eps·F).
 *
 * @example
 * ```ts
 * import { roundingFloor } from "#lib/math/dmd/havok_whitening.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(roundingFloor("qr", 100, 4), 100 * Number.EPSILON);
 * ```
 */
export function roundingFloor(
  method: WhiteningMethod,
  numRows: number,
  numFeatures: number,
): number {
  return method === "qr" || method === "auto"
    ? Number.EPSILON * Math.max(numRows, numFeatures)
    : Math.sqrt(Number.EPSILON * numFeatures);
}

/**
 * Whitened components and their moments by the route of choice.
 *
 * @throws {RangeError} as `delayEmbedding`, or if a component to keep has no variance in the Gram matrix of a route that
 * has nothing else.
 *
 * @example
 * ```ts
 * import { whiten } from "#lib/math/dmd/havok_whitening.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(3, 4), numTrials: 1, numTime: 2, numUnits: 1 };
 * assertEquals(whiten(trials, { numDelays: 1 }, 1, () => 1).method, "gram");
 * ```
 */
export function whiten(
  trials: TrialSet,
  choice: WhiteningChoice,
  stepsAhead: number,
  choose: ChooseComponents,
): Whitening {
  const { method = "auto", gram } = choice;
  if (method === "leading") return whitenNumber(trials, choice, stepsAhead, choose);
  if (method !== "qr" && !(method === "auto" && gram === undefined && isWide(trials, choice))) {
    const limit = method === "auto" ? limitOf(trials, choice) : 0;
    const whitening = whitenByGram(trials, choice, stepsAhead, choose, limit, gram);
    if (whitening !== null) return whitening;
    if (method === "gram") throw noVariance();
  }
  return whitenByQr(trials, choice, stepsAhead, choose);
}

/** Fewer rows than features: a Gram matrix of the features costs F³ operations, QR M²F. */
function isWide(trials: TrialSet, choice: WhiteningChoice): boolean {
  const { numRows, numFeatures } = embeddingShape(trials, choice);
  return numRows < numFeatures;
}

function limitOf(trials: TrialSet, choice: WhiteningChoice): number {
  const { numRows, numFeatures } = embeddingShape(trials, choice);
  const isSmall = 2 * numRows * numFeatures ** 2 <= SMALL_QR;
  return isSmall ? SMALL_GRAM_LIMIT : GRAM_LIMIT;
}

function whitenNumber(
  trials: TrialSet,
  choice: WhiteningChoice,
  stepsAhead: number,
  choose: ChooseComponents,
): Whitening {
  const { numLeading } = choice;
  if (numLeading === undefined) {
    throw new RangeError(
      'havok: method "leading" finds the singular values of a given rank; give one, or choose method "gram"',
    );
  }
  const { numRows, numFeatures } = embeddingShape(trials, choice);
  const count = Math.min(numRows, numFeatures, numLeading);
  const whitening = whitenLeading(trials, choice, stepsAhead, count, choice.gram);
  if (whitening === null) throw noVariance();
  choose(whitening.singularValues);
  return whitening;
}

function noVariance(): RangeError {
  return new RangeError(
    'havok: the last component to keep has no variance in the Gram matrix; choose a smaller rank and max_rank, or method "qr"',
  );
}
