// The p value of an observed score among those of surrogates.
// Sources: Theiler et al. 1992; Davison & Hinkley 1997, section 4.2 (observed one counted); Phipson & Smyth 2010.

import { mean } from "./moments.ts";

/** Which side is extreme. */
export type Alternative = "less" | "greater" | "two_sided";

/**
 * (1 + #surrogates at least as extreme) / (1 + n). Never 0: with 19 surrogates the smallest is 0.05. `two_sided`: distance
 * from the mean of the surrogates and the observed score together, so that all n + 1 are treated alike.
 *
 * @throws {RangeError} without surrogates.
 *
 * @example
 * ```ts
 * import { surrogateP } from "#lib/math/statistics/surrogate_p.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(surrogateP(0.1, [0.4, 0.5, 0.1], "less"), 0.5);
 * ```
 */
export function surrogateP(
  observed: number,
  surrogates: readonly number[],
  alternative: Alternative,
): number {
  const n = surrogates.length;
  if (n === 0) throw new RangeError("surrogateP() got no surrogates; it needs at least one");
  if (Number.isNaN(observed) || surrogates.some(Number.isNaN)) return NaN;
  const centre = mean([observed, ...surrogates]);
  const extreme = (value: number) =>
    alternative === "less" ? -value : alternative === "greater" ? value : Math.abs(value - centre);
  const own = extreme(observed);
  return (1 + surrogates.filter((value) => extreme(value) >= own).length) / (1 + n);
}
