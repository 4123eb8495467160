// Trains a recurrent network over a curriculum: phases of rules, each with its stop rule, from random weights or from a
// network that is given. Many networks are trained as one; none notices. Goes on from saved states where there are any:
// raised epochs, an appended phase or a changed stop rule compute the difference only.
// Sources: Guilhot et al. 2024, arXiv 2410.24070 (curricula); Werbos 1990 (backpropagation through time).

import { arraysOf } from "#lib/core/artifacts/arrays.ts";
import { network } from "#lib/core/artifacts/network.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { defineTask, type FusedMember, optional, type TaskContext } from "#lib/core/task.ts";
import { phasesOf } from "#lib/training/curriculum.ts";
import { dependsOnTotal } from "#lib/training/schedule.ts";
import { trainIssues } from "./_train_check.ts";
import { courseOf } from "./_train_course.ts";
import { Trainee } from "./_train_member.ts";
import { type TrainParams, trainParams } from "./_train_params.ts";
import { resultsOf } from "./_train_results.ts";
import { sweepKey, trainTogether } from "./_train_sweep.ts";

const inputs = { init: optional(network) };
const outputs = {
  weights: network,
  checkpoints: table,
  log: table,
  moments: arraysOf("arrays"),
};

const small = {
  units: 4,
  batch_size: 4,
  updates_per_epoch: 2,
  evaluation: { num_trials: 6 },
  trial: {
    timing: {
      train: { fixation: 100, stimulus: 200, delay: 100, decision: 100 },
      test: { fixation: 100, stimulus: 200, delay: 100, decision: 100 },
    },
  },
};

export default defineTask({
  name: "train_rnn",
  summary: "Trains a recurrent network over a curriculum of neurotasks.",
  version: 1,
  numerics: "engine",
  params: trainParams,
  members: {
    model: { room: "networks", params: "model_settings" },
    rules: { room: "neurotasks", params: "trial" },
  },
  inputs,
  outputs,
  check: trainIssues,
  continues: ({ phases, epochs, stop, order, checkpoint_every: _every, ...rest }) => ({
    ...rest,
    ...(dependsOnTotal(rest.schedule) && {
      epochs: phasesOf({ phases, epochs, stop, order })
        .map((phase) => [phase.epochs, phase.optimiser]),
    }),
  }),
  examples: [
    { params: { ...small, phases: [{ rules: ["pdm_pro"], epochs: 2 }] } },
    {
      params: {
        ...small,
        phases: [
          { rules: ["pdm_anti", "pdm_delay"], epochs: 1, order: "interleaved" },
          { rules: ["pdm_pro"], epochs: 2, stop: { accuracy: 0.9 }, trainable: ["W_in"] },
        ],
        penalties: { l2_norm: 1e-4 },
        optimiser: { kind: "sgd", momentum: 0.9 },
      },
    },
  ],
  async run(context, params, inputs) {
    let made: ReturnType<typeof resultsOf> | undefined;
    let failure: { readonly error: unknown } | undefined;
    await trainMany(context, [{
      params,
      inputs,
      finish: (results) => void (made = results),
      fail: (error) => void (failure = { error }),
      progress: context.progress,
      states: context.states,
    }]);
    if (failure !== undefined) throw failure.error;
    return made!;
  },
  // Whatever else differs, networks of one model and size are computed side by side; what cannot be is sorted out there.
  fuse: {
    by: ["model", "model_settings", "units", "dt_ms", "rules", "trial", "batch_size", "sequence"],
    anySizes: true,
    // Checkpoints of all of them lie in memory.
    most: 64,
  },
  runMany: trainMany,
});

type Member = FusedMember<TrainParams, typeof inputs, typeof outputs>;

async function trainMany(context: TaskContext, members: readonly Member[]): Promise<void> {
  const together = new Map<string, Trainee[]>();
  const memberOf = new Map<Trainee, Member>();
  const finish = (trainee: Trainee) => {
    const { states, finish } = memberOf.get(trainee)!;
    states?.told({ unit: "epochs", found: trainee.found, computed: trainee.computed });
    finish(resultsOf(trainee));
  };
  for (const member of members) {
    try {
      const course = courseOf(member.params, context.members);
      const trainee = new Trainee(course, member.inputs.init, member.states, member.progress);
      memberOf.set(trainee, member);
      await trainee.resume();
      if (trainee.phase === undefined) {
        finish(trainee);
        continue;
      }
      const key = sweepKey(course);
      together.set(key, [...together.get(key) ?? [], trainee]);
    } catch (error) {
      member.fail(error);
    }
  }
  for (const trainees of together.values()) {
    await trainTogether(context.engine, trainees, {
      finish,
      fail: (trainee, error) => memberOf.get(trainee)!.fail(error),
      signal: context.signal,
    });
  }
}
