// The kernel `ode_network`: trajectories of networks whose units know of each other through sums over all of them, by
// forward Euler or the classical Runge–Kutta method, with or without process noise. Here for tests and benchmarks; stages
// make theirs with `odeKernel`.

import ring from "#lib/models/attractors/ring.ts";
import { odeKernel } from "./ode/kernel.ts";

export default { ...odeKernel(ring, "rk4", 64), name: "ode_network" };
