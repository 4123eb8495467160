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

/** A variable of the design, drawn uniformly and independently for each trial. */
export interface Condition {
  /** As a column of the artifact: `choice`, `coherence_percent`. */
  readonly name: string;
  readonly values: readonly number[];
  readonly unit?: string;
}

/** What the network must give. */
export type TargetKind = "class" | "value";

/** The design of one trial: its conditions by name and its periods in steps. */
export interface TrialDesign {
  readonly conditions: Readonly<Record<string, number>>;
  /** By period, in the neurotask's order: [start, end) in steps; an empty period starts where it ends. */
  readonly bounds: Readonly<Record<string, readonly [number, number]>>;
  readonly numSteps: number;
  readonly dtMs: number;
}

/** Where a neurotask writes a trial. All arrays are row-major and zero before. */
export interface TrialArrays {
  /** time × channel, without noise and without the rule input. */
  readonly observation: Float64Array;
  /** time × channel: standard deviation of the noise to be added. */
  readonly noise: Float64Array;
  /** time: class per step; or time × output: values per step. */
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

/** A cognitive paradigm. `dt_ms` is not among its params: the stage that uses it says so. */
export interface Neurotask<P extends ParamsSchema = ParamsSchema> extends Member {
  /** Timing by mode, noise, coherences, …; the same spelling in all neurotasks of a set. */
  readonly params: P;
  readonly reference: string;
  /** The neurotasks that share a network, in the order of the one-hot rule input; itself among them. */
  readonly rules: readonly string[];
  /** Names of periods, in time. */
  readonly periods: readonly string[];
  /** Names of the observation channels, without the rule input. */
  channels(params: z.output<P>): readonly string[];
  readonly targets: TargetKind;
  /** Names of the outputs: of classes (`fixate`, `choice_1`, …) or of coordinates. */
  outputs(params: z.output<P>): readonly string[];
  /** Durations by period, in ms. */
  timing(params: z.output<P>, mode: TrialMode): Readonly<Record<string, Duration>>;
  conditions(params: z.output<P>): readonly Condition[];
  /** Whether a trial can be decided (coherence above 0): what honest accuracy counts. */
  isDecidable(conditions: Readonly<Record<string, number>>): boolean;
  /** Writes one trial. Deterministic: everything drawn is in `design`, all noise is drawn by others. */
  write(params: z.output<P>, design: TrialDesign, out: TrialArrays): void;
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
