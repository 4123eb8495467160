// Cases of the kernel `ode_ensemble` for the conformance suite, and its variants with theirs.

import doubleWell from "#lib/models/attractors/double_well.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import point from "#lib/models/attractors/point.ts";
import rossler from "#lib/models/attractors/rossler.ts";
import vanDerPol from "#lib/models/attractors/van_der_pol.ts";
import { type OdeVariant, odeVariant } from "../ode/cases.ts";
import { odeMethods } from "../ode/twin.ts";

/** Cases of the kernel as it stands in the index. */
export default odeVariant(lorenz, "rk4", 3).cases;

/**
 * One kernel per system and method, with even and odd numbers of units where there may be any.
 *
 * @example
 * ```ts
 * import { variants } from "#gpu/ode_ensemble/cases.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(variants[0].kernel.name, "ode_ensemble/lorenz_euler");
 * ```
 */
export const variants: readonly OdeVariant[] = odeMethods.flatMap((method) => [
  odeVariant(lorenz, method, 3),
  odeVariant(rossler, method, 3),
  odeVariant(vanDerPol, method, 2),
  odeVariant(doubleWell, method, 5),
  odeVariant(point, method, 4),
]);
