// Training updates of one network of a kind: forward, cross-entropy, all gradients, Adam, in f32, against PyTorch in eager
// mode on the same cores, at four sizes. Operations: products with weights alone (_networks.ts).

import type { Benchmark } from "./harness.ts";
import { compareTraining, type TrainingCase } from "./_training.ts";

const cases: readonly Omit<TrainingCase, "cell" | "models">[] = [
  {
    inputs: 85,
    units: 128,
    outputs: 33,
    rows: 64,
    steps: 70,
    goals: { one: 1, four: 2 },
  },
  { inputs: 7, units: 128, outputs: 3, rows: 64, steps: 70, goals: { one: 1, four: 2 } },
  { inputs: 7, units: 256, outputs: 3, rows: 128, steps: 100, goals: { four: 1 } },
  {
    inputs: 7,
    units: 32,
    outputs: 3,
    rows: 64,
    steps: 100,
    goals: { four: 3 },
    onWebgpu: true,
  },
];

/** The benchmark of one kind of network. */
export function oneNetwork(
  { cell, ...about }: Pick<TrainingCase, "cell"> & Pick<Benchmark, "name" | "summary">,
): Benchmark {
  return {
    ...about,
    async run({ quick }) {
      const rows = [];
      for (const one of cases) {
        if (quick && one.units > 128) continue;
        rows.push(...await compareTraining({ ...one, cell, models: 1 }, quick));
      }
      return rows;
    },
  };
}
