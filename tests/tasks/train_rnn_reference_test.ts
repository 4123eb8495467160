// The task `train_rnn` update by update against a training that is written again: batches by their numbers, weights of the
// loss from the mask, gradients by differentiation on a tape, Adam as PyTorch documents it. In double precision.

import { assertEquals } from "@std/assert";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import type { Neurotask } from "#lib/core/neurotask.ts";
import { recordsOf } from "#lib/core/table.ts";
import { neurotasks } from "#lib/neurotasks/mod.ts";
import { trialSource } from "#lib/trials/batches.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { ReferenceOptimiser } from "#tests/support/optimiser_reference.ts";
import { type ReferenceCell, solveByReference } from "#tests/support/rnn_reference.ts";
import { type Params, shortTiming, train, variedTiming } from "#tests/support/training.ts";

const rules = ["pdm_anti", "pdm_pro", "pdm_delay"];
const trial = { timing: { train: variedTiming, test: shortTiming } };
const seed = crypto.getRandomValues(new Uint32Array(1))[0];
const base: Params = {
  rules,
  trial,
  seed,
  units: 5,
  batch_size: 4,
  updates_per_epoch: 2,
  shared_timing: false,
  evaluation: { num_trials: 1 },
  optimiser: { kind: "adam", learning_rate: 0.01, clip_norm: 0.3, weight_decay: 0.01 },
  penalties: { l2_norm: 1e-3 },
};

/** A phase in plain words: rules of its updates, one after the other, and what they train. */
interface Updates {
  readonly rules: readonly string[];
  readonly trained?: readonly string[];
  readonly fresh?: boolean;
}

const g = Math.exp(-1);
const cases: readonly {
  readonly name: string;
  readonly params: Params;
  readonly cell: ReferenceCell;
  readonly updates: readonly Updates[];
}[] = [
  {
    name: "rules in blocks, then one of them with the input matrix alone",
    params: {
      model_settings: { activation: "softplus", tau_ms: 100 },
      phases: [
        { rules: ["pdm_anti", "pdm_pro"], epochs: 2 },
        { rules: ["pdm_pro"], epochs: 1, trainable: ["W_in"] },
      ],
    },
    cell: { kind: "outside", activation: "softplus", keep: g, add: 1 - g },
    updates: [
      { rules: ["pdm_anti", "pdm_anti", "pdm_pro", "pdm_pro"] },
      { rules: ["pdm_anti", "pdm_anti", "pdm_pro", "pdm_pro"] },
      { rules: ["pdm_pro", "pdm_pro"], trained: ["W_in"] },
    ],
  },
  {
    name: "rules that take turns, then another with moments that start anew",
    params: {
      model: "leaky_gru",
      model_settings: { activation: "tanh", tau_ms: 100 },
      phases: [
        { rules: ["pdm_delay", "pdm_anti"], order: "interleaved", epochs: 1 },
        { rules: ["pdm_pro"], epochs: 1, optimiser: "fresh" },
      ],
    },
    cell: { kind: "live", activation: "tanh", keep: g, add: 1 - g },
    updates: [
      { rules: ["pdm_delay", "pdm_anti", "pdm_delay", "pdm_anti"] },
      { rules: ["pdm_pro", "pdm_pro"], fresh: true },
    ],
  },
];

for (const { name, params, cell, updates } of cases) {
  Deno.test(`a training makes the updates of the reference: ${name}`, async () => {
    await using engine = new RefEngine();
    const start = (await train(engine, { ...base, ...params, phases: [] })).weights;
    const parameters = Object.fromEntries(
      Object.entries(start.parameters).map(([name, { data }]) => [name, Float64Array.from(data)]),
    );
    let optimiser = referenceAdam();
    const seen = new Map<string, number>();
    const losses: number[][] = [];
    for (const { rules, trained, fresh } of updates) {
      if (fresh) optimiser = referenceAdam();
      for (const rule of rules) {
        const index = seen.get(rule) ?? 0;
        seen.set(rule, index + 1);
        const problem = { ...await batchOf(rule, index), cell, units: 5, parameters };
        const { loss, gradients } = solveByReference({ ...problem, penalties: { l2_norm: 1e-3 } });
        losses.push([loss]);
        optimiser.step(parameters, gradients, trained);
      }
    }
    const made = await train(engine, { ...base, ...params });
    // Means of two updates of a rule within an epoch.
    const told = recordsOf(made.log).map(({ rule, loss }) => ({ rule, loss: loss as number }));
    const total = told.reduce((sum, { loss }) => sum + 2 * loss, 0);
    const expected = losses.reduce((sum, [loss]) => sum + loss, 0);
    assertAllClose([total], [expected], { rtol: 1e-9 }, `seed ${seed}, losses`);
    assertEquals(Object.keys(made.weights.parameters), Object.keys(parameters));
    for (const [name, data] of Object.entries(parameters)) {
      // Networks are stored in single precision.
      const { data: found } = made.weights.parameters[name];
      assertAllClose(found as Float32Array, data, { atol: 2e-7 }, `seed ${seed}, ${name}`);
    }
  });
}

function referenceAdam(): ReferenceOptimiser {
  return new ReferenceOptimiser({ kind: "adam", rate: 0.01, clipNorm: 0.3, weightDecay: 0.01 });
}

/** The n-th batch of a rule, weighed by its mask: trials 4 n to 4 n + 3 of the stream. */
async function batchOf(rule: string, index: number) {
  const load = (neurotasks as Record<string, () => Promise<{ readonly default: Neurotask }>>)[rule];
  const { default: neurotask } = await load();
  const source = trialSource({
    neurotask,
    params: neurotask.params.parse(trial),
    mode: "train",
    dtMs: 100,
    seed,
    designSeed: seed,
    label: `train/${rule}`,
    rules,
  });
  const [rows, steps, inputs] = [4, source.maxSteps, source.channels.length];
  const room = () => new Float32Array(rows * steps);
  const batch = {
    inputs: new Float32Array(rows * steps * inputs),
    targets: room(),
    mask: room(),
    lengths: new Int32Array(rows),
  };
  source.write(rows * index, rows, batch);
  const total = batch.mask.reduce((sum, m) => sum + m, 0);
  return {
    inputs,
    outputs: source.outputs.length,
    rows,
    steps,
    input: batch.inputs,
    loss: "cross_entropy" as const,
    targets: batch.targets,
    weights: Float64Array.from(batch.mask, (m) => Math.fround(m / total)),
  };
}
