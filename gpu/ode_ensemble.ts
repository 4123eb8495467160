// The kernel `ode_ensemble`: trajectories of systems whose state falls into small blocks of units, by forward Euler or the
// classical Runge–Kutta method, with or without process noise. Here for tests and benchmarks, one variant per system and
// method; stages make theirs with `odeKernel` and so depend on no system but their own.

import doubleWell from "#lib/models/attractors/double_well.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import point from "#lib/models/attractors/point.ts";
import rossler from "#lib/models/attractors/rossler.ts";
import vanDerPol from "#lib/models/attractors/van_der_pol.ts";
import type { Kernel } from "#lib/core/kernel.ts";
import { odeKernel } from "./ode/kernel.ts";
import { odeMethods } from "./ode/twin.ts";

export default { ...odeKernel(lorenz, "rk4", 3), name: "ode_ensemble" };

/** One kernel per system and method, with even and odd numbers of units where there may be any. */
export const variants: readonly Kernel[] = odeMethods.flatMap((method) => [
  odeKernel(lorenz, method, 3),
  odeKernel(rossler, method, 3),
  odeKernel(vanDerPol, method, 2),
  odeKernel(doubleWell, method, 5),
  odeKernel(point, method, 4),
]) as readonly Kernel[];
