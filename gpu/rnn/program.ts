// How networks run on engines: a sweep of models of one kind and one size, forward and backward through time. The buffers
// that all programs share, and what a program must do with them. Leaves out losses and readout (readout.ts), updates
// (optimise.ts), and which batches when (the tasks).

import type { Engine, EngineBuffer } from "#lib/core/engine.ts";

/** Lengths of the axes of a sweep. Every buffer is row-major over the axes named beside it. */
export interface SweepShape {
  /** Models that run together; their constants are the same. */
  readonly models: number;
  /** Trials of a batch. */
  readonly rows: number;
  /** Time steps that the buffers have room for. */
  readonly steps: number;
  readonly inputs: number;
  readonly units: number;
  readonly outputs: number;
  /** Parameters of one model, all tensors behind one another in the model's order. */
  readonly parameters: number;
  /** Batches in `inputs`, `targets`, `weights`: models that see equal batches share one. */
  readonly slots: number;
  /** Ranges of a model's parameters, from and to, whose gradients nobody asks for: what is there stays. */
  readonly frozen?: readonly (readonly [number, number])[];
}

/** What lies on the engine while a sweep runs. `f32` but for `slots`. */
export interface SweepBuffers {
  /** `u32`, model × 2: which slot a model reads, and how many steps of it. Steps beyond are neither read nor written. */
  readonly slots: EngineBuffer;
  /** model × parameter. */
  readonly parameters: EngineBuffer;
  /** model × parameter: dL/dp, written anew by each backward pass. */
  readonly gradients: EngineBuffer;
  /** slot × row × step × input. */
  readonly inputs: EngineBuffer;
  /** model × row × step × unit: standard normal numbers, or of length 1 where the constant `noise` is 0. */
  readonly noise: EngineBuffer;
  /** model × row × (step + 1) × unit: the state before step 0 (given), then after each step. */
  readonly states: EngineBuffer;
  /** model × row × step × `workPerStep`: what forward leaves for backward. */
  readonly work: EngineBuffer;
  /** model × row × step × unit: dL/d(state after the step) as the readout and penalties on activity see it; given. */
  readonly stateGradients: EngineBuffer;
  /** model × row × unit: dL/d(state before step 0), written by backward. */
  readonly initialGradients: EngineBuffer;
}

/** The parts that a forward pass alone needs. */
export type ForwardBuffers = Omit<
  SweepBuffers,
  "gradients" | "stateGradients" | "initialGradients"
>;

/** Numbers of `NetworkModel.constants` and `at_<parameter>`, the offset of each parameter in a model's row. */
export type ProgramConstants = Readonly<Record<string, number>>;

/** A kind of network on engines. */
export interface NetworkProgram {
  /** Numbers of `work` per row and step. */
  workPerStep(shape: SweepShape, constants: ProgramConstants): number;
  /** Puts the kernels of a forward pass in line. A model's bytes depend on nothing but its own parts of the buffers. */
  forward(
    engine: Engine,
    shape: SweepShape,
    buffers: ForwardBuffers,
    constants: ProgramConstants,
  ): void;
  /**
   * Puts the kernels of a backward pass in line, after `forward` and `stateGradients`. Writes the gradients of the
   * parameters that the program itself reads (all but those of the readout, which it leaves as they are).
   */
  backward(
    engine: Engine,
    shape: SweepShape,
    buffers: SweepBuffers,
    constants: ProgramConstants,
  ): void;
  /** Gives back what the program keeps on the engine between calls. */
  [Symbol.dispose](): void;
}
