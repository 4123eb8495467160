// Recurrent networks in double precision, from their equations, with gradients by differentiation on a tape: an oracle
// that shares nothing with the kernels' twins. Leaves out speed.

import { Tape, type Value } from "./tape.ts";

export type ActivationName =
  | "leaky_relu"
  | "relu"
  | "softplus"
  | "tanh"
  | "sigmoid"
  | "identity";

/** What one step does; see tests/reference/rnn/README.md. `keep` and `add` are g and 1 − g, or 1 − a and a. */
export interface ReferenceCell {
  readonly kind: "outside" | "inside" | "current" | "dead" | "live" | "live_state_gated";
  readonly activation: ActivationName;
  readonly keep: number;
  readonly add: number;
  /**
   * Where there is a parameter `tau_ms`: how `keep` follows from it, unit by unit; `add` is 1 − keep. Euler τ count as
   * a step at least, exponential ones as an eighth of a step. */
  readonly leak?: { readonly dtMs: number; readonly kind: "exponential" | "euler" };
}

/** A network with a batch and an objective. Parameters by Basin's names; everything row-major. */
export interface ReferenceProblem {
  readonly cell: ReferenceCell;
  readonly inputs: number;
  readonly units: number;
  readonly outputs: number;
  readonly rows: number;
  readonly steps: number;
  readonly parameters: Readonly<Record<string, ArrayLike<number>>>;
  /** row × step × input. */
  readonly input: ArrayLike<number>;
  /** row × unit; zeros if absent. */
  readonly initial?: ArrayLike<number>;
  /** row × step × unit, added to what goes into the activation (of a gated cell: into that of its candidate). */
  readonly drive?: ArrayLike<number>;
  readonly loss: "cross_entropy" | "squared_error";
  /** Heads that share the outputs, each with targets and weights of its own; 1 if absent. */
  readonly groups?: number;
  /** row × step × group of classes, or row × step × output of values. */
  readonly targets: ArrayLike<number>;
  /** row × step × group: the data term is Σ weight · ce, or Σ weight · mean over the group's outputs of (o − y)². */
  readonly weights: ArrayLike<number>;
  /** Penalties on activity: Σ weight · mean over units of l1 |h| + l2 h², with weights of row × step. */
  readonly activity?: {
    readonly l1: number;
    readonly l2: number;
    readonly weights: ArrayLike<number>;
  };
  readonly penalties?: Readonly<Partial<Record<PenaltyName, number>>>;
}

/** Over all parameters: Σ |p|, Σ over tensors of the norm, Σ p². */
export type PenaltyName = "l1" | "l2_norm" | "l2_squared";

/** What came out. */
export interface ReferenceSolution {
  /** row × step × unit, after each step. */
  readonly states: Float64Array;
  /** row × step × output. */
  readonly logits: Float64Array;
  /** The data term. */
  readonly loss: number;
  /** On activity. */
  readonly activity: number;
  /** On parameters. */
  readonly penalty: number;
  /** Answers with the largest output where the target is, among all whose weight is not 0. */
  readonly right: number;
  readonly answers: number;
  /** Of loss, activity and penalty together. */
  readonly gradients: Readonly<Record<string, Float64Array>>;
  readonly initialGradient: Float64Array;
  /** Least distance of what went into an activation from 0, where ReLUs have their kink. */
  readonly nearestToKink: number;
}

/** Value and slope of activations; slope of a kink at 0 as PyTorch has it (that of the negative side). */
export const activations: Readonly<
  Record<ActivationName, (x: number) => readonly [value: number, slope: number]>
> = {
  leaky_relu: (x) => (x > 0 ? [x, 1] : [0.01 * x, 0.01]),
  relu: (x) => (x > 0 ? [x, 1] : [0, 0]),
  softplus: (x) => [x > 30 ? x : Math.log1p(Math.exp(x)), 1 / (1 + Math.exp(-x))],
  tanh: (x) => [Math.tanh(x), 1 - Math.tanh(x) ** 2],
  sigmoid: (x) => {
    const y = 1 / (1 + Math.exp(-x));
    return [y, y * (1 - y)];
  },
  identity: (x) => [x, 1],
};

/** Forward, objective and gradients. */
export function solveByReference(problem: ReferenceProblem): ReferenceSolution {
  const { cell, inputs, units, outputs, rows, steps, parameters } = problem;
  const tape = new Tape();
  const leaves: Record<string, Value> = {};
  for (const [name, data] of Object.entries(parameters)) {
    const columns = name === "W_in" ? inputs : name === "W_rec" || name === "W_out" ? units : 0;
    leaves[name] = columns === 0
      ? tape.leaf(data, 1, data.length)
      : tape.leaf(data, data.length / columns, columns);
  }
  const initial = tape.leaf(problem.initial ?? new Float64Array(rows * units), rows, units);
  const cut = (data: ArrayLike<number>, width: number, step: number) => {
    const out = new Float64Array(rows * width);
    for (let r = 0; r < rows; r++) {
      for (let i = 0; i < width; i++) out[r * width + i] = data[(r * steps + step) * width + i];
    }
    return tape.leaf(out, rows, width);
  };
  const states = new Float64Array(rows * steps * units);
  const logits = new Float64Array(rows * steps * outputs);
  const terms: Value[] = [];
  const active: Value[] = [];
  const isClass = problem.loss === "cross_entropy";
  const { groups = 1 } = problem;
  let [right, answers] = [0, 0];
  const watch = { nearest: Infinity };
  const phi = (x: Value) => {
    for (const number of x.data) watch.nearest = Math.min(watch.nearest, Math.abs(number));
    return tape.map(x, activations[cell.activation]);
  };
  let state = initial;
  for (let step = 0; step < steps; step++) {
    const drive = problem.drive && cut(problem.drive, units, step);
    state = next(tape, cell, leaves, cut(problem.input, inputs, step), state, drive, phi);
    let output = tape.through(state, leaves.W_out);
    if (leaves.b_out !== undefined) output = tape.plus(output, leaves.b_out);
    for (let r = 0; r < rows; r++) {
      const at = r * steps + step;
      states.set(state.data.subarray(r * units, (r + 1) * units), at * units);
      logits.set(output.data.subarray(r * outputs, (r + 1) * outputs), at * outputs);
    }
    const targets = cut(problem.targets, isClass ? groups : outputs, step);
    const weights = cut(problem.weights, groups, step);
    for (let group = 0; group < groups; group++) {
      const width = outputs / groups;
      const own = tape.part(output, group * width, (group + 1) * width);
      const weight = tape.part(weights, group, group + 1);
      const target = isClass
        ? tape.part(targets, group, group + 1)
        : tape.part(targets, group * width, (group + 1) * width);
      terms.push(tape.times(errorsOf(tape, own, target, isClass), weight));
      for (let r = 0; r < rows; r++) {
        if (weight.data[r] === 0) continue;
        answers++;
        const wanted = isClass ? target.data[r] : topOf(target, r);
        if (topOf(own, r) === wanted) right++;
      }
    }
    if (problem.activity !== undefined) {
      const { l1, l2 } = problem.activity;
      const cost = tape.map(state, (h) => [
        (l1 * Math.abs(h) + l2 * h * h) / units,
        (l1 * Math.sign(h) + 2 * l2 * h) / units,
      ]);
      const ones = tape.leaf(new Float64Array(units).fill(1), 1, units);
      const weight = cut(problem.activity.weights, 1, step);
      active.push(tape.times(tape.through(cost, ones), weight));
    }
  }
  const loss = tape.sum(...terms);
  const activity = tape.sum(...active);
  const penalty = penaltyOf(tape, leaves, problem.penalties ?? {});
  tape.backward(tape.sum(loss, activity, penalty));
  return {
    states,
    logits,
    loss: loss.data[0],
    activity: activity.data[0],
    penalty: penalty.data[0],
    right,
    answers,
    gradients: Object.fromEntries(Object.entries(leaves).map(([n, leaf]) => [n, leaf.gradient])),
    initialGradient: initial.gradient,
    nearestToKink: watch.nearest,
  };
}

/** One error for each row. */
function errorsOf(tape: Tape, output: Value, target: Value, isClass: boolean): Value {
  if (isClass) return tape.crossEntropy(output, target.data);
  const apart = tape.plus(output, tape.linear(target, -1));
  const share = new Float64Array(output.columns).fill(1 / output.columns);
  return tape.through(tape.times(apart, apart), tape.leaf(share, 1, output.columns));
}

function topOf({ data, columns }: Value, row: number): number {
  const own = data.slice(row * columns, (row + 1) * columns);
  return own.indexOf(Math.max(...own));
}

function next(
  tape: Tape,
  cell: ReferenceCell,
  { W_in, W_rec, b_rec, tau_ms }: Readonly<Record<string, Value>>,
  input: Value,
  state: Value,
  drive: Value | undefined,
  phi: (x: Value) => Value,
): Value {
  const units = state.columns;
  const driven = (x: Value) => (drive === undefined ? x : tape.plus(x, drive));
  const keep = tau_ms === undefined
    ? tape.leaf([cell.keep], 1, 1)
    : tape.map(tau_ms, keepOf(cell.leak!));
  const add = tau_ms === undefined ? tape.leaf([cell.add], 1, 1) : tape.linear(keep, -1, 1);
  if (cell.kind === "outside" || cell.kind === "inside" || cell.kind === "current") {
    const source = cell.kind === "current" ? phi(state) : state;
    const sum = driven(
      tape.plus(tape.plus(tape.through(input, W_in), tape.through(source, W_rec)), b_rec),
    );
    const kept = tape.times(state, keep);
    if (cell.kind === "outside") return tape.plus(kept, tape.times(phi(sum), add));
    const inner = tape.plus(kept, tape.times(sum, add));
    return cell.kind === "inside" ? phi(inner) : inner;
  }
  const gate = (which: number, from: Value) => ({
    in: tape.plus(
      tape.through(input, tape.lines(W_in, which * units, (which + 1) * units)),
      tape.part(b_rec, which * units, (which + 1) * units),
    ),
    rec: tape.through(from, tape.lines(W_rec, which * units, (which + 1) * units)),
  });
  const opened = (which: number) => {
    const { in: fromInput, rec } = gate(which, state);
    return tape.map(tape.plus(fromInput, rec), activations.sigmoid);
  };
  const update = opened(1);
  const reset = cell.kind === "dead" ? undefined : opened(0);
  const own = gate(2, cell.kind === "live_state_gated" ? tape.times(state, reset!) : state);
  const recurrent = cell.kind === "live" ? tape.times(own.rec, reset!) : own.rec;
  const candidate = phi(driven(tape.plus(own.in, recurrent)));
  const mixed = tape.plus(tape.times(state, keep), tape.times(candidate, add));
  return tape.plus(tape.times(state, tape.linear(update, -1, 1)), tape.times(mixed, update));
}

function keepOf(
  { dtMs, kind }: NonNullable<ReferenceCell["leak"]>,
): (tau: number) => readonly [number, number] {
  return (tau) => {
    if (kind === "euler") return tau > dtMs ? [1 - dtMs / tau, dtMs / tau ** 2] : [0, 0];
    if (tau < dtMs / 8) return [Math.exp(-8), 0];
    const keep = Math.exp(-dtMs / tau);
    return [keep, keep * dtMs / tau ** 2];
  };
}

function penaltyOf(
  tape: Tape,
  leaves: Readonly<Record<string, Value>>,
  sizes: NonNullable<ReferenceProblem["penalties"]>,
): Value {
  let total = tape.leaf([0], 1, 1);
  const add = (value: Value, size: number) => total = tape.plus(total, tape.linear(value, size));
  for (const leaf of Object.values(leaves)) {
    if (sizes.l1) {
      add(tape.sum(tape.map(leaf, (x) => [Math.abs(x), Math.sign(x)])), sizes.l1);
    }
    const squares = () => tape.sum(tape.map(leaf, (x) => [x * x, 2 * x]));
    if (sizes.l2_squared) add(squares(), sizes.l2_squared);
    if (sizes.l2_norm) {
      const root = (x: number) => [Math.sqrt(x), x > 0 ? 0.5 / Math.sqrt(x) : 0] as const;
      add(tape.map(squares(), root), sizes.l2_norm);
    }
  }
  return total;
}
