// Trajectories: activity over trials × time × units, the common currency of simulation, training and comparison.

import { type ArtifactType, readTensor, tensorFiles } from "../artifact.ts";
import { requireDims, type Tensor } from "../tensor.ts";

/** States over trials × time × units, with the time step and its unit. */
export interface Trajectories {
  /** Dims `trial`, `time`, `unit`. */
  readonly states: Tensor;
  /**
   * Time points of each trial, where trials differ in length: the longest fills the time axis, and what lies beyond the
   * end of a shorter one is NaN. Absent where all trials are equally long.
   */
  readonly lengths?: readonly number[];
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
  encode({ states, lengths, dt, timeUnit }) {
    requireDims(states, stateDims, "states");
    if (lengths !== undefined) requireLengths(states, lengths);
    const time = timeUnit === "ms" ? { dt_ms: dt } : { dt };
    return tensorFiles("states", states, lengths === undefined ? time : { ...time, lengths });
  },
  decode(files) {
    const { tensor: states, sidecar } = readTensor(files, "states");
    requireDims(states, stateDims, "states");
    const lengths = sidecar.lengths as readonly number[] | undefined;
    if (lengths !== undefined) requireLengths(states, lengths);
    const ragged = lengths === undefined ? {} : { lengths };
    return sidecar.dt_ms !== undefined
      ? { states, ...ragged, dt: sidecar.dt_ms as number, timeUnit: "ms" }
      : { states, ...ragged, dt: sidecar.dt as number, timeUnit: "1" };
  },
};

/** @throws {RangeError} unless there is a length for each trial, within the time axis and filling it once. */
function requireLengths({ shape: [numTrials, numTime] }: Tensor, lengths: readonly number[]): void {
  const fits = lengths.length === numTrials && Math.max(...lengths) === numTime &&
    lengths.every((length) => Number.isInteger(length) && length >= 1);
  if (!fits) {
    throw new RangeError(
      `trajectories with trial ${numTrials} × time ${numTime} got the lengths [${lengths}]; ` +
        `give one of at least 1 for each trial, the longest being ${numTime}`,
    );
  }
}
