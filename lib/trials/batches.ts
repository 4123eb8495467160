// Sources of training sequences: row by row into preallocated arrays, one trial per row or back-to-back trials cut into
// windows. Sequence i is a function of the spec and i alone, so batches can be drawn in any order and by anyone.

import type { TargetKind, TrialDesign } from "../core/neurotask.ts";
import { channelsOf, targetWidthOf } from "./channels.ts";
import { type StepArrays, type TrialSpec, trialWriter } from "./trial_writer.ts";

/**
 * Arrays of a batch: row × step × …, all f32 as engines take them. Rows are `stride` steps apart, `maxSteps` of the source
 * unless said otherwise; what lies behind the end of a row's sequence is 0.
 */
export interface BatchArrays extends StepArrays {
  /** row: steps of the sequence. */
  readonly lengths?: Int32Array | Uint32Array | Float32Array;
}

/** A trial within a sequence. */
export interface PlacedTrial {
  readonly design: TrialDesign;
  /** Its first step in the sequence. */
  readonly at: number;
}

/** Sequences by number. */
export interface TrialSource {
  /** Input channels, the rule input included. */
  readonly channels: readonly string[];
  readonly outputs: readonly string[];
  readonly targets: TargetKind;
  /** Numbers of the target per step. */
  readonly targetWidth: number;
  /** Steps of the longest sequence. */
  readonly maxSteps: number;
  /** How many sequences there are; absent where there is no end. */
  readonly numSequences?: number;
  /** Writes sequences first, first + 1, … into rows 0 to num − 1. Everything in those rows is overwritten. */
  write(first: number, num: number, out: BatchArrays, stride?: number): void;
  /** The trials of a sequence, the last perhaps cut. */
  trials(sequence: number): readonly PlacedTrial[];
}

/**
 * Single trials, one per row. The spec says all: a stream without end whose trial i is a function of
 * (seed, design seed, label, i).
 *
 * @example
 * ```ts
 * import { trialSource } from "#lib/trials/batches.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const source = trialSource({
 *   neurotask: pdmPro, params: pdmPro.params.parse({}), mode: "train",
 *   dtMs: 100, seed: 0, designSeed: 0, label: "train/pdm_pro",
 * });
 * const inputs = new Float32Array(2 * source.maxSteps * source.channels.length);
 * const targets = new Float32Array(2 * source.maxSteps);
 * source.write(64, 2, { inputs, targets });
 * assertEquals(source.maxSteps, 56);
 * assertEquals([...inputs.subarray(0, 7)], [1, 0, 0, 0, 1, 0, 0]);
 * ```
 */
export function trialSource(spec: TrialSpec): TrialSource {
  const writer = trialWriter(spec);
  return {
    ...shapeOf(spec),
    maxSteps: writer.longest,
    write(first, num, out, stride = writer.longest) {
      clear(num * stride, this, out);
      for (let row = 0; row < num; row++) {
        const { numSteps } = writer.write(first + row, out, row * stride, stride);
        if (out.lengths !== undefined) out.lengths[row] = Math.min(numSteps, stride);
      }
    },
    trials: (sequence) => [{ design: writer.design(sequence), at: 0 }],
  };
}

/**
 * Channels, outputs and targets of a source.
 *
 * @example
 * ```ts
 * import { shapeOf } from "#lib/trials/batches.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const { channels } = shapeOf({ neurotask: pdmPro, params: pdmPro.params.parse({}), rules: ["pdm_pro"] });
 * assertEquals(channels, ["fixation", "stimulus_1", "stimulus_2"]);
 * ```
 */
export function shapeOf(
  spec: Pick<TrialSpec, "neurotask" | "params" | "rules">,
): Pick<TrialSource, "channels" | "outputs" | "targets" | "targetWidth"> {
  const { neurotask, params } = spec;
  return {
    channels: channelsOf(spec).names,
    outputs: neurotask.outputs(params as never),
    targets: neurotask.targets,
    targetWidth: targetWidthOf(neurotask, params),
  };
}

/**
 * Zeroes the first `numSteps` steps of the arrays that sequences are written to.
 *
 * @example
 * ```ts
 * import { clear } from "#lib/trials/batches.ts";
 * import { assertEquals } from "@std/assert";
 * const inputs = Float32Array.of(1, 2, 3, 4);
 * clear(1, { channels: ["a", "b"], targetWidth: 1 }, { inputs, targets: new Float32Array(2) });
 * assertEquals([...inputs], [0, 0, 3, 4]);
 * ```
 */
export function clear(
  numSteps: number,
  { channels, targetWidth }: Pick<TrialSource, "channels" | "targetWidth">,
  out: StepArrays,
): void {
  out.inputs.fill(0, 0, numSteps * channels.length);
  out.targets.fill(0, 0, numSteps * targetWidth);
  out.mask?.fill(0, 0, numSteps);
  out.scored?.fill(0, 0, numSteps);
  out.decidable?.fill(0, 0, numSteps);
}
