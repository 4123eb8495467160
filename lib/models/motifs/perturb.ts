// Observation noise that keeps the variance of standardised data: a little shrinking, a little noise.

/**
 * √(1 − σ²) · u + σ · ξ for standard normal draws ξ, one per entry. `out` may be `states` or `draws` itself.
 * Source: RepAL, the noise test of Guilhot et al. 2024, arXiv 2410.24070.
 *
 * @throws {RangeError} if the arrays differ in length or σ is outside [0, 1].
 *
 * @example
 * ```ts
 * import { perturb } from "#lib/models/motifs/perturb.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...perturb(Float64Array.of(1, 2), 0.6, Float64Array.of(1, -1))], [1.4, 1]);
 * ```
 */
export function perturb(
  states: Float64Array,
  sigma: number,
  draws: Float64Array,
  out: Float64Array = new Float64Array(states.length),
): Float64Array {
  if (draws.length !== states.length || out.length !== states.length) {
    throw new RangeError(
      `perturb() got ${states.length} states, ${draws.length} draws and room for ${out.length}; ` +
        `it takes one draw and one place per state`,
    );
  }
  if (!(sigma >= 0 && sigma <= 1)) {
    throw new RangeError(`perturb() got sigma ${sigma}; it takes a number from 0 to 1`);
  }
  const shrink = Math.sqrt(1 - sigma ** 2);
  for (let i = 0; i < states.length; i++) out[i] = shrink * states[i] + sigma * draws[i];
  return out;
}
