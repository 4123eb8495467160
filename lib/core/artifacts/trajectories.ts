// Trajectories: activity over trials × time × units, the common currency of simulation, training and comparison.

import { type ArtifactType, readTensor, tensorFiles } from "../artifact.ts";
import { requireDims, type Tensor } from "../tensor.ts";

/** States over trials × time × units, with the time step and its unit. */
export interface Trajectories {
  /** Dims `trial`, `time`, `unit`. */
  readonly states: Tensor;
  /** Time between two samples, in `timeUnit`. */
  readonly dt: number;
  /** `ms`, or `1` for the dimensionless time of a textbook system. */
  readonly timeUnit: "ms" | "1";
}

/** The axes of states, slowest first. */
export const stateDims: readonly string[] = ["trial", "time", "unit"];

/**
 * Artifact type of {@link Trajectories}: `states.npy` and `states.json` (`dt_ms`, or `dt` when dimensionless).
 *
 * @example
 * ```ts
 * import { trajectories } from "#lib/core/artifacts/trajectories.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const states = tensor(["trial", "time", "unit"], [1, 2, 1], Float64Array.of(1, 2));
 * const value = { states, dt: 20, timeUnit: "ms" as const };
 * assertEquals(trajectories.decode(trajectories.encode(value)), value);
 * ```
 */
export const trajectories: ArtifactType<Trajectories> = {
  kind: "trajectories",
  encode({ states, dt, timeUnit }) {
    requireDims(states, stateDims, "states");
    return tensorFiles("states", states, timeUnit === "ms" ? { dt_ms: dt } : { dt });
  },
  decode(files) {
    const { tensor: states, sidecar } = readTensor(files, "states");
    requireDims(states, stateDims, "states");
    return sidecar.dt_ms !== undefined
      ? { states, dt: sidecar.dt_ms as number, timeUnit: "ms" }
      : { states, dt: sidecar.dt as number, timeUnit: "1" };
  },
};
