// Trains networks of one kind and size in lockstep: an epoch of each at a time, then a look at all of them. Those that are
// done leave, others take their place. After the loss of a device the epoch is done again from the states that are here.
// Leaves out what an epoch does to a network's bookkeeping (_train_member.ts) and the order of kernels (gpu/rnn/sweep.ts).

import { joined } from "#gpu/rnn/joined.ts";
import { networkProgram } from "#gpu/rnn/programs.ts";
import { Sweep, type SweepModel, type SweepPlan, type UpdateOutcome } from "#gpu/rnn/sweep.ts";
import { modelsAtOnce } from "#gpu/rnn/sweep_size.ts";
import { type Engine, isDeviceLost } from "#lib/core/engine.ts";
import { epochsTogether, ruleOfUpdate, updatesPerEpoch } from "#lib/training/curriculum.ts";
import { numMoments, writeUpdateRow } from "#lib/training/optimiser.ts";
import { rateFactor } from "#lib/training/schedule.ts";
import type { Numbers } from "#lib/training/state.ts";
import type { Accuracies } from "#lib/training/stop_rule.ts";
import { updateRowLength } from "#lib/training/update_row.ts";
import {
  type Batches,
  batchesOf,
  evaluationSource,
  penalisesActivity,
  recurrentNoise,
  targetWidthOf,
  trainingSource,
} from "./_train_batches.ts";
import { type Course, ruleOf, trainableOf, updatesAtMost } from "./_train_course.ts";
import { accuraciesAfter, EvaluationSets } from "./_train_evaluation.ts";
import { Diverged, type RuleReport, type Trainee } from "./_train_member.ts";

/** Who is told how a network's training ended. */
export interface TrainedBy {
  finish(trainee: Trainee): void;
  fail(trainee: Trainee, error: unknown): void;
  readonly signal: AbortSignal;
}

/** What must be equal for two networks to be trained in one sweep. */
export function sweepKey({ model, params }: Course): string {
  const { model_settings, units, dt_ms, batch_size, updates_per_epoch, trial, sequence } = params;
  const { loss, penalties, optimiser, rules } = params;
  return JSON.stringify([
    model.name,
    model_settings,
    [units, dt_ms, batch_size, updates_per_epoch],
    rules,
    trial,
    sequence,
    loss.kind,
    penalties.activity_l1,
    penalties.activity_l2,
    numMoments(optimiser),
  ]);
}

/**
 * Trains networks of equal `sweepKey` that are not done yet. One whose batches cannot be made fails alone.
 *
 * @throws what the engine throws; networks that were not told how they ended did not end.
 */
export async function trainTogether(
  engine: Engine,
  given: readonly Trainee[],
  by: TrainedBy,
): Promise<void> {
  const batches = new BatchRoom();
  const trainees = given.filter((trainee) => hasBatches(trainee, batches, by));
  if (trainees.length === 0) return;
  const plan = planOf(trainees);
  using program = networkProgram(plan.program);
  const work = program.workPerStep({ ...plan, models: 1, parameters: 0, slots: 1 }, plan.constants);
  const most = modelsAtOnce(engine, plan, work);
  const sets = new EvaluationSets(plan);
  // What no network of a sweep trains needs no gradients, so those that train the same go together.
  const trained = ({ course, phase }: Trainee) => trainableOf(course, phase!).map(Number).join("");
  const waiting = trainees.toSorted((a, b) =>
    trained(a) < trained(b) ? -1 : +(trained(a) > trained(b))
  );
  let active: Trainee[] = [];
  let kept: { readonly sweep: Sweep; readonly key: string } | undefined;
  try {
    for (;;) {
      active.push(...waiting.splice(0, most - active.length));
      if (active.length === 0) return;
      active = byLength(active);
      const key = active.map((one) => `${trainees.indexOf(one)}.${one.phaseIndex}`).join();
      try {
        if (kept?.key !== key) {
          kept?.sweep[Symbol.dispose]();
          kept = undefined;
          kept = { sweep: new Sweep(engine, plan, active.map(modelOf)), key };
        }
        const done = await epochOf(kept.sweep, active, batches, sets, by.signal);
        active = active.filter((trainee, at) => isGoingOn(trainee, done[at], by));
      } catch (error) {
        if (!isDeviceLost(error)) throw error;
        kept?.sweep[Symbol.dispose]();
        kept = undefined;
        if (!await engine.renew()) throw error;
      }
    }
  } finally {
    kept?.sweep[Symbol.dispose]();
  }
}

/** Whether there are batches of all rules that are left. */
function hasBatches(trainee: Trainee, batches: BatchRoom, by: TrainedBy): boolean {
  const { course, phaseIndex } = trainee;
  try {
    for (const { rules } of course.phases.slice(phaseIndex)) {
      for (const name of rules) batches.of(course, name);
    }
    return true;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    by.fail(trainee, error);
    return false;
  }
}

/** What came of an epoch for one network. */
interface EpochDone {
  readonly parameters: Numbers;
  readonly moments: Readonly<Record<string, Numbers>>;
  readonly reports: readonly RuleReport[];
}

/** One epoch of each network, those with more updates first. */
async function epochOf(
  sweep: Sweep,
  active: readonly Trainee[],
  batches: BatchRoom,
  sets: EvaluationSets,
  signal: AbortSignal,
): Promise<readonly EpochDone[]> {
  const lengths = active.map(lengthOf);
  const factors = active.map(factorOf);
  const outcomes: (readonly UpdateOutcome[])[] = [];
  for (let update = 0; update < lengths[0]; update++) {
    signal.throwIfAborted();
    const part = active.filter((_, at) => lengths[at] > update);
    const rows = new Float64Array(part.length * updateRowLength);
    const shared = new Map<string, number>();
    const writers: Batches["write"][] = [];
    const turns: number[] = [];
    const batchOf = part.map((trainee, at) => {
      const { course, phase } = trainee;
      const { params } = course;
      const start = trainee.startOfEpoch();
      writeUpdateRow(rows, at * updateRowLength, {
        optimiser: params.optimiser,
        penalties: params.penalties,
        update: start.steps + update + 1,
        rateFactor: factors[at],
      });
      const { place, turn } = ruleOfUpdate(phase!, params.updates_per_epoch, update);
      const name = phase!.rules[place];
      const own = batches.of(course, name);
      const nth = (start.updatesByRule[name] ?? 0) + turn;
      const key = `${own.identity}#${nth}`;
      const known = shared.get(key);
      if (known !== undefined) return known;
      shared.set(key, writers.length);
      turns.push(nth);
      return writers.push((_, out) => own.write(nth, out)) - 1;
    });
    sweep.update({
      batches: writers.map((write, at) => (out) => write(turns[at], out)),
      batchOf,
      rows,
      noise: (model, out) => {
        const { course: { params }, state: { updatesByRule } } = part[model];
        // Updates before this training among them: no noise comes again.
        const before = Object.values(updatesByRule).reduce((sum, updates) => sum + updates, 0);
        recurrentNoise(params.seed, before + update, params.batch_size, out);
      },
    });
    await sweep.pace();
    if (update % progressEvery === progressEvery - 1) {
      for (const { progress, course, state } of part) {
        progress((state.updates + update) / updatesAtMost(course));
      }
    }
  }
  outcomes.push(...await sweep.drain());
  const [models, accuracies] = [await sweep.read(), await accuraciesAfter(sweep, active, sets)];
  return active.map((trainee, at) => {
    const { optimiser } = trainee.course.params;
    const { parameters, moments } = models[at];
    return {
      parameters: parameters as Numbers,
      moments: momentsByName(optimiser.kind, moments as Numbers),
      reports: reportsOf(trainee, outcomes.map((all) => all[at]), accuracies[at]),
    };
  });
}

function reportsOf(
  { phase, course: { params } }: Trainee,
  outcomes: readonly (UpdateOutcome | undefined)[],
  accuracies: readonly Accuracies[],
): RuleReport[] {
  return phase!.rules.map((_, place) => {
    const own = outcomes.filter((outcome, update) =>
      outcome !== undefined &&
      ruleOfUpdate(phase!, params.updates_per_epoch, update).place === place
    ) as UpdateOutcome[];
    const mean = (of: keyof UpdateOutcome) =>
      own.reduce((sum, outcome) => sum + outcome[of], 0) / own.length;
    return {
      loss: mean("loss"),
      penalty: mean("penalty"),
      gradientNorm: mean("gradientNorm"),
      accuracies: accuracies[place],
    };
  });
}

/** Takes the epoch over; whether the network goes on. */
function isGoingOn(trainee: Trainee, done: EpochDone, by: TrainedBy): boolean {
  try {
    trainee.finishEpoch(done.parameters, done.moments, done.reports);
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
    by.fail(trainee, error);
    return false;
  }
  if (trainee.phase !== undefined) return true;
  by.finish(trainee);
  return false;
}

/** What all networks share; room for the longest of their sequences. */
function planOf(trainees: readonly Trainee[]): SweepPlan {
  const [{ course }] = trainees;
  const { model, params, sizes, parameters, offsets, target } = course;
  let steps = 1;
  const seen = new Set<string>();
  for (const { course: own } of trainees) {
    for (const name of own.phases.flatMap(({ rules }) => rules)) {
      const key = `${name} ${own.params.data.leaky_split} ${own.params.evaluation.mode}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const rule = ruleOf(own, name);
      const sources = [trainingSource(own, rule), evaluationSource(own, rule)];
      steps = Math.max(steps, ...sources.map(({ maxSteps }) => maxSteps));
    }
  }
  const constants: Record<string, number> = {
    ...model.constants(params.model_settings, { dtMs: params.dt_ms }),
  };
  parameters.forEach(({ name }, at) => constants[`at_${name}`] = offsets[at]);
  const { activity_l1: l1, activity_l2: l2 } = params.penalties;
  const kind = params.loss.kind ?? (target === "class" ? "cross_entropy" : "mse");
  const heads = headsOf(course);
  return {
    program: model.program,
    constants,
    rows: params.batch_size,
    steps,
    ...sizes,
    targetWidth: targetWidthOf(course),
    tensors: parameters.map((_, at) => offsets[at + 1] - offsets[at]),
    numMoments: numMoments(params.optimiser),
    loss: {
      kind: kind === "mse" ? "squared_error" : kind,
      groups: heads,
      ...(penalisesActivity(course) && { activity: { l1, l2 } }),
    },
  };
}

function headsOf({ rules: [{ neurotask, params }] }: Course): number {
  return neurotask.heads?.(params).length ?? 1;
}

function modelOf(trainee: Trainee): SweepModel {
  const { course, phase } = trainee;
  const { parameters, moments } = trainee.startOfEpoch();
  const names = momentNames[course.params.optimiser.kind];
  const isFresh = names.some((name) => moments[name] === undefined);
  return {
    parameters,
    moments: isFresh ? undefined : joined(names.map((name) => moments[name])),
    trainable: trainableOf(course, phase!),
    constraints: course.constraints,
  };
}

function lengthOf({ phase, course: { params } }: Trainee): number {
  return updatesPerEpoch(phase!, params.updates_per_epoch);
}

function factorOf(trainee: Trainee): number {
  const { phases, params: { schedule } } = trainee.course;
  const total = epochsTogether(phases, trainee.phaseIndex);
  return rateFactor(schedule, trainee.epochsOfOptimiser, total);
}

/** Longest epochs first, so that those with updates left are the first ones; then those that share batches together. */
function byLength(trainees: readonly Trainee[]): Trainee[] {
  return trainees.map((trainee, at) => ({ trainee, at })).sort((a, b) =>
    lengthOf(b.trainee) - lengthOf(a.trainee) || a.at - b.at
  ).map(({ trainee }) => trainee);
}

/** Names of an optimiser's moments, in the order in which they lie behind one another. */
const momentNames = {
  adam: ["first", "second"],
  amsgrad: ["first", "second", "largest_second"],
  sgd: ["velocity"],
} as const;

function momentsByName(kind: keyof typeof momentNames, all: Numbers): Record<string, Numbers> {
  const names = momentNames[kind];
  const length = all.length / names.length;
  return Object.fromEntries(
    names.map((name, at) => [name, all.slice(at * length, (at + 1) * length)]),
  );
}

/** Batches by rule and by what they depend on. */
class BatchRoom {
  readonly #known = new Map<Course, Map<string, Batches>>();

  of(course: Course, name: string): Batches {
    let own = this.#known.get(course);
    if (own === undefined) this.#known.set(course, own = new Map());
    let batches = own.get(name);
    if (batches === undefined) own.set(name, batches = batchesOf(course, ruleOf(course, name)));
    return batches;
  }
}

/** Updates between two looks at the clock of those who watch. */
const progressEvery = 20;
