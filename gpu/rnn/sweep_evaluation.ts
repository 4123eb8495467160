// Looking at the networks of a sweep: outputs on sets of trials that stay on the engine, in the buffers of training.

import type { Engine, EngineArray, EngineBuffer } from "#lib/core/engine.ts";
import { joined } from "./joined.ts";
import type { NetworkProgram, SweepBuffers, SweepShape } from "./program.ts";
import type { ReadoutProgram } from "./readout.ts";
import type { SweepPlan } from "./sweep_plan.ts";

/** Trials, rows × steps × input, and how many of the steps are looked at. */
export interface TrialSet {
  readonly inputs: Float32Array;
  readonly steps: number;
}

/** What belongs to the sweep. */
export interface EvaluatedSweep {
  readonly plan: SweepPlan;
  readonly numModels: number;
  readonly shape: (models: number) => SweepShape;
  readonly program: NetworkProgram;
  readonly readout: ReadoutProgram;
  readonly buffers: Pick<SweepBuffers, "parameters" | "states" | "work">;
}

/**
 * Sets of trials on an engine, and room for outputs.
 *
 * @example
 * ```ts
 * import { EvaluationRoom } from "#gpu/rnn/sweep_evaluation.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import { assertEquals } from "@std/assert";
 * await using engine = new RefEngine();
 * using room = new EvaluationRoom(engine, [{ inputs: new Float32Array(4), steps: 2 }]);
 * assertEquals(await room.outputsOf([], {} as never), []);
 * ```
 */
export class EvaluationRoom implements Disposable {
  readonly #engine: Engine;
  readonly #sets: readonly TrialSet[];
  readonly #inputs: EngineBuffer;
  readonly #noise: EngineBuffer;
  readonly #outputs: EngineBuffer[] = [];
  readonly #slots: EngineBuffer[] = [];

  constructor(engine: Engine, sets: readonly TrialSet[]) {
    this.#engine = engine;
    this.#sets = sets;
    this.#inputs = engine.upload(joined(sets.map(({ inputs }) => inputs)));
    this.#noise = engine.allocate(1);
  }

  /** For each pass, of its first networks, network × row × step × output. A pass names the set of each network. */
  async outputsOf(
    passes: readonly (readonly number[])[],
    sweep: EvaluatedSweep,
  ): Promise<readonly EngineArray[]> {
    if (passes.length === 0) return [];
    const { rows, steps, outputs } = sweep.plan;
    const perModel = rows * steps * outputs;
    const length = sweep.numModels * perModel;
    const made: EngineArray[] = [];
    const atOnce = Math.max(1, Math.floor(mostOutputs / length));
    for (let first = 0; first < passes.length; first += atOnce) {
      const part = passes.slice(first, first + atOnce);
      while (this.#outputs.length < part.length) {
        this.#outputs.push(this.#engine.allocate(length));
        this.#slots.push(this.#engine.allocate(2 * sweep.numModels, "u32"));
      }
      part.forEach((setOf, place) => this.#lineUp(setOf, place, sweep));
      const all = part.map((setOf, place) =>
        this.#engine.download(this.#outputs[place], 0, perModel * setOf.length)
      );
      made.push(...await Promise.all(all));
    }
    return made;
  }

  #lineUp(
    setOf: readonly number[],
    place: number,
    { plan, shape, program, readout, buffers }: EvaluatedSweep,
  ): void {
    const engine = this.#engine;
    const slots = this.#slots[place];
    engine.write(slots, Uint32Array.from(setOf.flatMap((set) => [set, this.#sets[set].steps])));
    const own = { ...shape(setOf.length), slots: this.#sets.length };
    const constants = { ...plan.constants, noise: 0 };
    const { parameters, states, work } = buffers;
    const network = { slots, parameters, states, work, inputs: this.#inputs, noise: this.#noise };
    program.forward(engine, own, network, constants);
    readout.logits(
      engine,
      own,
      { slots, parameters, states, outputs: this.#outputs[place] },
      constants,
    );
  }

  [Symbol.dispose](): void {
    for (const buffer of [this.#inputs, this.#noise, ...this.#outputs, ...this.#slots]) {
      buffer[Symbol.dispose]();
    }
  }
}

/** Numbers of outputs that wait to be read at a time. */
const mostOutputs = 1 << 23;
