// Cases of the kernel `ode_network` for the conformance suite, and its variants with theirs.

import line from "#lib/models/attractors/line.ts";
import ring from "#lib/models/attractors/ring.ts";
import { type OdeVariant, odeVariant } from "../ode/cases.ts";
import { odeMethods } from "../ode/twin.ts";

/** Cases of the kernel as it stands in the index. */
export default odeVariant(ring, "rk4", 64).cases;

/**
 * One kernel per system and method, and one whose states are too many for workgroup memory.
 *
 * @example
 * ```ts
 * import { variants } from "#gpu/ode_network/cases.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(variants[0].kernel.name, "ode_network/ring_euler");
 * ```
 */
export const variants: readonly OdeVariant[] = [
  ...odeMethods.flatMap((method) => [odeVariant(ring, method, 33), odeVariant(line, method, 3)]),
  odeVariant(ring, "rk4", 260),
];
