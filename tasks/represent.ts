// What a network's units do while it is given trials: states over trials × time × units, in a window of each trial. The
// same trials serve every network that is compared, so that row k of one belongs to row k of another. Noise of the
// network itself is off. As-published settings shift the window, draw other trials for each network, or exchange the
// axes, each by its own switch. Source of these: RepAL (Guilhot, Wójcik, Achterberg & Costa 2024, arXiv 2410.24070).

import { z } from "zod";
import { network } from "#lib/core/artifacts/network.ts";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { type Trials, trials } from "#lib/core/artifacts/trials.ts";
import { randomStream } from "#lib/core/random.ts";
import { defineTask, type FusedMember, one, type TaskContext } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import {
  exampleNetwork,
  exampleTrials,
  largest,
  type NetworkJob,
  requireFit,
  runNetworks,
} from "./_network_states.ts";
import { type Steps, windowOf, windowParam } from "./_trial_window.ts";

const params = z.strictObject({
  window: windowParam.default({ periods: ["stimulus"] }).describe(
    "{periods: [stimulus]}: neighbouring periods by name; {from_ms, to_ms}: a span of each trial; whole: all of it; " +
      "as_published: the stimulus with both boundaries half a second too early (fixation and 7/8 of the stimulus)",
  ),
  subset: z.strictObject({
    num_trials: z.int().min(1).describe("how many, without replacement"),
    seed: z.union([z.int(), z.string()]).default(0),
  }).optional().describe(
    "some trials, drawn by chance: with a seed of its own for each network, as published, row k of two networks belongs " +
      "to different trials; default: all, in order",
  ),
  axes: z.enum(["named", "as_published"]).default("named").describe(
    "as_published: trial and time exchanged, as the published dynamics were fitted; for showing what that does",
  ),
});

type Params = z.output<typeof params>;
const inputs = { model: one(network), trials: one(trials) };
const outputs = { trajectories };
type Member = FusedMember<Params, typeof inputs, typeof outputs>;

export default defineTask({
  name: "represent",
  summary: "Runs a network on trials and keeps its states in a window of each.",
  version: 1,
  numerics: "engine",
  params,
  inputs,
  outputs,
  examples: [
    { params: {}, inputs: () => ({ model: exampleNetwork(), trials: exampleTrials() }) },
    { params: {}, inputs: () => ({ model: exampleNetwork(5, 2), trials: exampleTrials() }) },
    {
      params: { window: "whole", subset: { num_trials: 3, seed: 1 } },
      inputs: () => ({ model: exampleNetwork(), trials: exampleTrials() }),
    },
    {
      params: { window: { from_ms: 100, to_ms: 500 }, axes: "as_published" },
      inputs: () => ({ model: exampleNetwork(), trials: exampleTrials() }),
    },
  ],
  async run(context, params, inputs) {
    let made: { readonly trajectories: Trajectories } | undefined;
    let failure: { readonly error: unknown } | undefined;
    await represent(context, [{
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
  runMany: represent,
});

async function represent(context: TaskContext, members: readonly Member[]): Promise<void> {
  const jobs: NetworkJob[] = [];
  for (const member of members) {
    try {
      jobs.push(jobOf(member));
    } catch (error) {
      member.fail(error);
    }
  }
  await runNetworks(context, jobs);
}

function jobOf(member: Member): NetworkJob {
  const { params, inputs } = member;
  const shown = chosen(inputs.trials, params.subset);
  requireFit("represent", inputs.model, shown);
  const steps = windowOf(shown, params.window);
  const [numTrials] = shown.inputs.shape;
  const lengths = steps.end.map((end, trial) => end - steps.start[trial]);
  const longest = largest(lengths);
  const numSteps = largest(steps.end);
  let states = new Float32Array(0) as Float32Array | Float64Array;
  let numStates = 0;
  return {
    network: inputs.model,
    trials: shown,
    numSteps,
    start: () => (block) => {
      numStates = block.numStates;
      const size = numTrials * longest * numStates;
      if (block.firstTrial === 0) {
        states = block.states instanceof Float64Array
          ? new Float64Array(size).fill(NaN)
          : new Float32Array(size).fill(NaN);
      }
      const length = (numSteps + 1) * numStates;
      for (let row = 0; row < block.numTrials; row++) {
        const trial = block.firstTrial + row;
        // The state before step 0 is in front.
        const from = row * length + (steps.start[trial] + 1) * numStates;
        const kept = block.states.subarray(from, from + lengths[trial] * numStates);
        states.set(kept, trial * longest * numStates);
      }
    },
    done() {
      member.progress(1, `${numTrials} trials`);
      const value: Trajectories = {
        states: tensor(["trial", "time", "unit"], [numTrials, longest, numStates], states, {
          coords: { trial: trialNames(shown) },
        }),
        ...(lengths.every((length) => length === longest) ? {} : { lengths: [...lengths] }),
        dt: inputs.model.dtMs,
        timeUnit: "ms",
      };
      states = new Float32Array(0);
      requireFinite(value, steps);
      member.finish({ trajectories: params.axes === "named" ? value : exchanged(value) });
    },
    fail: (error) => member.fail(error),
  };
}

/** What trials are called in their set, so that it can be seen which row is which. */
function trialNames({ conditions, inputs }: Trials): readonly (string | number)[] {
  const at = conditions.columns.findIndex(({ name }) => name === "trial");
  return Array.from(
    { length: inputs.shape[0] },
    (_, trial) => at < 0 ? trial : conditions.rows[trial][at] as number,
  );
}

/** Trials drawn by chance, in the order of the draw. */
function chosen(all: Trials, subset: Params["subset"]): Trials {
  if (subset === undefined) return all;
  const [count] = all.inputs.shape;
  const { num_trials, seed } = subset;
  if (num_trials > count) {
    throw new RangeError(
      `represent is to take ${num_trials} of ${count} trials; take at most ${count}`,
    );
  }
  const order = [...randomStream(seed, "represent/trials").permutation(count)].slice(0, num_trials);
  const take = (of: Trials["inputs"]) => {
    const width = of.data.length / count;
    const data = of.data.slice(0, num_trials * width);
    order.forEach((trial, at) =>
      data.set(of.data.subarray(trial * width, (trial + 1) * width), at * width)
    );
    return { ...of, shape: [num_trials, ...of.shape.slice(1)], data } as Trials["inputs"];
  };
  return {
    inputs: take(all.inputs),
    targets: take(all.targets),
    mask: take(all.mask),
    scored: take(all.scored),
    bounds: take(all.bounds),
    conditions: { ...all.conditions, rows: order.map((trial) => all.conditions.rows[trial]) },
    about: all.about,
  };
}

function requireFinite({ states, lengths }: Trajectories, { start }: Steps): void {
  const [numTrials, numTime, numUnits] = states.shape;
  for (let trial = 0; trial < numTrials; trial++) {
    const from = trial * numTime * numUnits;
    const end = from + (lengths?.[trial] ?? numTime) * numUnits;
    for (let at = from; at < end; at++) {
      if (Number.isFinite(states.data[at])) continue;
      throw new RangeError(
        `represent: unit ${at % numUnits} is ${states.data[at]} at step ${
          start[trial] + Math.floor((at - from) / numUnits)
        } of trial ${trial}; the network's weights diverged, or grow without bound`,
      );
    }
  }
}

/** The defect: what is called trial is time, and what is called time is trial. */
function exchanged({ states, lengths, ...rest }: Trajectories): Trajectories {
  if (lengths !== undefined) {
    throw new RangeError(
      "represent: axes: as_published wants trials of one length; take a window that is equally long in all",
    );
  }
  const [numTrials, numTime, numUnits] = states.shape;
  const data = states.data.slice() as Float32Array;
  for (let trial = 0; trial < numTrials; trial++) {
    for (let time = 0; time < numTime; time++) {
      const from = (trial * numTime + time) * numUnits;
      data.set(
        states.data.subarray(from, from + numUnits) as Float32Array,
        (time * numTrials + trial) * numUnits,
      );
    }
  }
  return {
    ...rest,
    states: tensor(["trial", "time", "unit"], [numTime, numTrials, numUnits], data),
  };
}
