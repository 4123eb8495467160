// The stored driven trials as artifacts: ports `trajectories` and `controls` of the tasks that fit and predict them.

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import { storedDriven } from "../lib/math/control/driven_trials.ts";

/** All `trials`, or `trial0` alone; in dimensionless steps of 1. */
export function drivenArtifacts(
  name: string,
): { readonly trajectories: Trajectories; readonly controls: Trajectories } {
  const { states, controls } = storedDriven(name);
  const [trajectories, inputs] = [states, controls].map((trials): Trajectories => ({
    states: tensor(
      ["trial", "time", "unit"],
      [trials.numTrials, trials.numTime as number, trials.numUnits],
      trials.data.slice(),
    ),
    dt: 1,
    timeUnit: "1",
  }));
  return { trajectories, controls: inputs };
}
