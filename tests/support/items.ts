// Items × features as trajectories: a trial with one moment for each item, as `import` makes them.

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";

/** Trajectories of rows. */
export function itemTrajectories(
  data: Float64Array,
  numItems: number,
  coords: Readonly<Record<string, readonly (string | number)[]>> = {},
): Trajectories {
  const states = tensor(["trial", "time", "unit"], [numItems, 1, data.length / numItems], data, {
    ...(Object.keys(coords).length === 0 ? {} : { coords }),
  });
  return { states, dt: 1, timeUnit: "1" };
}
