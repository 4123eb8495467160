// The kernel `ode_network`: trajectories of networks whose units know of each other through sums over all of them, by
// forward Euler or the classical Runge–Kutta method, with or without process noise. Here for tests and benchmarks, one
// variant per system, method and place of the states; stages make theirs with `odeKernel`.

import line from "#lib/models/attractors/line.ts";
import ring from "#lib/models/attractors/ring.ts";
import type { Kernel } from "#lib/core/kernel.ts";
import { odeKernel } from "./ode/kernel.ts";
import { odeMethods } from "./ode/twin.ts";

export default { ...odeKernel(ring, "rk4", 64), name: "ode_network" };

/** One kernel per system and method, and one whose states are too many for workgroup memory. */
export const variants: readonly Kernel[] = [
  ...odeMethods.flatMap((method) => [odeKernel(ring, method, 33), odeKernel(line, method, 3)]),
  odeKernel(ring, "rk4", 260),
] as unknown as readonly Kernel[];
