// Problems of rnn_reference.ts on an engine, by the programs of gpu/rnn: several models at once, each with its own
// parameters, batch and number of steps. Leaves out what training does around updates.

import { openOptimiser } from "#gpu/rnn/optimise.ts";
import type { ProgramConstants, SweepShape } from "#gpu/rnn/program.ts";
import { networkProgram } from "#gpu/rnn/programs.ts";
import { type ReadoutLoss, readoutProgram, weightPlanes } from "#gpu/rnn/readout.ts";
import type { Engine, EngineArray, EngineBuffer } from "#lib/core/engine.ts";
import { activationCode } from "#lib/math/networks/activation.ts";
import { numMoments, type Optimiser, writeUpdateRow } from "#lib/training/optimiser.ts";
import { UpdatePart, updateRowLength } from "#lib/training/update_row.ts";
import type { ReferenceProblem } from "./rnn_reference.ts";

/** What an engine makes of one problem. */
export interface EngineSolution {
  /** row × step × unit, after each step. */
  readonly states: Float64Array;
  /** row × step × output. */
  readonly logits: Float64Array;
  /** The data term, and the penalty on activity. */
  readonly loss: number;
  readonly activity: number;
  readonly right: number;
  readonly answers: number;
  /** Of both, without penalties on parameters. */
  readonly gradients: Readonly<Record<string, Float64Array>>;
  readonly initialGradient: Float64Array;
  /** Size of the largest state and output beyond the model's own steps, where nothing was written. */
  readonly beyond: number;
}

/** What an optimiser made of one problem. */
export interface EngineTraining {
  /** After each update. */
  readonly parameters: readonly Readonly<Record<string, Float64Array>>[];
  /** Before each update: data term, penalty, norm of the trained gradients. */
  readonly losses: readonly number[];
  readonly penalties: readonly number[];
  readonly norms: readonly number[];
}

/** States, logits, losses and gradients of problems that differ in parameters, batches and steps alone. */
export async function solveOnEngine(
  engine: Engine,
  problems: readonly ReferenceProblem[],
): Promise<readonly EngineSolution[]> {
  using sweep = openSweep(engine, problems, 1);
  sweep.forward();
  sweep.losses(0);
  const logits = engine.download(sweep.buffers.outputs);
  sweep.gradients(0);
  sweep.backward();
  const [outputs, states, records, gradients, initial] = await Promise.all([
    logits,
    ...[
      sweep.buffers.states,
      sweep.buffers.records,
      sweep.buffers.gradients,
      sweep.buffers.initialGradients,
    ].map((buffer) => engine.download(buffer)),
  ]);
  const { rows, units, outputs: numOutputs, parameters } = sweep.shape;
  const room = sweep.shape.steps;
  return problems.map(({ steps }, model) => ({
    states: cut(states, model * rows * (room + 1) * units, rows, (room + 1) * units, [
      units,
      (steps + 1) * units,
    ]),
    logits: cut(outputs, model * rows * room * numOutputs, rows, room * numOutputs, [
      0,
      steps * numOutputs,
    ]),
    loss: sumRecords(records, model, rows),
    activity: sumRecords(records, model, rows, 1),
    right: sumRecords(records, model, rows, 2),
    answers: sumRecords(records, model, rows, 3),
    gradients: sweep.named(gradients, model * parameters),
    initialGradient: cut(initial, model * rows * units, rows, units, [0, units]),
    beyond: Math.max(
      0,
      ...cut(states, model * rows * (room + 1) * units, rows, (room + 1) * units, [
        (steps + 1) * units,
        (room + 1) * units,
      ]).map(Math.abs),
      ...cut(outputs, model * rows * room * numOutputs, rows, room * numOutputs, [
        steps * numOutputs,
        room * numOutputs,
      ]).map(Math.abs),
    ),
  }));
}

/** Some updates of each problem on the same batch; `trained` names the tensors that move. */
export async function trainOnEngine(
  engine: Engine,
  problems: readonly ReferenceProblem[],
  { optimiser, updates, trained, constraints }: {
    readonly optimiser: Optimiser;
    readonly updates: number;
    readonly trained?: readonly string[];
    /** Codes of `Constraint` for each parameter of a model. */
    readonly constraints?: Float32Array;
  },
): Promise<readonly EngineTraining[]> {
  using sweep = openSweep(engine, problems, updates);
  const { models, rows, parameters: perModel } = sweep.shape;
  const names = Object.keys(problems[0].parameters);
  using rule = openOptimiser(engine, {
    models,
    tensors: names.map((name) => problems[0].parameters[name].length),
    numMoments: numMoments(optimiser),
    updates,
    trainable: Uint32Array.from(
      Array.from(
        { length: models },
        () => names.map((name) => (trained === undefined || trained.includes(name) ? 1 : 0)),
      ).flat(),
    ),
    ...(constraints && { constraints }),
  });
  const plan = new Float64Array(updates * models * updateRowLength);
  for (let i = 0; i < updates * models; i++) {
    const { penalties } = problems[i % models];
    writeUpdateRow(plan, i * updateRowLength, {
      optimiser,
      update: Math.floor(i / models) + 1,
      penalties: { l1: 0, l2_norm: 0, l2_squared: 0, activity_l1: 0, activity_l2: 0, ...penalties },
    });
  }
  rule.plan(plan);
  const after: Promise<EngineArray>[] = [];
  for (let update = 0; update < updates; update++) {
    sweep.forward();
    sweep.gradients(update);
    sweep.backward();
    rule.update(sweep.buffers, update);
    after.push(engine.download(sweep.buffers.parameters));
  }
  const [records, told, ...seen] = await Promise.all([
    engine.download(sweep.buffers.records),
    engine.download(rule.rows),
    ...after,
  ]);
  const each = <T>(f: (update: number) => T) => Array.from({ length: updates }, (_, i) => f(i));
  return problems.map((_, model) => ({
    parameters: each((update) => sweep.named(seen[update], model * perModel)),
    losses: each((update) => sumRecords(records, update * models + model, rows)),
    penalties: each((u) => told[(u * models + model) * updateRowLength + UpdatePart.penalty]),
    norms: each((u) => told[(u * models + model) * updateRowLength + UpdatePart.gradientNorm]),
  }));
}

/** Buffers of a sweep and its passes. */
export function openSweep(engine: Engine, problems: readonly ReferenceProblem[], ring: number) {
  const [first] = problems;
  if (problems.some((one) => JSON.stringify(one.cell) !== JSON.stringify(first.cell))) {
    throw new Error("models that run together have one cell");
  }
  const names = Object.keys(first.parameters);
  const sizes = names.map((name) => first.parameters[name].length);
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, n) => sum + n, 0));
  const { inputs, units, outputs, rows } = first;
  const shape: SweepShape = {
    models: problems.length,
    rows,
    steps: Math.max(...problems.map(({ steps }) => steps)),
    inputs,
    units,
    outputs,
    parameters: sizes.reduce((sum, n) => sum + n, 0),
    slots: problems.length,
  };
  const constants = {
    ...cellConstants(first),
    ...Object.fromEntries(names.map((name, i) => [`at_${name}`, starts[i]])),
  };
  const { groups = 1, activity } = first;
  const loss: ReadoutLoss = {
    kind: first.loss,
    groups,
    scored: true,
    ...(activity && { activity: { l1: activity.l1, l2: activity.l2 } }),
  };
  const isGated = ["dead", "live", "live_state_gated"].includes(first.cell.kind);
  const program = networkProgram(isGated ? "gated" : "recurrent");
  const readout = readoutProgram();
  const owned: EngineBuffer[] = [];
  const keep = (buffer: EngineBuffer) => (owned.push(buffer), buffer);
  /** All problems behind one another, each row with room for the most steps. */
  const spread = (width: number, data: (problem: ReferenceProblem) => ArrayLike<number>) => {
    const row = shape.steps * width;
    const all = new Float64Array(problems.length * rows * row);
    problems.forEach((problem, model) => {
      const given = data(problem);
      const own = problem.steps * width;
      for (let r = 0; r < rows; r++) {
        for (let i = 0; i < own; i++) all[(model * rows + r) * row + i] = given[r * own + i];
      }
    });
    return all;
  };
  const { models, steps, parameters } = shape;
  const states = new Float64Array(models * rows * (steps + 1) * units);
  problems.forEach(({ initial }, model) => {
    for (let r = 0; initial !== undefined && r < rows; r++) {
      for (let i = 0; i < units; i++) {
        states[(model * rows + r) * (steps + 1) * units + i] = initial[r * units + i];
      }
    }
  });
  const planes = weightPlanes(shape, loss);
  const weights = new Float64Array(planes.length);
  const counts = spread(groups, (p) => p.weights);
  weights.set(counts, planes.lossAt);
  weights.set(counts.map((w) => (w === 0 ? 0 : 1)), planes.scoredAt);
  if (activity !== undefined) {
    weights.set(spread(1, (p) => p.activity!.weights), planes.activityAt);
  }
  const hasDrive = first.drive !== undefined;
  const buffers = {
    slots: keep(
      engine.upload(Uint32Array.from(problems.flatMap(({ steps }, model) => [model, steps]))),
    ),
    parameters: keep(
      engine.upload(
        Float64Array.from(
          problems.flatMap((p) => names.flatMap((name) => Array.from(p.parameters[name]))),
        ),
      ),
    ),
    gradients: keep(engine.allocate(models * parameters)),
    inputs: keep(engine.upload(spread(inputs, (p) => p.input))),
    noise: keep(
      hasDrive ? engine.upload(spread(units, (p) => p.drive!)) : engine.allocate(1),
    ),
    states: keep(engine.upload(states)),
    work: keep(engine.allocate(models * rows * steps * program.workPerStep(shape, constants))),
    stateGradients: keep(engine.allocate(models * rows * steps * units)),
    initialGradients: keep(engine.allocate(models * rows * units)),
    outputs: keep(engine.allocate(models * rows * steps * outputs)),
    targets: keep(
      engine.upload(spread(first.loss === "cross_entropy" ? groups : outputs, (p) => p.targets)),
    ),
    weights: keep(engine.upload(weights)),
    records: keep(engine.allocate(ring * models * rows * 4)),
  };
  return {
    shape,
    buffers,
    forward: () => program.forward(engine, shape, buffers, constants),
    backward: () => program.backward(engine, shape, buffers, constants),
    losses: (record: number) => readout.losses(engine, shape, buffers, constants, loss, record),
    gradients: (record: number) =>
      readout.gradients(engine, shape, buffers, constants, loss, record),
    /** Tensors of one model out of model × parameter. */
    named: (data: EngineArray, at: number) =>
      Object.fromEntries(
        names.map((name, i) => {
          const from = at + starts[i];
          return [name, Float64Array.from(data.subarray(from, from + sizes[i]))];
        }),
      ),
    [Symbol.dispose]() {
      program[Symbol.dispose]();
      readout[Symbol.dispose]();
      for (const buffer of owned) buffer[Symbol.dispose]();
    },
  };
}

/** What the programs are told about a cell. */
export function cellConstants({ cell, drive }: ReferenceProblem): ProgramConstants {
  return {
    activation: activationCode(cell.activation),
    form: { outside: 0, inside: 1, current: 2 }[cell.kind as string] ?? 0,
    reset_gate: { live: 0, live_state_gated: 1, dead: 2 }[cell.kind as string] ?? 0,
    keep: cell.keep,
    gain: cell.add,
    leak: { none: 0, exponential: 1, euler: 2 }[cell.leak?.kind ?? "none"],
    dt_ms: cell.leak?.dtMs ?? 1,
    noise: drive === undefined ? 0 : 1,
  };
}

/** Rows `from` to `to` within each of `rows` rows that lie `stride` apart. */
function cut(
  data: EngineArray,
  at: number,
  rows: number,
  stride: number,
  [from, to]: readonly [number, number],
): Float64Array {
  const out = new Float64Array(rows * (to - from));
  for (let r = 0; r < rows; r++) {
    out.set(data.subarray(at + r * stride + from, at + r * stride + to), r * (to - from));
  }
  return out;
}

function sumRecords(records: EngineArray, which: number, rows: number, part = 0): number {
  let sum = 0;
  for (let r = 0; r < rows; r++) sum += records[(which * rows + r) * 4 + part];
  return sum;
}
