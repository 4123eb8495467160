// One rank for a set of systems that are to be compared: alignment over O(n) needs operators of one size.

/** The common rank and what each system alone would allow. */
export interface CommonRank {
  readonly rank: number;
  /** For each system, the number of σᵢ with σᵢ/σ₁ ≥ threshold. */
  readonly counts: readonly number[];
}

/**
 * The smallest count of σᵢ/σ₁ ≥ threshold over the spectra of a set. Above that rank the whitened
 * components of some system are rounding or noise, which O(n) alignment weighs like any other.
 *
 * @throws {RangeError} if the set is empty, the threshold is outside (0, 1], or a spectrum is zero.
 *
 * @example
 * ```ts
 * import { commonRank } from "#lib/math/dmd/common_rank.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { rank } = commonRank([Float64Array.of(1, 0.5, 1e-4), Float64Array.of(8, 4, 2)]);
 * assertEquals(rank, 2);
 * ```
 */
export function commonRank(spectra: readonly Float64Array[], threshold = 1e-3): CommonRank {
  if (spectra.length === 0) throw new RangeError("common rank: the set of systems is empty");
  if (!(threshold > 0 && threshold <= 1)) {
    throw new RangeError(`common rank: the threshold is ${threshold}; it must lie in (0, 1]`);
  }
  const counts = spectra.map((spectrum, system) => {
    const largest = spectrum[0];
    if (!(largest > 0 && largest < Infinity)) {
      throw new RangeError(`common rank: system ${system} has largest singular value ${largest}`);
    }
    let count = 0;
    while (count < spectrum.length && spectrum[count] / largest >= threshold) count++;
    return count;
  });
  return { rank: Math.min(...counts), counts };
}
