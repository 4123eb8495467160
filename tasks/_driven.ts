// What tasks on driven trials share: states and their inputs as one, checked in the terms of both arrays, params of two
// ranks, and results as trajectories.

import { z } from "zod";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { one } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import type { ControlledTrials } from "#lib/math/control/controlled_trials.ts";
import type { RankChoice } from "#lib/math/dmd/rank_rules.ts";
import { addIssue } from "./_delays.ts";
import { exampleTrajectories, trialSetOf } from "./_states.ts";
import { inTerms } from "./_in_terms.ts";

/** The ports of driven trials: states, and inputs over the same trials and times. */
export const drivenPorts = { trajectories: one(trajectories), controls: one(trajectories) };

/** The values of `drivenPorts`. */
export interface DrivenInputs {
  readonly trajectories: Trajectories;
  readonly controls: Trajectories;
}

/** Params of one of the two ranks of DMDc, `rank_<of>` and its rules. */
export function rankFields<N extends string>(of: N, what: string) {
  return {
    [`rank_${of}`]: z.int().min(1).optional().describe(`components of ${what}; default: all`),
    [`rank_${of}_thresh`]: z.number().positive().optional()
      .describe(`instead of rank_${of}: keep singular values above this`),
    [`rank_${of}_explained_variance`]: z.number().gt(0).max(1).optional()
      .describe(`instead of rank_${of}: keep the fewest components that explain this share`),
  } as Record<
    `rank_${N}` | `rank_${N}_thresh` | `rank_${N}_explained_variance`,
    z.ZodOptional<z.ZodNumber>
  >;
}

/** The rule that the params `name`, `name_thresh`, `name_explained_variance` give. */
export function rankChoice(params: Readonly<Record<string, unknown>>, name: string): RankChoice {
  const [rank, threshold, share] = rulesOf(params, name);
  if (rank !== undefined) return { rank };
  if (threshold !== undefined) return { rankThreshold: threshold };
  return share === undefined ? {} : { rankExplainedVariance: share };
}

/** Adds an issue if more than one of a rank's rules is given. */
export function checkRank(
  params: Readonly<Record<string, unknown>>,
  name: string,
  context: z.RefinementCtx,
): void {
  if (rulesOf(params, name).filter((rule) => rule !== undefined).length < 2) return;
  addIssue(
    context,
    [],
    `give at most one of ${name}, ${name}_thresh and ${name}_explained_variance`,
  );
}

function rulesOf(params: Readonly<Record<string, unknown>>, name: string) {
  return ["", "_thresh", "_explained_variance"]
    .map((rule) => params[name + rule] as number | undefined);
}

/**
 * States and inputs of the same trials.
 *
 * @throws {RangeError} naming both arrays with their dims, if trials, times or time steps differ, a number is not
 * finite, or nothing changes in time (`toFit`; a prediction may be of a system at rest).
 */
export function drivenTrialsOf(
  task: string,
  inputs: DrivenInputs,
  { toFit = true }: { readonly toFit?: boolean } = {},
): ControlledTrials {
  const { trajectories: x, controls: u } = inputs;
  const refuse = (why: string): never => {
    throw new RangeError(`${task} got ${describeBoth(inputs)}: ${why}`);
  };
  const [numTrials, numTime] = x.states.shape;
  if (u.states.shape[0] !== numTrials || u.states.shape[1] !== numTime) {
    refuse("give the inputs of the same trials at the same times, trial × time × input");
  }
  const lengths = [x, u].map((one) => one.lengths ?? new Array<number>(numTrials).fill(numTime));
  const unlike = lengths[0].findIndex((length, trial) => length !== lengths[1][trial]);
  if (unlike >= 0) {
    refuse(
      `trial ${unlike} has ${lengths[0][unlike]} time points of states and ${
        lengths[1][unlike]
      } of inputs`,
    );
  }
  if (x.dt !== u.dt || x.timeUnit !== u.timeUnit) {
    refuse(
      `their time steps differ, ${stepOf(x)} and ${
        stepOf(u)
      }; bring both to one, or declare the same when importing`,
    );
  }
  for (const [name, one] of [["trajectories", x], ["controls", u]] as const) {
    if (one.states.shape.includes(0)) refuse(`${name} are empty; give at least one of each axis`);
    requireFinite(name, one, lengths[0], refuse);
  }
  if (toFit && !changes(x, lengths[0])) {
    refuse(
      "nothing changes in time in the trajectories: there are no dynamics to fit; leave this system out, or record more of it",
    );
  }
  return { states: trialSetOf(x), controls: trialSetOf(u) };
}

/** Runs a computation; what it refuses is said of both arrays. */
export function inTermsOfBoth<T>(task: string, inputs: DrivenInputs, compute: () => T): T {
  return inTerms(`${task} got ${describeBoth(inputs)}`, compute);
}

/** Trajectories like `model` with these states, trials one after the other as `trialSetOf` has them. */
export function trajectoriesLike(model: Trajectories, states: Float64Array): Trajectories {
  const { dims, shape, coords, units } = model.states;
  const extra = {
    ...(coords === undefined ? {} : { coords }),
    ...(units === undefined ? {} : { units }),
  };
  const [numTrials, numTime, numUnits] = shape;
  const { lengths } = model;
  if (lengths === undefined) return { ...model, states: tensor(dims, shape, states, extra) };
  const padded = new Float64Array(numTrials * numTime * numUnits).fill(NaN);
  let from = 0;
  lengths.forEach((length, trial) => {
    padded.set(states.subarray(from, from + length * numUnits), trial * numTime * numUnits);
    from += length * numUnits;
  });
  return { ...model, states: tensor(dims, shape, padded, extra) };
}

/** What the inputs of a fit should be warned of: channels that never change. */
export function inputWarnings({ controls }: ControlledTrials): string[] {
  const { data, numUnits } = controls;
  const still: number[] = [];
  for (let input = 0; input < numUnits; input++) {
    let same = true;
    for (let p = input; same && p < data.length; p += numUnits) same = data[p] === data[input];
    if (same) still.push(input);
  }
  return still.length === 0 ? [] : [
    `of ${numUnits} inputs ${
      still.join(", ")
    } never changed: what a constant does cannot be told from the states' own dynamics`,
  ];
}

/** Small driven trials for the examples of tasks: a damped rotation pushed by two waves. */
export function exampleDriven(numTrials = 3, numTime = 30): DrivenInputs {
  const controls = exampleTrajectories(numTrials, numTime, 2);
  const wave = (trial: number, t: number, input: number) =>
    Math.sin(1.7 * t * (input + 1) + trial) + Math.cos(0.37 * t * t);
  const states = new Float64Array(numTrials * numTime * 2);
  const inputs = new Float64Array(numTrials * numTime * 2);
  for (let trial = 0; trial < numTrials; trial++) {
    let [x, y] = [1, trial];
    for (let t = 0; t < numTime; t++) {
      const at = (trial * numTime + t) * 2;
      const [u, v] = [wave(trial, t, 0), wave(trial, t, 1)];
      states.set([x, y], at);
      inputs.set([u, v], at);
      [x, y] = [0.8 * x - 0.4 * y + u, 0.4 * x + 0.8 * y - 0.5 * v];
    }
  }
  const shape = [numTrials, numTime, 2];
  return {
    trajectories: { ...controls, states: tensor(["trial", "time", "unit"], shape, states) },
    controls: { ...controls, states: tensor(["trial", "time", "unit"], shape, inputs) },
  };
}

function requireFinite(
  name: string,
  { states: { data, shape: [, numTime, numUnits] } }: Trajectories,
  lengths: readonly number[],
  refuse: (why: string) => never,
): void {
  lengths.forEach((length, trial) => {
    const first = trial * numTime * numUnits;
    for (let p = first; p < first + length * numUnits; p++) {
      if (Number.isFinite(data[p])) continue;
      const t = Math.floor((p - first) / numUnits);
      refuse(
        `${name} have ${data[p]} in trial ${trial}, time ${t}, ${
          name === "controls" ? "input" : "unit"
        } ${(p - first) % numUnits}; remove or mask that trial`,
      );
    }
  });
}

function changes(
  { states: { data, shape: [, numTime, numUnits] } }: Trajectories,
  lengths: readonly number[],
): boolean {
  return lengths.some((length, trial) => {
    const first = trial * numTime * numUnits;
    for (let p = first + numUnits; p < first + length * numUnits; p++) {
      if (data[p] !== data[p - numUnits]) return true;
    }
    return false;
  });
}

function describeBoth({ trajectories, controls }: DrivenInputs): string {
  return `trajectories (${describe(trajectories)}) and controls (${describe(controls)})`;
}

function describe({ states: { dims, shape }, lengths }: Trajectories): string {
  const ragged = lengths === undefined ? "" : `, trials of ${Math.min(...lengths)} to ${shape[1]}`;
  return describeShape(dims, shape) + ragged;
}

function stepOf({ dt, timeUnit }: Trajectories): string {
  return timeUnit === "ms" ? `${dt} ms` : `${dt}`;
}
