// Random networks with batches and objectives for the oracles and the kernels: sizes, weights, inputs, targets, weights of
// the loss with zeros among them. Problems with ReLUs keep clear of the kink by design: f32 falls on the same side.

import { type RandomStream, randomStream } from "#lib/core/random.ts";
import { type ReferenceProblem, solveByReference } from "./rnn_reference.ts";

/** What may be chosen; the rest is drawn. */
export interface ProblemChoice {
  readonly kind: ReferenceProblem["cell"]["kind"];
  readonly activation: ReferenceProblem["cell"]["activation"];
  readonly loss: ReferenceProblem["loss"];
  readonly inputs?: number;
  readonly units?: number;
  readonly outputs?: number;
  readonly rows?: number;
  readonly steps?: number;
  readonly penalties?: ReferenceProblem["penalties"];
  readonly outputBias?: boolean;
  readonly drive?: boolean;
  readonly groups?: number;
  readonly activity?: boolean;
  /** Share of the state that a step keeps; models that run together have the same. */
  readonly keep?: number;
  /** Time constants as a parameter. */
  readonly tau?: "none" | "exponential" | "euler";
}

/** Nothing that goes into an activation with a kink is nearer to it, so that rounding in f32 cannot cross it. */
const clearance = 2e-6;

/** A problem whose every number follows from the seed, all of them representable in f32. */
export function randomProblem(seed: number, choice: ProblemChoice): ReferenceProblem {
  for (let attempt = 0; attempt < 50; attempt++) {
    const problem = draw(randomStream(seed, `test/networks/${attempt}`), choice);
    const hasKink = choice.activation === "relu" || choice.activation === "leaky_relu";
    if (!hasKink || solveByReference(problem).nearestToKink > clearance) return problem;
  }
  throw new Error(`seed ${seed}: every draw comes too near to the kink`);
}

function draw(stream: RandomStream, choice: ProblemChoice): ReferenceProblem {
  let next = 0;
  const integer = (from: number, to: number) => from + stream.integer(to - from + 1, next++, 1);
  const normal = (length: number, scale: number) =>
    stream.normal(new Float64Array(length), next++).map((x) => Math.fround(scale * x));
  const {
    inputs = integer(1, 9),
    units = integer(1, 13),
    outputs = integer(2, 5),
    rows = integer(1, 7),
    steps = integer(1, 11),
  } = choice;
  const isGated = ["dead", "live", "live_state_gated"].includes(choice.kind);
  const gates = isGated ? 3 : 1;
  const keep = Math.fround(choice.keep ?? 0.5 + 0.4 * Math.tanh(normal(1, 1)[0]));
  const { tau = "none", groups = 1 } = choice;
  const dtMs = 20;
  const isClass = choice.loss === "cross_entropy";
  const targets = isClass
    ? Float64Array.from({ length: rows * steps * groups }, () => integer(0, outputs / groups - 1))
    : normal(rows * steps * outputs, 1);
  // Some steps weigh nothing, as padding and fixation do; never all of them.
  const weights = normal(rows * steps * groups, 1).map((
    x,
    i,
  ) => (x > 0.7 && i > 0 ? 0 : Math.fround(0.1 + x * x)));
  return {
    cell: {
      kind: choice.kind,
      activation: choice.activation,
      keep,
      add: Math.fround(1 - keep),
      ...(tau === "none" ? {} : { leak: { dtMs, kind: tau } }),
    },
    inputs,
    units,
    outputs,
    rows,
    steps,
    parameters: {
      W_in: normal(gates * units * inputs, 1 / Math.sqrt(inputs)),
      W_rec: normal(gates * units * units, 1 / Math.sqrt(units)),
      b_rec: normal(gates * units, 0.3),
      W_out: normal(outputs * units, 1 / Math.sqrt(units)),
      // The first below what counts, several below a step, where the Euler form no longer moves.
      ...(tau === "none" ? {} : {
        tau_ms: normal(units, 1).map((x, i) => (i === 0 ? 1 : Math.fround(40 * Math.exp(x)))),
      }),
      ...(choice.outputBias ?? true ? { b_out: normal(outputs, 0.3) } : {}),
    },
    input: normal(rows * steps * inputs, 1),
    initial: normal(rows * units, 0.5),
    ...(choice.drive ?? false ? { drive: normal(rows * steps * units, 0.1) } : {}),
    loss: choice.loss,
    groups,
    targets,
    weights,
    ...(choice.activity ?? false
      ? { activity: { l1: 0.25, l2: 0.5, weights: normal(rows * steps, 1).map(Math.abs) } }
      : {}),
    penalties: choice.penalties ?? { l1: 1e-3, l2_norm: 2e-3, l2_squared: 1e-3 },
  };
}
