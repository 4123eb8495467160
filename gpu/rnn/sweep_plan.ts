// What a sweep is told: what its networks have in common, each network as it stands, each update; and what it tells of it.

import type { EngineArray } from "#lib/core/engine.ts";
import type { NetworkProgramName } from "#lib/core/network_model.ts";
import type { ProgramConstants } from "./program.ts";
import type { ReadoutLoss } from "./readout.ts";

/** What all networks of a sweep have in common. */
export interface SweepPlan {
  readonly program: NetworkProgramName;
  /** `NetworkModel.constants` and `at_<parameter>`. */
  readonly constants: ProgramConstants;
  /** Trials of a batch. */
  readonly rows: number;
  /** Steps of the longest batch. */
  readonly steps: number;
  readonly inputs: number;
  readonly units: number;
  readonly outputs: number;
  /** Numbers of the target per step. */
  readonly targetWidth: number;
  /** Elements of each parameter tensor, in their order. */
  readonly tensors: readonly number[];
  readonly numMoments: number;
  readonly loss: ReadoutLoss;
}

/** One network as it stands. */
export interface SweepModel {
  readonly parameters: EngineArray;
  /** moment × parameter; zeros if absent. */
  readonly moments?: EngineArray | undefined;
  /** By tensor. */
  readonly trainable: readonly boolean[];
  /** Codes of `Constraint` by parameter. */
  readonly constraints?: Float32Array | undefined;
}

/** Where a batch is written, all zero before: rows × steps × … */
export interface SlotArrays {
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
  /** rows × steps × head: the part of the loss. */
  readonly weights: Float32Array;
  /** rows × steps: the part in penalties on activity; empty if there are none. */
  readonly activity: Float32Array;
}

/** One update of the first networks of a sweep. */
export interface SweepUpdate {
  /** Write a batch each, and give the number of its steps. */
  readonly batches: readonly ((out: SlotArrays) => number)[];
  /** For each network that takes part the place of its batch. */
  readonly batchOf: readonly number[];
  /** For each of these a row of `writeUpdateRow`. */
  readonly rows: Float64Array;
  /** Fills row × step × unit of a network, where the constant `noise` is not 0. */
  readonly noise?: (model: number, out: Float32Array) => void;
}

/** What came of an update, by network. */
export interface UpdateOutcome {
  /** Without penalties. */
  readonly loss: number;
  /** Penalties on activity and on parameters, before the update. */
  readonly penalty: number;
  /** Of all trained gradients, before clipping. */
  readonly gradientNorm: number;
}
