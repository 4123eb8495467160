// How well a network does on a set of trials, beside what can be had: accuracy over trials that can be decided and over
// all, per trial and per step as published, the loss over all steps, over the decision and weighted by the mask, chance and
// the ideal observer; and responses for each combination of conditions (psychometric curves). The readout is computed here
// in double precision from the states. Leaves out scan models, whose readout is not linear in one state.

import { z } from "zod";
import { network } from "#lib/core/artifacts/network.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { type Trials, trials } from "#lib/core/artifacts/trials.ts";
import type { Neurotask } from "#lib/core/neurotask.ts";
import { type Cell, type Table, tableOf } from "#lib/core/table.ts";
import { defineTask, type FusedMember, one, type TaskContext } from "#lib/core/task.ts";
import { groupRows } from "#lib/math/tables/columns.ts";
import { neurotasks } from "#lib/neurotasks/mod.ts";
import { type Evaluation, evaluationOf } from "./_evaluation.ts";
import {
  exampleNetwork,
  exampleTrials,
  largest,
  lengthsOf,
  type NetworkJob,
  requireFit,
  runNetworks,
} from "./_network_states.ts";
import { readoutOf } from "./_readout.ts";

const params = z.strictObject({});

type Params = z.output<typeof params>;
const inputs = { model: one(network), trials: one(trials) };
const outputs = { scores: table, responses: table };
type Member = FusedMember<Params, typeof inputs, typeof outputs>;

export default defineTask({
  name: "evaluate",
  summary: "Scores a network on trials: accuracy, loss, chance, ideal, and by condition.",
  version: 1,
  numerics: "engine",
  params,
  inputs,
  outputs,
  examples: [
    { params: {}, inputs: () => ({ model: exampleNetwork(), trials: exampleTrials(6) }) },
    { params: {}, inputs: () => ({ model: exampleNetwork(5, 2), trials: exampleTrials(6) }) },
  ],
  async run(context, params, inputs) {
    let made: { readonly scores: Table; readonly responses: Table } | undefined;
    let failure: { readonly error: unknown } | undefined;
    await evaluate(context, [{
      params,
      inputs,
      finish: (results) => void (made = results),
      fail: (error) => void (failure = { error }),
      progress: context.progress,
    }]);
    if (failure !== undefined) throw failure.error;
    return made!;
  },
  fuse: { by: [], most: 64, anySizes: true },
  runMany: evaluate,
});

async function evaluate(context: TaskContext, members: readonly Member[]): Promise<void> {
  const jobs: NetworkJob[] = [];
  for (const member of members) {
    try {
      jobs.push(jobOf(member, await judgeOf(member.inputs.trials)));
    } catch (error) {
      member.fail(error);
    }
  }
  await runNetworks(context, jobs);
}

function jobOf(member: Member, judge: Judge): NetworkJob {
  const { inputs: { model, trials } } = member;
  requireFit("evaluate", model, trials);
  const numSteps = largest(lengthsOf(trials));
  const readout = readoutOf(model);
  let evaluation: Evaluation;
  return {
    network: model,
    trials,
    numSteps,
    start() {
      evaluation = evaluationOf(trials, { ...judge, numOutputs: model.sizes.outputs });
      return (block) => {
        const length = (numSteps + 1) * block.numStates;
        for (let row = 0; row < block.numTrials; row++) {
          const states = block.states.subarray(row * length + block.numStates, (row + 1) * length);
          evaluation.add(block.firstTrial + row, readout(states, numSteps));
        }
      };
    },
    done() {
      member.progress(1, `${trials.inputs.shape[0]} trials`);
      member.finish({
        scores: scoresOf(evaluation, trials.about),
        responses: responsesOf(evaluation, trials.conditions),
      });
    },
    fail: (error) => member.fail(error),
  };
}

interface Judge {
  readonly isCorrect?: (response: Float64Array, target: Float64Array) => boolean;
}

/** What the neurotask calls right, for targets that are values. */
async function judgeOf({ about: { target, rule, trial } }: Trials): Promise<Judge> {
  if (target !== "value" || typeof rule !== "string" || !Object.hasOwn(neurotasks, rule)) return {};
  const neurotask = (await neurotasks[rule as keyof typeof neurotasks]()).default as Neurotask;
  const params = neurotask.params.parse(trial ?? {});
  return neurotask.isCorrect === undefined
    ? {}
    : { isCorrect: (given, aim) => neurotask.isCorrect!(params, given, aim) };
}

function scoresOf(evaluation: Evaluation, about: Readonly<Record<string, unknown>>): Table {
  const { accuracies, losses, responses } = evaluation.total();
  const ideal = about.ideal as { overall?: number; decidable?: number } | undefined;
  const known = (value: unknown) => typeof value === "number" ? value : null;
  return tableOf([{
    rule: typeof about.rule === "string" ? about.rule : null,
    ...Object.fromEntries(Object.entries(accuracies).map(([name, value]) => [name, finite(value)])),
    chance: known(about.chance),
    ideal: known(ideal?.decidable),
    ideal_all: known(ideal?.overall),
    ...losses,
    loss: evaluation.target === "class" ? "cross_entropy" : "mean_square",
    num_responses: responses.all,
    num_decidable: responses.decidable,
  }], {
    accuracy: { description: "right responses, of the trials that can be decided" },
    accuracy_all: { description: "right responses, of all trials" },
    accuracy_per_step: {
      description: "scored steps whose largest output is right, as published, all trials",
    },
    accuracy_per_step_decidable: { description: "the same over trials that can be decided" },
    chance: { description: "share of right responses of someone who guesses" },
    ideal: { description: "accuracy of an ideal observer on the trials that can be decided" },
    ideal_all: { description: "accuracy of an ideal observer on all trials" },
    loss_all: { description: "mean over all steps of all trials, as published" },
    loss_decision: { description: "mean over the scored steps" },
    loss_mask: { description: "mean over all steps, weighted by the mask" },
  });
}

/** One row per combination of conditions. */
function responsesOf(evaluation: Evaluation, conditions: Table): Table {
  const own = conditions.columns.filter(({ name }) =>
    !["trial", "decidable", "num_steps", "num_trials", "seed"].includes(name)
  ).map(({ key: _key, ...column }) => column);
  const numbered: Table = {
    columns: [...conditions.columns, { name: " row", type: "number" }],
    rows: conditions.rows.map((row, at) => [...row, at]),
  };
  const last = conditions.columns.length;
  const groups = groupRows(numbered, own.map(({ name }) => name), "evaluate").map((
    { key, rows },
  ) => ({
    key,
    rows: rows.map((row) => row[last] as number),
  })).sort((a, b) => inOrder(a.key, b.key));
  const names = evaluation.outputs;
  const made = groups.map(({ key, rows }) => [...key, ...evaluation.share(rows)]);
  return {
    columns: [
      ...own,
      { name: "accuracy", type: "number", description: "right responses, per trial" },
      ...(evaluation.target === "class"
        ? names.map((name) => ({
          name: `p_${name}`,
          type: "number" as const,
          description: "share of trials with this response",
        }))
        : []),
      { name: "num_trials", type: "number" },
    ],
    rows: made,
  };
}

function inOrder(a: readonly Cell[], b: readonly Cell[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    return a[i] === null || b[i] === null
      ? Number(a[i] === null) - Number(b[i] === null)
      : a[i]! < b[i]!
      ? -1
      : 1;
  }
  return 0;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
