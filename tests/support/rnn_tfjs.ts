// Recurrent networks in tfjs, f32, differentiated by tfjs: a second oracle for gradients, of the same problems as
// rnn_reference.ts. Leaves out `drive`, time constants that are trained, and penalties on them.

import type { Tfjs } from "#lib/tfjs/with_tfjs.ts";
import type { ActivationName, ReferenceProblem } from "./rnn_reference.ts";
import { gradientByTfjs } from "./tfjs_oracle.ts";

type Tensor = ReturnType<Tfjs["tensor"]>;

/** Loss with penalties, and the gradient of each parameter. */
export async function solveByTfjs(problem: ReferenceProblem): Promise<{
  readonly value: number;
  readonly gradients: Readonly<Record<string, Float64Array>>;
}> {
  const names = Object.keys(problem.parameters);
  const points = names.map((name) => ({
    data: problem.parameters[name],
    shape: shapeOf(problem, name),
  }));
  const { value, gradients } = await gradientByTfjs(
    (tf, ...tensors) =>
      objective(tf, problem, Object.fromEntries(names.map((name, i) => [name, tensors[i]]))),
    ...points,
  );
  return { value, gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i]])) };
}

function objective(
  tf: Tfjs,
  problem: ReferenceProblem,
  p: Readonly<Record<string, Tensor>>,
): Tensor {
  const { cell, rows, steps, inputs, units, outputs } = problem;
  const tensor = (data: ArrayLike<number>, shape: number[]) =>
    tf.tensor(Float32Array.from(data), shape as [number]);
  const input = tensor(problem.input, [rows, steps, inputs]);
  const at = (x: Tensor, t: number, width: number) =>
    x.slice([0, t, 0], [rows, 1, width]).reshape([rows, width]);
  const phi = (x: Tensor) => activation(tf, cell.activation, x);
  let state = tensor(problem.initial ?? new Float64Array(rows * units), [rows, units]);
  const outs: Tensor[] = [];
  for (let t = 0; t < steps; t++) {
    const fromInput = tf.matMul(at(input, t, inputs) as never, p.W_in as never, false, true)
      .add(p.b_rec);
    const gates = ["dead", "live", "live_state_gated"].includes(cell.kind);
    const rec = (x: Tensor, weights: Tensor) =>
      tf.matMul(x as never, weights as never, false, true) as Tensor;
    if (!gates) {
      const sum = fromInput.add(rec(cell.kind === "current" ? phi(state) : state, p.W_rec));
      const kept = state.mul(cell.keep);
      state = cell.kind === "outside"
        ? kept.add(phi(sum).mul(cell.add))
        : cell.kind === "inside"
        ? phi(kept.add(sum.mul(cell.add)))
        : kept.add(sum.mul(cell.add));
    } else {
      const [inR, inU, inN] = tf.split(fromInput, 3, 1);
      const [wR, wU, wN] = tf.split(p.W_rec, 3, 0);
      const update = inU.add(rec(state, wU)).sigmoid();
      const reset = inR.add(rec(state, wR)).sigmoid();
      const candidate = phi(inN.add(
        cell.kind === "dead"
          ? rec(state, wN)
          : cell.kind === "live"
          ? reset.mul(rec(state, wN))
          : rec(reset.mul(state), wN),
      ));
      const mixed = state.mul(cell.keep).add(candidate.mul(cell.add));
      state = update.mul(mixed).add(tf.sub(1, update).mul(state));
    }
    const logits = rec(state, p.W_out);
    outs.push(p.b_out === undefined ? logits : logits.add(p.b_out));
  }
  const logits = tf.stack(outs, 1);
  const weights = tensor(problem.weights, [rows, steps]);
  let errors: Tensor;
  if (problem.loss === "cross_entropy") {
    const classes = tf.oneHot(
      tf.tensor1d(Array.from(problem.targets), "int32"),
      outputs,
    ).reshape([rows, steps, outputs]);
    errors = logits.sub(logits.logSumExp(2, true)).mul(classes).sum(2).neg();
  } else {
    errors = logits.sub(tensor(problem.targets, [rows, steps, outputs])).square().mean(2);
  }
  let total = errors.mul(weights).sum();
  const { l1 = 0, l2_norm = 0, l2_squared = 0 } = problem.penalties ?? {};
  for (const one of Object.values(p)) {
    if (l1 > 0) total = total.add(one.abs().sum().mul(l1));
    if (l2_norm > 0) total = total.add(one.square().sum().sqrt().mul(l2_norm));
    if (l2_squared > 0) total = total.add(one.square().sum().mul(l2_squared));
  }
  return total;
}

function activation(tf: Tfjs, name: ActivationName, x: Tensor): Tensor {
  switch (name) {
    case "leaky_relu":
      return tf.leakyRelu(x, 0.01);
    case "relu":
      return x.relu();
    case "softplus":
      return x.softplus();
    case "tanh":
      return x.tanh();
    case "sigmoid":
      return x.sigmoid();
    case "identity":
      return x;
  }
}

function shapeOf({ inputs, units, parameters }: ReferenceProblem, name: string): number[] {
  const { length } = parameters[name];
  const columns = { W_in: inputs, W_rec: units, W_out: units }[name];
  return columns === undefined ? [length] : [length / columns, columns];
}
