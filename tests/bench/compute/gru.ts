// Training updates of one leaky GRU with a live reset gate: forward, cross-entropy, all gradients, Adam, in f32, against PyTorch in eager mode on the
// same cores. Operations: products with weights alone (_networks.ts).

import type { Benchmark } from "./harness.ts";
import { compareTraining, type TrainingCase } from "./_training.ts";

const shared = { cell: "leaky_gru", models: 1 } as const;
const cases: readonly TrainingCase[] = [
  {
    ...shared,
    inputs: 85,
    units: 128,
    outputs: 33,
    rows: 64,
    steps: 70,
    goals: { one: 1, four: 2 },
  },
  { ...shared, inputs: 7, units: 128, outputs: 3, rows: 64, steps: 70, goals: { one: 1, four: 2 } },
  { ...shared, inputs: 7, units: 256, outputs: 3, rows: 128, steps: 100, goals: { four: 1 } },
  {
    ...shared,
    inputs: 7,
    units: 32,
    outputs: 3,
    rows: 64,
    steps: 100,
    goals: { four: 3 },
    onWebgpu: true,
  },
];

export default {
  name: "gru",
  summary: "training updates of one leaky GRU, f32",
  async run({ quick }) {
    const rows = [];
    for (const one of cases) {
      if (quick && one.units > 128) continue;
      rows.push(...await compareTraining(one, quick));
    }
    return rows;
  },
} satisfies Benchmark;
