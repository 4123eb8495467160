// The kernel `ode_ensemble`: trajectories of systems whose state falls into small blocks of units, by forward Euler or the
// classical Runge–Kutta method, with or without process noise. Here for tests and benchmarks; stages make
// theirs with `odeKernel` and so depend on no system but their own.

import lorenz from "#lib/models/attractors/lorenz.ts";
import { odeKernel } from "./ode/kernel.ts";

export default { ...odeKernel(lorenz, "rk4", 3), name: "ode_ensemble" };
