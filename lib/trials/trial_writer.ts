// Writes trials into flat f32 arrays: observation with its noise, rule input, targets, mask, scored steps. Noise is drawn
// by (trial, channel, step), so a trial is the same wherever it is written. Leaves out which trial goes where.

import type { TrialDesign } from "../core/neurotask.ts";
import { channelsOf, targetWidthOf } from "./channels.ts";
import { type DesignSpec, trialDesigns } from "./designs.ts";
import { noiseSource } from "./noise.ts";
import { trialLengths } from "./timing.ts";

/** What decides the trials. */
export interface TrialSpec extends DesignSpec {
  /** Seed of the noise; the design has its own. */
  readonly seed: number | string;
  /** Rules that share the network, in the order of the rule input; the neurotask's own if absent. One: no rule input. */
  readonly rules?: readonly string[];
}

/** Arrays that trials are written to, row-major; what is not wanted may be left out. */
export interface StepArrays {
  /** step × channel. */
  readonly inputs: Float32Array;
  /** step × target width. */
  readonly targets: Float32Array;
  /** step. */
  readonly mask?: Float32Array;
  /** step: 1 where the response counts. */
  readonly scored?: Float32Array;
  /** step: 1 where it counts and can be decided. */
  readonly decidable?: Float32Array;
}

/** Writes trials of one neurotask. */
export interface TrialWriter {
  readonly shortest: number;
  readonly longest: number;
  design(trial: number): TrialDesign;
  /** Writes the first `limit` steps of a trial from step `at` on. The arrays must be 0 there. Gives its design. */
  write(trial: number, out: StepArrays, at: number, limit: number): TrialDesign;
}

/**
 * A writer of trials.
 *
 * @throws {RangeError} if the neurotask is none of the rules
 *
 * @example
 * ```ts
 * import { trialWriter } from "#lib/trials/trial_writer.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const spec = { mode: "test", dtMs: 100, designSeed: 0, seed: 0, label: "evaluation" } as const;
 * const writer = trialWriter({ ...spec, neurotask: pdmPro, params: pdmPro.params.parse({}) });
 * const inputs = new Float32Array(writer.longest * 7);
 * writer.write(0, { inputs, targets: new Float32Array(writer.longest) }, 0, writer.longest);
 * assertEquals([...inputs.subarray(0, 7)], [1, 0, 0, 0, 1, 0, 0]);
 * ```
 */
export function trialWriter(spec: TrialSpec): TrialWriter {
  const { neurotask, params, mode, dtMs } = spec;
  const { shortest, longest } = trialLengths(neurotask.timing(params as never, mode), dtMs);
  const { numObserved, numChannels, ruleChannel } = channelsOf(spec);
  const width = targetWidthOf(neurotask, params);
  const design = trialDesigns(spec);
  const noiseOf = noiseSource(spec.seed, spec.label);
  const scratch = {
    observation: new Float64Array(longest * numObserved),
    noise: new Float64Array(longest * numObserved),
    target: new Float64Array(longest * width),
    mask: new Float64Array(longest),
    scored: new Float64Array(longest),
  };
  const { observation, noise, target, mask, scored } = scratch;

  function addNoise(trial: number, numSteps: number): void {
    for (let channel = 0; channel < numObserved; channel++) {
      let from = 0;
      let to = numSteps;
      while (from < to && noise[from * numObserved + channel] === 0) from++;
      while (to > from && noise[(to - 1) * numObserved + channel] === 0) to--;
      if (from === to) continue;
      const normals = noiseOf(trial, channel, from, to);
      for (let step = from; step < to; step++) {
        const at = step * numObserved + channel;
        observation[at] += noise[at] * normals[step - from];
      }
    }
  }

  return {
    shortest,
    longest,
    design,
    write(trial, out, at, limit) {
      const made = design(trial);
      const { numSteps } = made;
      observation.fill(0, 0, numSteps * numObserved);
      noise.fill(0, 0, numSteps * numObserved);
      target.fill(0, 0, numSteps * width);
      mask.fill(0, 0, numSteps);
      scored.fill(0, 0, numSteps);
      neurotask.write(params as never, made, scratch);
      const kept = Math.min(numSteps, limit);
      addNoise(trial, kept);
      const { inputs, targets } = out;
      for (let step = 0; step < kept; step++) {
        const to = (at + step) * numChannels;
        const from = step * numObserved;
        for (let c = 0; c < numObserved; c++) inputs[to + c] = observation[from + c];
        if (ruleChannel >= 0) inputs[to + ruleChannel] = 1;
      }
      targets.set(target.subarray(0, kept * width), at * width);
      out.mask?.set(mask.subarray(0, kept), at);
      out.scored?.set(scored.subarray(0, kept), at);
      if (out.decidable !== undefined && neurotask.isDecidable(made.conditions)) {
        out.decidable.set(scored.subarray(0, kept), at);
      }
      return made;
    },
  };
}
