// What a training hands over: the network, its checkpoints, the log, the optimiser's moments. All of it follows from the
// states at the ends of epochs, however these came about.

import type { Arrays } from "#lib/core/artifacts/arrays.ts";
import { type Network, network } from "#lib/core/artifacts/network.ts";
import { artifactCell, tableWithArtifacts } from "#lib/core/artifacts/table.ts";
import type { Cell, Column, Table } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import type { Trainee } from "./_train_member.ts";

/** Outputs of `train_rnn`. */
export interface TrainResults {
  readonly weights: Network;
  readonly checkpoints: Table;
  readonly log: Table;
  readonly moments: Arrays;
}

/** The results of a training that is done. */
export function resultsOf(trainee: Trainee): TrainResults {
  const { course, state } = trainee;
  return {
    weights: trainee.network(),
    checkpoints: checkpointsOf(trainee),
    log: {
      columns: logColumns,
      rows: logRows(trainee),
    },
    moments: {
      arrays: Object.fromEntries(
        Object.entries(state.moments).map(([name, data]) => [
          name,
          tensor(["parameter"], [data.length], data),
        ]),
      ),
      about: {
        optimiser: course.params.optimiser.kind,
        steps: state.steps,
        updates: state.updates,
        parameters: course.parameters.map(({ name, shape }, at) => ({
          name,
          shape,
          offset: course.offsets[at],
        })),
      },
    },
  };
}

function logRows({ log }: Trainee): Cell[][] {
  return log.map((row, at) => {
    const next = log.slice(at + 1).find(({ epoch }) => epoch !== row.epoch);
    const isLast = next?.phase !== row.phase;
    return logColumns.map(({ name }) => name === "is_last" ? isLast : row[name] ?? null);
  });
}

function checkpointsOf(trainee: Trainee): Table {
  const { checkpoints } = trainee;
  const own = checkpointColumns.filter(({ type }) => type !== "artifact");
  if (checkpoints.length === 0) return { columns: checkpointColumns, rows: [] };
  const made = tableWithArtifacts(
    checkpoints.map((checkpoint) => ({
      ...Object.fromEntries(
        own.map(({ name }) => [name, checkpoint.record[name] ?? null as Cell]),
      ),
      weights: artifactCell(network, checkpoint.network),
    })),
    { epoch: { key: true } },
  );
  return { ...made, columns: checkpointColumns };
}

const share = "share of right responses";

const place: readonly Column[] = [
  { name: "epoch", type: "number", key: true, description: "over all phases, from 1 on" },
  { name: "phase", type: "number", description: "place in the curriculum, from 1 on" },
  { name: "phase_epoch", type: "number", description: "epoch of the phase, from 1 on" },
];

const updates: Column = { name: "updates", type: "number", description: "updates so far" };

const checkpointColumns: readonly Column[] = [
  ...place,
  updates,
  { name: "loss", type: "number", description: "mean over the updates of the epoch" },
  {
    name: "accuracy",
    type: "number",
    description: `${share} on trials that can be decided, least of the rules of the phase`,
  },
  {
    name: "accuracy_all",
    type: "number",
    description: `${share} on all trials, least of the rules of the phase`,
  },
  {
    name: "accuracy_per_step",
    type: "number",
    description: "share of right steps of the decision, least of the rules of the phase",
  },
  { name: "weights", type: "artifact", kind: network.kind },
];

const logColumns: readonly Column[] = [
  ...place,
  { name: "is_last", type: "boolean", description: "whether the phase ended with this epoch" },
  { name: "rule", type: "string", key: true },
  updates,
  {
    name: "loss",
    type: "number",
    description: "mean over the epoch's updates of the rule, without penalties",
  },
  { name: "penalty", type: "number", description: "likewise, what penalties add" },
  {
    name: "gradient_norm",
    type: "number",
    description: "likewise, norm of the trained gradients before clipping",
  },
  { name: "accuracy", type: "number", description: `${share} on trials that can be decided` },
  { name: "accuracy_all", type: "number", description: `${share} on all trials` },
  {
    name: "accuracy_per_step",
    type: "number",
    description: "share of right steps of the decision (as published)",
  },
  {
    name: "accuracy_per_step_decidable",
    type: "number",
    description: "likewise, on trials that can be decided",
  },
  { name: "chance", type: "number", description: `${share} of who guesses` },
  {
    name: "ideal",
    type: "number",
    description: `${share} of an ideal observer on trials that can be decided`,
  },
  { name: "ideal_all", type: "number", description: `${share} of an ideal observer on all trials` },
];
