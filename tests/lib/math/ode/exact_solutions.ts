// Nonlinear test problems with exact solutions, for integrators.

import type { VectorField } from "#lib/core/attractor.ts";

/** The normal form of a limit cycle: dx/dt = x (1 − r²) − omega · y, dy/dt = y (1 − r²) + omega · x. */
export function spiral(omega: number): VectorField {
  return ([x, y], derivative) => {
    const growth = 1 - x * x - y * y;
    derivative[0] = x * growth - omega * y;
    derivative[1] = y * growth + omega * x;
  };
}

/** Its solution at time t: the angle turns evenly, r² = 1/(1 + (1/r₀² − 1) e^(−2t)). */
export function exactSpiral(start: Float64Array, omega: number, t: number): [number, number] {
  const squared = start[0] ** 2 + start[1] ** 2;
  const radius = 1 / Math.sqrt(1 + (1 / squared - 1) * Math.exp(-2 * t));
  const angle = Math.atan2(start[1], start[0]) + omega * t;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/**
 * Growth du/dt = u v driven by a phase (v, w) that turns at the rate omega. Unlike on the limit cycle, no part of the
 * error heals, so the order shows as it is.
 */
export function drivenGrowth(omega: number): VectorField {
  return ([u, v, w], derivative) => {
    derivative[0] = u * v;
    derivative[1] = -omega * w;
    derivative[2] = omega * v;
  };
}

/** Its solution from u₀ and the phase angle φ: u = u₀ exp((sin(φ + ωt) − sin φ)/ω). */
export function exactDrivenGrowth(u: number, phase: number, omega: number, t: number): number[] {
  const angle = phase + omega * t;
  const growth = (Math.sin(angle) - Math.sin(phase)) / omega;
  return [u * Math.exp(growth), Math.cos(angle), Math.sin(angle)];
}
