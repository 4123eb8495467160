// The task `train_rnn` from end to end: one plain step of descent is the derivative of the loss and the penalties that the
// log tells, by central differences through whole trainings in double precision.

import { assertLess, assertNotEquals } from "@std/assert";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import type { Network } from "#lib/core/artifacts/network.ts";
import { randomStream } from "#lib/core/random.ts";
import { recordsOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import { type Params, shortTiming, train, variedTiming } from "#tests/support/training.ts";

const timing = { trial: { timing: { train: variedTiming, test: shortTiming } } };
const learningRate = 1e-3;

const base: Params = {
  ...timing,
  units: 5,
  batch_size: 4,
  updates_per_epoch: 1,
  evaluation: { num_trials: 1 },
  optimiser: { kind: "sgd", learning_rate: learningRate },
  phases: [{ rules: ["pdm_anti"], epochs: 1 }],
  model_settings: { activation: "tanh" },
};

const variants: Readonly<Record<string, Params>> = {
  "a leaky network": base,
  "a loss over decisions": { ...base, loss: { over: "decision" } },
  "a loss over all steps with every penalty": {
    ...base,
    loss: { over: "all" },
    penalties: { l1: 0.01, l2_norm: 0.02, l2_squared: 0.03, activity_l1: 0.04, activity_l2: 0.05 },
  },
  "a gated network": { ...base, model: "leaky_gru" },
  "noise and time constants that are trained": {
    ...base,
    model_settings: {
      activation: "softplus",
      unit_taus: true,
      recurrent_noise: 0.1,
      input_noise: 0.1,
    },
  },
  "values": {
    ...base,
    rules: ["reaching_pro", "reaching_anti"],
    phases: [{ rules: ["reaching_anti"], epochs: 1 }],
  },
  "classes as values": { ...base, loss: { kind: "mse" } },
  "windows of trials": { ...base, sequence: { window_steps: 13 } },
};

/** A network whose parameters are in double precision, moved along a direction. */
function moved(network: Network, by: (name: string, i: number) => number): Network {
  return {
    ...network,
    parameters: Object.fromEntries(
      Object.entries(network.parameters).map(([name, { dims, shape, data }]) => [
        name,
        tensor(dims, shape, Float64Array.from(data, (x, i) => x + by(name, i))),
      ]),
    ),
  };
}

for (const [name, params] of Object.entries(variants)) {
  Deno.test(`the step of ${name} is the derivative of what the log tells`, async () => {
    await using engine = new RefEngine();
    const start = moved((await train(engine, { ...params, phases: [] })).weights, () => 0);
    const objective = async (init: Network) => {
      const made = await train(engine, params, { init });
      const [{ loss, penalty }] = recordsOf(made.log);
      return { weights: made.weights, value: (loss as number) + (penalty as number) };
    };
    const { weights } = await objective(start);
    for (const parameter of Object.keys(start.parameters)) {
      const before = start.parameters[parameter].data;
      const after = weights.parameters[parameter].data;
      const direction = randomStream(1, `direction/${parameter}`)
        .normal(new Float64Array(before.length)) as Float64Array;
      let told = 0;
      before.forEach((x, i) => told += (x - after[i]) / learningRate * direction[i]);
      const step = 1e-5;
      const along = (sign: number) =>
        moved(start, (of, i) => of === parameter ? sign * step * direction[i] : 0);
      const [above, below] = [await objective(along(1)), await objective(along(-1))];
      const measured = (above.value - below.value) / (2 * step);
      assertNotEquals(measured, 0, parameter);
      assertLess(Math.abs(told - measured), 1e-6 * Math.max(1, Math.abs(measured)), parameter);
    }
  });
}
