// What the cases of both kernels of gated networks have in common: which cells, which sizes, which steps.

import type { RandomStream } from "../../lib/core/random.ts";

/** One case. */
export interface GatedCase {
  readonly label: string;
  readonly models: number;
  readonly rows: number;
  readonly steps: number;
  readonly inputs: number;
  readonly units: number;
  readonly activation: number;
  readonly reset_gate: number;
  readonly leak: number;
  readonly noise_gain: number;
  /** The dispatch's steps; all if absent. */
  readonly some?: readonly [first: number, end: number];
}

/**
 * All reset gates and activations, leaks, noise; sizes around vectors, panels and blocks of rows; some of the steps.
 *
 * @example
 * ```ts
 * import { gatedCases } from "#gpu/rnn/gated_cases.ts";
 * import { assertEquals } from "@std/assert";
 * const labels = [...gatedCases()].map(({ label }) => label);
 * assertEquals(new Set(labels).size, labels.length);
 * ```
 */
export function* gatedCases(): Iterable<GatedCase> {
  const usual = { models: 2, rows: 5, steps: 6, inputs: 3, units: 6, leak: 0, noise_gain: 0 };
  const of = (label: string, changes: Partial<GatedCase>): GatedCase => ({
    ...usual,
    activation: 4,
    reset_gate: 0,
    label,
    ...changes,
  });
  for (const reset_gate of [0, 1, 2]) {
    for (const activation of [0, 1, 2, 3, 4, 5]) {
      yield of(`gate ${reset_gate}, activation ${activation}`, { reset_gate, activation });
    }
    for (const leak of [1, 2]) yield of(`gate ${reset_gate}, leak ${leak}`, { reset_gate, leak });
    yield of(`gate ${reset_gate}, noise`, { reset_gate, noise_gain: 0.3 });
    for (
      const [models, rows, steps, inputs, units] of [
        [0, 3, 2, 2, 4],
        [2, 0, 2, 2, 4],
        [1, 1, 0, 1, 1],
        [1, 1, 1, 0, 1],
        [1, 4, 3, 1, 4],
        [2, 8, 3, 4, 8],
        [1, 9, 4, 5, 9],
        [3, 7, 5, 7, 31],
        [1, 17, 12, 33, 64],
      ]
    ) {
      const sizes = [models, rows, steps, inputs, units];
      yield of(`gate ${reset_gate}, ${sizes.join(" × ")}`, {
        reset_gate,
        models,
        rows,
        steps,
        inputs,
        units,
      });
    }
    yield of(`gate ${reset_gate}, the first steps`, { reset_gate, some: [0, 2] });
    yield of(`gate ${reset_gate}, the last steps`, { reset_gate, some: [4, 6] });
    yield of(`gate ${reset_gate}, no step`, { reset_gate, some: [3, 3] });
  }
}

/**
 * Uniforms that both kernels have. Time constants stand first in a model's parameters, then biases.
 *
 * @example
 * ```ts
 * import { gatedCases, gatedUniforms } from "#gpu/rnn/gated_cases.ts";
 * import { assertEquals } from "@std/assert";
 * const [first] = gatedCases();
 * assertEquals(gatedUniforms(first).work_stride, 4 * first.units);
 * ```
 */
export function gatedUniforms(one: GatedCase) {
  const keep = Math.exp(-0.2);
  return {
    num_models: one.models,
    num_rows: one.rows,
    num_steps: one.steps,
    num_units: one.units,
    num_parameters: 4 * one.units + 3,
    first_step: one.some?.[0] ?? 0,
    end_step: one.some?.[1] ?? one.steps,
    at_tau_ms: 0,
    activation: one.activation,
    reset_gate: one.reset_gate,
    leak: one.leak,
    keep,
    gain: 1 - keep,
    dt_ms: 20,
    work_stride: (one.leak > 0 ? 5 : 4) * one.units,
  };
}

/**
 * Models read the slots 1, 0, 1, …; every other one has two steps less than there is room for, none if there are fewer.
 *
 * @example
 * ```ts
 * import { slotTable } from "#gpu/rnn/gated_cases.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...slotTable({ models: 2, steps: 6 })], [1, 6, 0, 4]);
 * ```
 */
export function slotTable({ models, steps }: Pick<GatedCase, "models" | "steps">): Uint32Array {
  const table = new Uint32Array(2 * models);
  for (let model = 0; model < models; model++) {
    table[2 * model] = 1 - model % 2;
    table[2 * model + 1] = model % 2 === 0 ? steps : Math.max(0, steps - 2);
  }
  return table;
}

/**
 * Normal numbers of a case, each call those of the next sequence.
 *
 * @example
 * ```ts
 * import { scaledNormals } from "#gpu/rnn/gated_cases.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import { assert } from "@std/assert";
 * const draw = scaledNormals(randomStream(1, "test"), 0);
 * assert(draw(1, 1)[0] !== draw(1, 1)[0]);
 * ```
 */
export function scaledNormals(
  random: RandomStream,
  at: number,
): (length: number, scale: number) => Float32Array {
  let sequence = 0;
  return (length, scale) =>
    (random.normal(new Float32Array(length), at, sequence++) as Float32Array)
      .map((x) => scale * x);
}
