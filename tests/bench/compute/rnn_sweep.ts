// Training updates of many networks side by side, in f32: ours fused on 4 threads, PyTorch with the models shared by four
// processes of one thread each, or one after the other. One update is one of every model, so ratios are those of
// models × updates per second. Operations: products with weights alone (_networks.ts).

import type { Benchmark } from "./harness.ts";
import { compareTraining, type TrainingCase } from "./_training.ts";

const sizes = { inputs: 7, outputs: 3, rows: 64 } as const;
const goals = { four: 2 } as const;
const cases: readonly TrainingCase[] = [
  { ...sizes, cell: "leaky_rnn", units: 64, steps: 100, models: 64, goals },
  { ...sizes, cell: "leaky_rnn", units: 128, steps: 70, models: 4, goals },
  { ...sizes, cell: "leaky_gru", units: 64, steps: 100, models: 64, goals },
  { ...sizes, cell: "leaky_gru", units: 128, steps: 70, models: 4, goals },
  { ...sizes, cell: "leaky_rnn", units: 32, steps: 50, models: 8, goals, onWebgpu: true },
];

export default {
  name: "rnn_sweep",
  summary: "training updates of many networks side by side, f32",
  async run({ quick }) {
    const rows = [];
    for (const one of cases) {
      if (quick && one.models > 8) continue;
      rows.push(...await compareTraining(one, quick));
    }
    return rows;
  },
} satisfies Benchmark;
