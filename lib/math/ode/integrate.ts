// The integrators by name, with the order each one claims. A test measures every claim.

import type { VectorField } from "../../core/attractor.ts";
import { dormandPrince } from "./dormand_prince.ts";
import { dormandPrinceStepper } from "./dormand_prince_step.ts";
import { euler, eulerStepper, type ProcessNoise } from "./euler.ts";
import type { EnsembleGrid, Stepper } from "./grid.ts";
import { rk4, rk4Stepper } from "./rk4.ts";

/** Names of the integrators, as written in workflows. */
export type IntegratorName = "euler" | "rk4" | "dormand_prince";

/** What an integrator is: its order of convergence and one step of it. */
export interface Integrator {
  readonly order: number;
  /** Whether it chooses its own steps from tolerances. */
  readonly adaptive: boolean;
  readonly stepper: (field: VectorField, numUnits: number) => Stepper;
}

/**
 * All integrators by name.
 *
 * @example
 * ```ts
 * import { integrators } from "#lib/math/ode/integrate.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(integrators.rk4.order, 4);
 * ```
 */
export const integrators: Readonly<Record<IntegratorName, Integrator>> = {
  euler: { order: 1, adaptive: false, stepper: eulerStepper },
  rk4: { order: 4, adaptive: false, stepper: rk4Stepper },
  dormand_prince: { order: 5, adaptive: true, stepper: dormandPrinceStepper },
};

/** An output grid and whatever settings the chosen integrator takes. */
export interface IntegrateOptions extends EnsembleGrid {
  /** Steps per stored point of `euler` and `rk4`. */
  readonly substeps?: number;
  /** Tolerances of `dormand_prince`. */
  readonly rtol?: number;
  readonly atol?: number;
  /** Process noise of `euler`. */
  readonly noise?: ProcessNoise;
}

/**
 * Trajectories of an ensemble by the named integrator, trials × time × units.
 *
 * @throws {RangeError} if a setting is given that the integrator does not take, or makes no sense.
 *
 * @example
 * ```ts
 * import { integrate } from "#lib/math/ode/integrate.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const decay = (x: Float64Array, dx: Float64Array) => void (dx[0] = -x[0]);
 * const grid = { numUnits: 1, numTime: 11, dt: 0.1 };
 * assertAlmostEquals(integrate("rk4", decay, Float64Array.of(1), grid)[10], Math.exp(-1), 1e-6);
 * ```
 */
export function integrate(
  name: IntegratorName,
  field: VectorField,
  initial: Float64Array,
  options: IntegrateOptions,
): Float64Array {
  const { substeps, rtol, atol, noise, ...grid } = options;
  const refused = name === "dormand_prince" ? { substeps, noise } : { rtol, atol };
  for (const [setting, value] of Object.entries(refused)) {
    if (value !== undefined) throw new RangeError(`integrate() got ${setting}, unused by ${name}`);
  }
  if (name !== "euler" && noise !== undefined) {
    throw new RangeError(`integrate() got process noise for ${name}; only euler takes noise`);
  }
  switch (name) {
    case "euler":
      return euler(field, initial, { ...grid, ...given({ substeps, noise }) });
    case "rk4":
      return rk4(field, initial, { ...grid, ...given({ substeps }) });
    case "dormand_prince":
      return dormandPrince(field, initial, { ...grid, ...given({ rtol, atol }) });
  }
}

/** The settings that are there; an absent one must stay absent for the defaults to hold. */
function given<T extends object>(settings: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}
