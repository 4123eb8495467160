// Neurotasks: cognitive paradigms, one file each in `lib/neurotasks/`. A neurotask says what a trial looks like; drawing
// designs, noise and batches of trials is `lib/trials`. Conventions: NeuroGym (Molano-Mazon et al. 2022): durations in ms,
// steps by integer division by dt, noise of standard deviation sigma / √dt.

import type { z } from "zod";
import type { Member } from "./member.ts";
import type { ParamsSchema } from "./task.ts";

/** How long a period lasts, in ms: always the same, one of a list, uniform, or a truncated exponential. */
export type Duration =
  | number
  | { readonly choice: readonly number[] }
  | { readonly uniform: readonly [number, number] }
  | {
    readonly truncated_exponential: {
      readonly mean: number;
      readonly range: readonly [number, number];
    };
  };

/** Timing of training trials (varied) or of evaluation trials (fixed). */
export type TrialMode = "train" | "test";

/** A variable of the design, drawn uniformly and independently for each trial: one of a list, or from a range. */
export type Condition =
  & {
    /** As a column of the artifact: `choice`, `coherence_percent`. */
    readonly name: string;
    readonly unit?: string;
  }
  & (
    | { readonly values: readonly number[] }
    | { readonly uniform: readonly [number, number] }
  );

/** What the network must give. */
export type TargetKind = "class" | "value";

/** The design of one trial: its conditions by name and its periods in steps. */
export interface TrialDesign {
  readonly conditions: Readonly<Record<string, number>>;
  /** By period, in the neurotask's order: [start, end) in steps; an empty period starts where it ends. */
  readonly bounds: Readonly<Record<string, readonly [number, number]>>;
  readonly numSteps: number;
  readonly dtMs: number;
  /**
   * Fills `out` with uniform numbers in [0, 1) of this trial's own, for what no condition says: bits of a sequence, places
   * of pulses. They follow the design seed. `part` chooses one of the trial's independent sequences.
   */
  uniform(out: Float64Array, part?: number): Float64Array;
}

/** Where a neurotask writes a trial. All arrays are row-major and zero before. */
export interface TrialArrays {
  /** time × channel, without noise and without the rule input. */
  readonly observation: Float64Array;
  /** time × channel: standard deviation of the noise to be added. */
  readonly noise: Float64Array;
  /** time: class per step; time × head where there are heads; or time × output: values per step. */
  readonly target: Float64Array;
  /** time: weight of the step. NeuroGym's mask of RepAL: 1 before the decision, then 2, 3, 4, 5, 5, … */
  readonly mask: Float64Array;
  /** time: 1 where the response counts (the decision), which is where accuracy is measured. */
  readonly scored: Float64Array;
}

/** Accuracy that an ideal observer reaches. */
export interface IdealAccuracy {
  /** Over all trials of the design. */
  readonly overall: number;
  /** Over those trials that can be decided at all: coherence above 0. */
  readonly decidable: number;
  /** By the values of one condition, where it depends on one. */
  readonly by?: {
    readonly condition: string;
    readonly values: readonly number[];
    readonly accuracy: readonly number[];
  };
  /** Closed form or simulation, in words, with the source. */
  readonly method: string;
}

/** A group of outputs with classes of its own: the memory of N steps, beside those of N − 1 and N + 1. */
export interface Head {
  readonly name: string;
  /** How many of the outputs, in their order. */
  readonly outputs: number;
}

/**
 * A cognitive paradigm. `dt_ms` is not among its params: the stage that uses it says so. Durations stand in a param
 * `timing`, by mode and then by period, so that whoever finds one wrong can say where it stands.
 */
export interface Neurotask<P extends ParamsSchema = ParamsSchema> extends Member {
  /** Timing by mode, noise, coherences, …; the same spelling in all neurotasks of a set. */
  readonly params: P;
  readonly reference: string;
  /** The neurotasks that share a network, in the order of the one-hot rule input; itself among them. */
  readonly rules: readonly string[];
  /** Names of periods, in time. */
  readonly periods: readonly string[];
  /** Periods that may last 0 ms: the delay of a rule without one. All others must not. */
  readonly mayBeEmpty?: readonly string[];
  /** Names of the observation channels, without the rule input. */
  channels(params: z.output<P>): readonly string[];
  readonly targets: TargetKind;
  /** Where few distinct trials exist by nature (short sequences of bits), so that repeating one is no mistake. */
  readonly mayRepeat?: boolean;
  /** Names of the outputs: of classes (`fixate`, `choice_1`, …) or of coordinates. */
  outputs(params: z.output<P>): readonly string[];
  /** Where classes come in several groups, each with a softmax and a target of its own; −1 there is no target at all. */
  heads?(params: z.output<P>): readonly Head[];
  /** Durations by period, in ms. */
  timing(params: z.output<P>, mode: TrialMode): Readonly<Record<string, Duration>>;
  conditions(params: z.output<P>): readonly Condition[];
  /** Whether a trial can be decided (coherence above 0): what honest accuracy counts. */
  isDecidable(conditions: Readonly<Record<string, number>>): boolean;
  /** Writes one trial. Deterministic: everything drawn is in `design`, all noise is drawn by others. */
  write(params: z.output<P>, design: TrialDesign, out: TrialArrays): void;
  /** For values: whether a response, the mean of the outputs over the scored steps, is near enough to its target. */
  isCorrect?(params: z.output<P>, response: Float64Array, target: Float64Array): boolean;
  /** Share of right decisions of someone who guesses among the responses. */
  chance(params: z.output<P>): number;
  ideal(
    params: z.output<P>,
    options: { readonly mode: TrialMode; readonly dtMs: number },
  ): IdealAccuracy;
}

/**
 * Defines a neurotask; inference only.
 *
 * @example
 * ```ts
 * import { defineNeurotask } from "#lib/core/neurotask.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const wait = defineNeurotask({
 *   name: "wait", summary: "Nothing to decide.", reference: "none", params: z.strictObject({}),
 *   rules: ["wait"], periods: ["fixation"], targets: "class",
 *   channels: () => ["fixation"], outputs: () => ["fixate"],
 *   timing: () => ({ fixation: 100 }), conditions: () => [], isDecidable: () => false,
 *   write: (_, { numSteps }, { observation }) => void observation.fill(1, 0, numSteps),
 *   chance: () => 1,
 *   ideal: () => ({ overall: 1, decidable: 1, method: "nothing to decide" }),
 * });
 * assertEquals(wait.rules, ["wait"]);
 * ```
 */
export function defineNeurotask<P extends ParamsSchema>(neurotask: Neurotask<P>): Neurotask<P> {
  return neurotask;
}
