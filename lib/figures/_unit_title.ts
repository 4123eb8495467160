// What a unit is called on an axis.

import type { Trajectories } from "../core/artifacts/trajectories.ts";

/**
 * The name of a unit, with the physical unit of the states behind it.
 *
 * @example
 * ```ts
 * import { unitTitle } from "#lib/figures/_unit_title.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const states = tensor(["trial", "time", "unit"], [1, 1, 2], new Float64Array(2), { units: "Hz" });
 * assertEquals(unitTitle({ states, dt: 1, timeUnit: "ms" }, 1), "unit 2 (Hz)");
 * ```
 */
export function unitTitle({ states }: Trajectories, unit: number): string {
  const name = unitName(states, unit);
  return states.units === undefined ? name : `${name} (${states.units})`;
}

/**
 * The name of a unit, counted from 1 if it has none.
 *
 * @example
 * ```ts
 * import { unitName } from "#lib/figures/_unit_title.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const about = { coords: { unit: ["x", "y"] } };
 * assertEquals(unitName(tensor(["trial", "time", "unit"], [1, 1, 2], new Float64Array(2), about), 1), "y");
 * ```
 */
export function unitName({ coords }: Trajectories["states"], unit: number): string {
  return String(coords?.unit?.[unit] ?? `unit ${unit + 1}`);
}
