// What the params of a training imply before anything runs: sizes, parameters, rules, and what decides every step. Leaves
// out what may be wrong with them (_train_check.ts).

import type { NetworkModel, NetworkSizes, ParameterShape } from "#lib/core/network_model.ts";
import type { Neurotask } from "#lib/core/neurotask.ts";
import { memberList } from "#lib/core/resolve.ts";
import { constraintCodes } from "#lib/training/constraints.ts";
import { type Phase, phasesOf, updatesPerEpoch } from "#lib/training/curriculum.ts";
import { sizeOf } from "#lib/training/initialise.ts";
import type { TrainParams } from "./_train_params.ts";

/** A rule of a training with its own params. */
export interface Rule {
  readonly name: string;
  // deno-lint-ignore no-explicit-any
  readonly neurotask: Neurotask<any>;
  readonly params: never;
}

/** Everything that is known of a training from its params. */
export interface Course {
  readonly params: TrainParams;
  readonly phases: readonly Phase[];
  // deno-lint-ignore no-explicit-any
  readonly model: NetworkModel<any>;
  readonly sizes: NetworkSizes;
  readonly parameters: readonly ParameterShape[];
  /** Offset of each parameter in the row of all; after the last, the length of the row. */
  readonly offsets: readonly number[];
  /** All rules that the network can be told apart, in the order of the rule input. */
  readonly rules: readonly Rule[];
  /** Channels of the input, rule input included. */
  readonly channels: readonly string[];
  readonly outputs: readonly string[];
  readonly target: "class" | "value";
  /** Codes of `Constraint` by parameter, if any is constrained. */
  readonly constraints: Float32Array | undefined;
  /** Chance and the ideal observer by rule, once asked for. */
  readonly bounds: Map<string, Readonly<Record<string, number>>>;
}

/** Modules by name, as tasks get them. */
// deno-lint-ignore no-explicit-any
export type Members = Readonly<Record<string, any>>;

/**
 * Reads params and members.
 *
 * @throws {RangeError} if constraints do not fit the parameters.
 */
export function courseOf(params: TrainParams, members: Members): Course {
  // deno-lint-ignore no-explicit-any
  const model = members.model as NetworkModel<any>;
  const rules = memberList(members, "rules").map((neurotask): Rule => ({
    name: neurotask.name,
    neurotask,
    params: params.trial[neurotask.name] as never,
  }));
  const [first] = rules;
  const observed = first.neurotask.channels(first.params);
  const channels = rules.length > 1
    ? [...observed, ...rules.map(({ name }) => `rule_${name}`)]
    : observed;
  const outputs = first.neurotask.outputs(first.params);
  const sizes = { inputs: channels.length, units: params.units, outputs: outputs.length };
  const parameters = model.parameters(params.model_settings as never, sizes);
  const offsets = [0];
  for (const one of parameters) offsets.push(offsets[offsets.length - 1] + sizeOf(one));
  return {
    params,
    phases: phasesOf(params),
    model,
    sizes,
    parameters,
    offsets,
    rules,
    channels,
    outputs,
    target: first.neurotask.targets,
    constraints: constraintCodes(parameters, params.constraints, params.seed),
    bounds: new Map(),
  };
}

/** The rule of a name. */
export function ruleOf({ rules }: Course, name: string): Rule {
  return rules.find((rule) => rule.name === name)!;
}

/** By tensor, whether a phase trains it. */
export function trainableOf({ params, parameters }: Course, phase: Phase): boolean[] {
  const names = phase.trainable ?? params.trainable;
  return parameters.map(({ name }) => names === undefined || names.includes(name));
}

/** Updates of a training that stops nowhere. */
export function updatesAtMost({ phases, params: { updates_per_epoch } }: Course): number {
  return phases.reduce(
    (sum, phase) => sum + phase.epochs * updatesPerEpoch(phase, updates_per_epoch),
    0,
  );
}
