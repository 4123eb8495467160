// The task `train_rnn` with a neurotask whose classes come in heads, of which some have no target: each in use is learned,
// the others stay as they were.

import { assert, assertEquals, assertGreater } from "@std/assert";
import { z } from "zod";
import { defineNeurotask } from "#lib/core/neurotask.ts";
import { recordsOf } from "#lib/core/table.ts";
import { wasmEngine } from "#tests/support/engines.ts";
import { train } from "#tests/support/training.ts";

/** Bits one after another; head k asks for the bit k steps ago, and the last head for nothing. */
const recall = defineNeurotask({
  name: "recall",
  summary: "The last bit, the one before, and an idle head.",
  reference: "none",
  params: z.strictObject({}),
  rules: ["recall"],
  periods: ["bits"],
  targets: "class",
  mayRepeat: true,
  channels: () => ["bit"],
  outputs: () => ["last_0", "last_1", "before_0", "before_1", "idle_0", "idle_1"],
  heads: () => ["last", "before", "idle"].map((name) => ({ name, outputs: 2 })),
  timing: () => ({ bits: { choice: [400, 600] } }),
  conditions: () => [],
  isDecidable: () => true,
  write(_, { numSteps, uniform }, { observation, target, mask, scored }) {
    const bits = uniform(new Float64Array(numSteps)).map((u) => u < 0.5 ? 0 : 1);
    for (let step = 0; step < numSteps; step++) {
      observation[step] = 2 * bits[step] - 1;
      target[3 * step] = bits[step];
      target[3 * step + 1] = step === 0 ? -1 : bits[step - 1];
      target[3 * step + 2] = -1;
      mask[step] = 1;
      scored[step] = step === numSteps - 1 ? 1 : 0;
    }
  },
  chance: () => 0.5,
  ideal: () => ({ overall: 1, decidable: 1, method: "a memory of two bits" }),
});

const params = {
  rules: ["recall"],
  units: 16,
  batch_size: 32,
  updates_per_epoch: 60,
  evaluation: { num_trials: 100 },
  optimiser: { learning_rate: 0.01, clip_norm: 1 },
  loss: { over: "decision" },
};

Deno.test("each head in use is learned, an idle one keeps its weights", async () => {
  await using engine = wasmEngine(1);
  const own = { recall };
  const start = await train(engine, { ...params, phases: [] }, { own });
  const made = await train(engine, { ...params, phases: [{ rules: ["recall"], epochs: 8 }] }, {
    own,
  });
  const rows = recordsOf(made.log);
  assertGreater(rows.at(-1)!.accuracy as number, 0.95);
  assertEquals(made.weights.about.outputs, recall.outputs({} as never));
  const row = (
    output: number,
    { weights }: typeof made,
  ) => [...weights.parameters.W_out.data.subarray(16 * output, 16 * (output + 1))];
  for (const [output, name] of ["last", "last", "before", "before"].entries()) {
    assert(row(output, made).join() !== row(output, start).join(), name);
  }
  for (const output of [4, 5]) assertEquals(row(output, made), row(output, start));
});
