// The stored fits of the reference, and what a fit must agree with.

import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import type { HavokOptions } from "#lib/math/dmd/havok.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { frobeniusNorm } from "#lib/math/linalg/norms.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import reference from "#tests/reference/dsa/dmd_fits.json" with { type: "json" };
import ragged from "#tests/reference/dsa/dmd_ragged.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { storedTrials } from "./trial_sets.ts";

/** Numbers of a stored fit. */
export interface StoredFit {
  readonly rank: number;
  readonly singular_values: readonly number[];
  readonly cumulative_explained_variance: readonly number[];
  readonly A_v_eigenvalues: readonly (readonly number[])[];
  readonly A_v_singular_values: readonly number[];
  readonly A_v_frobenius: number;
  readonly A_havok_frobenius: number;
  readonly A_havok_trace: number;
  readonly A_havok_dmd?: readonly (readonly number[])[];
  readonly projector_eigenvalues?: readonly number[];
}

/** Parameters as the reference names them. */
export interface StoredParams {
  readonly n_delays: number;
  readonly delay_interval: number;
  readonly rank?: number;
  readonly lamb?: number;
  readonly steps_ahead?: number;
  readonly reduced_rank_reg?: boolean;
}

/** A stored fit with its input. */
export interface StoredCase {
  readonly input: string;
  readonly params: StoredParams;
  readonly float64: StoredFit;
  readonly label: string;
}

/** All 56 stored fits. */
export const storedFits: readonly StoredCase[] = reference.cases.map((one) => ({
  ...one,
  label: `${one.input} ${JSON.stringify(one.params)}`,
}));

/** The parameters of a stored fit as options of `fitHavok`. */
export function optionsOf(params: StoredParams): HavokOptions {
  return {
    numDelays: params.n_delays,
    delayInterval: params.delay_interval,
    ...(params.rank === undefined ? {} : { rank: params.rank }),
    ridge: params.lamb ?? 0,
    stepsAhead: params.steps_ahead ?? 1,
    ...(params.reduced_rank_reg === true ? { regression: "reduced_rank" } : {}),
  };
}

/** The stored fit of three trials of unequal length, and these trials. */
export function raggedFit(): { readonly trials: TrialSet; readonly stored: StoredCase } {
  const all = storedTrials("dmd_data_trials.npy");
  const stride = (all.numTime as number) * all.numUnits;
  const parts = ragged.trials.map(([trial, length]) =>
    Array.from(all.data.subarray(trial * stride, trial * stride + length * all.numUnits))
  );
  const trials = {
    data: Float64Array.from(parts.flat()),
    numTrials: 3,
    numTime: ragged.trials.map(([, length]) => length),
    numUnits: all.numUnits,
  };
  return { trials, stored: { ...ragged, input: "ragged", label: "ragged" } };
}

/**
 * Whether the leading eigenvalues of the projector are tied: with an interval that divides the steps, copies are predicted
 * without error. The subspace then is arbitrary, and only rank, singular values and projector eigenvalues have a meaning.
 */
export function isTied({ reduced_rank_reg, n_delays, delay_interval }: StoredParams): boolean {
  return reduced_rank_reg === true && n_delays > 1 && delay_interval === 1;
}

/** What a fit is compared by. */
export interface Found {
  readonly rank: number;
  /** Rows of the operator. */
  readonly size: number;
  readonly operator: Float64Array;
  readonly singularValues: ArrayLike<number>;
  readonly explainedVariance: ArrayLike<number>;
  readonly projectorEigenvalues?: ArrayLike<number>;
  /** In the space of the embedding. */
  readonly full: Float64Array;
}

/** A fit against the stored one, at the stated 1e-8 (1e-10 for singular values, relative to the largest). */
export function assertStoredFit(found: Found, { params, float64, label }: StoredCase): void {
  assertEquals(found.rank, float64.rank, label);
  const sigma = float64.singular_values;
  assertAllClose(found.singularValues, sigma, { atol: 1e-10 * sigma[0] }, `${label}: σ`);
  const explained = float64.cumulative_explained_variance;
  assertAllClose(found.explainedVariance, explained, { atol: 1e-10 }, `${label}: explained`);
  assertEquals(
    found.projectorEigenvalues !== undefined,
    float64.projector_eigenvalues !== undefined,
    label,
  );
  if (found.projectorEigenvalues !== undefined) {
    const projector = float64.projector_eigenvalues!.toSorted((a, b) => b - a);
    assertAllClose(found.projectorEigenvalues, projector, { atol: 1e-8 }, `${label}: projector`);
  }
  if (!isTied(params)) assertStoredOperator(found, float64, label);
}

function assertStoredOperator(found: Found, expected: StoredFit, label: string): void {
  const { operator, size, full } = found;
  assertSameSet(
    eigenvalues(operator, size),
    expected.A_v_eigenvalues,
    1e-8,
    `${label}: eigenvalues`,
  );
  const spread = singularValues(operator, size, size);
  assertAllClose(spread, expected.A_v_singular_values, { atol: 1e-8 }, `${label}: spread of A`);
  assertAlmostEquals(frobeniusNorm(operator), expected.A_v_frobenius, 1e-8, label);
  const norm = expected.A_havok_frobenius;
  assertAlmostEquals(frobeniusNorm(full), norm, 1e-8 * norm, label);
  const numFeatures = Math.sqrt(full.length);
  let trace = 0;
  for (let i = 0; i < numFeatures; i++) trace += full[i * numFeatures + i];
  assertAlmostEquals(trace, expected.A_havok_trace, 1e-8, label);
  if (expected.A_havok_dmd === undefined) return;
  assertAllClose(full, expected.A_havok_dmd.flat(), { atol: 1e-8 * norm }, `${label}: full`);
}

/** Two sets of complex numbers, each matched with the nearest that is left. */
export function assertSameSet(
  found: { readonly re: ArrayLike<number>; readonly im: ArrayLike<number> },
  expected: readonly (readonly number[])[],
  tolerance: number,
  label: string,
): void {
  assertEquals(found.re.length, expected.length, label);
  const free = new Set(expected);
  for (let i = 0; i < found.re.length; i++) {
    let best = expected[0];
    let distance = Infinity;
    for (const value of free) {
      const d = Math.hypot(found.re[i] - value[0], found.im[i] - value[1]);
      if (d < distance) [best, distance] = [value, d];
    }
    free.delete(best);
    assertLess(distance, tolerance, `${label} ${found.re[i]} + ${found.im[i]}i`);
  }
}
