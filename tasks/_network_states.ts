// Networks on sets of trials: which may run side by side, and what must fit. Shared by the tasks that look at trained
// networks (represent, evaluate). Leaves out the engine's part (gpu/rnn/forward.ts).

import type { Network } from "#lib/core/artifacts/network.ts";
import type { Trials } from "#lib/core/artifacts/trials.ts";
import { canonicalJson } from "#lib/core/canonical.ts";
import { isDeviceLost, isEngineFailure } from "#lib/core/engine.ts";
import type { NetworkModel } from "#lib/core/network_model.ts";
import type { TaskContext } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { forwardStates, type StateBlock } from "#gpu/rnn/forward.ts";
import { networks as models } from "#lib/models/networks/mod.ts";

/** One network on one set of trials. */
export interface NetworkJob {
  readonly network: Network;
  readonly trials: Trials;
  /** Steps that are run, from the first on. */
  readonly numSteps: number;
  /** Called before the states come, once per attempt: what takes them. */
  start(): (block: StateBlock) => void;
  /** All states came. */
  done(): void;
  fail(error: unknown): void;
}

/**
 * Runs jobs, those with one model, size and set of trials side by side. Each is done as soon as its last states came, so
 * that the results of few are held at once. What is a job's own failure is told to it; what is the engine's is thrown.
 */
export async function runNetworks(
  context: TaskContext,
  jobs: readonly NetworkJob[],
): Promise<void> {
  const settled = new Set<NetworkJob>();
  for (const group of groupsOf(jobs)) {
    try {
      await runAlike(context, group, settled);
    } catch (error) {
      if (isEngineFailure(error) || context.signal.aborted) throw error;
      // Some job's own: it shows which when they run one by one.
      for (const job of group.filter((one) => !settled.has(one))) {
        await runAlike(context, [job], settled).catch((own) => {
          if (isEngineFailure(own) || context.signal.aborted) throw own;
          job.fail(own);
        });
      }
    }
  }
}

/** Runs jobs that may run side by side; once more on a new device, if the one there was went away. */
async function runAlike(
  context: TaskContext,
  jobs: readonly NetworkJob[],
  settled: Set<NetworkJob>,
): Promise<void> {
  try {
    await attempt(context, jobs, settled);
  } catch (error) {
    if (!isDeviceLost(error) || !await context.engine.renew()) throw error;
    await attempt(context, jobs, settled);
  }
}

async function attempt(
  { engine, signal }: TaskContext,
  jobs: readonly NetworkJob[],
  settled: Set<NetworkJob>,
): Promise<void> {
  const open = jobs.filter((job) => !settled.has(job));
  if (open.length === 0) return;
  const [{ network, trials, numSteps }] = open;
  const [numTrials, stride] = trials.inputs.shape;
  const model = await modelOf(network);
  const receivers = open.map((job) => job.start());
  await forwardStates(
    engine,
    model,
    open.map((job) => job.network),
    { data: trials.inputs.data as Float32Array, numTrials, numSteps, stride },
    (block) => {
      const job = open[block.network];
      receivers[block.network](block);
      if (block.firstTrial + block.numTrials < numTrials) return;
      settled.add(job);
      try {
        job.done();
      } catch (error) {
        job.fail(error);
      }
    },
    { signal },
  );
}

/**
 * The definition of a network's model.
 *
 * @throws {RangeError} if there is none of that name.
 */
// deno-lint-ignore no-explicit-any
export async function modelOf({ model }: Network): Promise<NetworkModel<any>> {
  if (!Object.hasOwn(models, model)) {
    throw new RangeError(
      `the network is of the model '${model}', which is none of ${Object.keys(models).join(", ")}`,
    );
  }
  return (await models[model as keyof typeof models]()).default as never;
}

/** @throws {RangeError} if a network cannot be given these trials: other time step, other channels. */
export function requireFit(task: string, { sizes, dtMs, about }: Network, trials: Trials): void {
  const { inputs } = trials;
  const what = `${task} got trials (${describeShape(inputs.dims, inputs.shape)})`;
  const dt = trials.about.dt_ms;
  if (dt !== dtMs) {
    throw new RangeError(
      `${what} with steps of ${dt} ms for a network trained with steps of ${dtMs} ms; give both one dt_ms`,
    );
  }
  if (inputs.shape[2] !== sizes.inputs) {
    throw new RangeError(
      `${what} for a network of ${sizes.inputs} inputs; give both the same rules (the rule input is part of the channels)`,
    );
  }
  const [own, theirs] = [about.channels, inputs.coords?.channel];
  if (Array.isArray(own) && theirs !== undefined && own.join() !== theirs.join()) {
    throw new RangeError(
      `${what} with the channels ${theirs.join(", ")} for a network of the channels ${
        own.join(", ")
      }; ` +
        "give both the same rules in the same order",
    );
  }
}

/** Steps of each trial: those beyond are padding. */
export function lengthsOf({ conditions, inputs }: Trials): Int32Array {
  const at = conditions.columns.findIndex(({ name }) => name === "num_steps");
  const [numTrials, longest] = inputs.shape;
  return Int32Array.from(
    { length: numTrials },
    (_, trial) => at < 0 ? longest : conditions.rows[trial][at] as number,
  );
}

/** The largest of some steps, however many trials there are. */
export function largest(steps: Int32Array): number {
  return steps.reduce((most, one) => Math.max(most, one), 0);
}

/** Jobs that may run side by side, in order of their first. */
function groupsOf(jobs: readonly NetworkJob[]): NetworkJob[][] {
  const sets: Trials[] = [];
  const groups = new Map<string, NetworkJob[]>();
  for (const job of jobs) {
    const { model, settings, sizes, dtMs } = job.network;
    let set = sets.findIndex((one) => haveEqualInputs(one, job.trials));
    if (set < 0) set = sets.push(job.trials) - 1;
    const key = canonicalJson(
      { model, settings, sizes: { ...sizes }, dtMs, numSteps: job.numSteps, set } as never,
    );
    groups.set(key, [...groups.get(key) ?? [], job]);
  }
  return [...groups.values()];
}

function haveEqualInputs({ inputs: a }: Trials, { inputs: b }: Trials): boolean {
  if (a === b) return true;
  if (a.shape.join() !== b.shape.join()) return false;
  for (let i = 0; i < a.data.length; i++) {
    if (a.data[i] !== b.data[i]) return false;
  }
  return true;
}

/** A small untrained network for the examples of tasks, which takes {@link exampleTrials}. */
export function exampleNetwork(units = 5, phase = 1): Network {
  const wave = (count: number, size: number) =>
    Float32Array.from({ length: count }, (_, i) => size * Math.sin(phase + 2.3 * i + 0.1 * i * i));
  return {
    model: "leaky_rnn",
    settings: {
      activation: "tanh",
      recurrent_noise: 0,
      input_noise: 0,
      bias_out: false,
      form: "leak_outside",
      tau_ms: 100,
      leak: "exponential",
      unit_taus: false,
    },
    sizes: { inputs: 3, units, outputs: 3 },
    dtMs: 100,
    parameters: {
      W_in: tensor(["unit", "input"], [units, 3], wave(3 * units, 0.8)),
      W_rec: tensor(["unit", "source"], [units, units], wave(units * units, 0.4)),
      b_rec: tensor(["unit"], [units], wave(units, 0.1)),
      W_out: tensor(["output", "unit"], [3, units], wave(3 * units, 0.7)),
    },
    about: {},
  };
}

/** Trials of two choices for examples: fixation, stimulus, a delay of unequal length, and decision. */
export function exampleTrials(numTrials = 4): Trials {
  const periods = ["fixation", "stimulus", "delay", "decision"];
  const ends = Array.from(
    { length: numTrials },
    (_, trial) => [2, 7, 8 + trial % 2, 10 + trial % 2],
  );
  const longest = Math.max(...ends.map((edges) => edges[3]));
  const inputs = new Float32Array(numTrials * longest * 3);
  const [targets, mask, scored] = [0, 0, 0].map(() => new Float32Array(numTrials * longest));
  const bounds = new Int32Array(numTrials * 8);
  ends.forEach((edges, trial) => {
    edges.forEach((end, period) =>
      bounds.set([period === 0 ? 0 : edges[period - 1], end], 8 * trial + 2 * period)
    );
    for (let t = 0; t < edges[3]; t++) {
      const at = trial * longest + t;
      const isDecision = t >= edges[2];
      inputs[3 * at] = isDecision ? 0 : 1;
      if (t >= edges[0] && t < edges[1]) inputs.set([0.5, 0.5], 3 * at + 1);
      if (t >= edges[0] && t < edges[1]) inputs[3 * at + 1 + trial % 2] += trial > 1 ? 0.3 : 0;
      mask[at] = isDecision ? 2 + t - edges[2] : 1;
      scored[at] = isDecision ? 1 : 0;
      targets[at] = isDecision ? 1 + trial % 2 : 0;
    }
  });
  const shape = [numTrials, longest];
  return {
    inputs: tensor(["trial", "time", "channel"], [...shape, 3], inputs, {
      coords: { channel: ["fixation", "stimulus_1", "stimulus_2"] },
    }),
    targets: tensor(["trial", "time"], shape, targets),
    mask: tensor(["trial", "time"], shape, mask),
    scored: tensor(["trial", "time"], shape, scored),
    bounds: tensor(["trial", "period", "edge"], [numTrials, 4, 2], bounds, {
      coords: { period: periods, edge: ["start", "end"] },
    }),
    conditions: {
      columns: [
        { name: "trial", type: "number", key: true },
        { name: "choice", type: "number" },
        { name: "coherence_percent", type: "number", unit: "%" },
        { name: "decidable", type: "boolean" },
        { name: "num_steps", type: "number" },
      ],
      rows: ends.map((edges, trial) => [trial, trial % 2, trial > 1 ? 30 : 0, trial > 1, edges[3]]),
    },
    about: {
      rule: "pdm_delay",
      dt_ms: 100,
      target: "class",
      outputs: ["fixate", "choice_1", "choice_2"],
      chance: 0.5,
    },
  };
}
