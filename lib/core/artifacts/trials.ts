// Trials of a neurotask: inputs, targets, masks and period boundaries over trials × time, with the design of each trial.
// The same set serves every network that is compared, so that row k of one and of another belong to the same trial.

import { type ArtifactType, jsonBytes, readJson, readTensor, tensorFiles } from "../artifact.ts";
import { readTsv, type Table, writeTsv } from "../table.ts";
import type { Column } from "../table.ts";
import { requireDims, type Tensor } from "../tensor.ts";

/** Trials of one rule. Time points beyond the end of a shorter trial are 0 in every array. */
export interface Trials {
  /** Dims `trial`, `time`, `channel` with names of channels: what a network is given, rule input included. */
  readonly inputs: Tensor;
  /** Dims `trial`, `time` (class per step) or `trial`, `time`, `output` (values). */
  readonly targets: Tensor;
  /** Dims `trial`, `time`: NeuroGym's mask; 0 beyond the end. */
  readonly mask: Tensor;
  /** Dims `trial`, `time`: 1 where the response is scored. */
  readonly scored: Tensor;
  /** Dims `trial`, `period`, `edge`: first step and first step after the period. */
  readonly bounds: Tensor;
  /** One row per trial: its conditions, `decidable`, `num_steps`. */
  readonly conditions: Table;
  /** `rule`, `rules`, `mode`, `dt_ms`, `target` (`class` or `value`), `outputs`, `chance`, `ideal`, seeds, warnings. */
  readonly about: Readonly<Record<string, unknown>>;
}

const arrays = {
  inputs: ["trial", "time", "channel"],
  mask: ["trial", "time"],
  scored: ["trial", "time"],
  bounds: ["trial", "period", "edge"],
} as const;

/**
 * Artifact type of {@link Trials}: `trials.json`, `inputs.npy`, `targets.npy`, `mask.npy`, `scored.npy`, `bounds.npy` with
 * sidecars, and `conditions.tsv`.
 *
 * @example
 * ```ts
 * import { trials } from "#lib/core/artifacts/trials.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const value = {
 *   inputs: tensor(["trial", "time", "channel"], [1, 2, 1], Float32Array.of(1, 0)),
 *   targets: tensor(["trial", "time"], [1, 2], Float32Array.of(0, 1)),
 *   mask: tensor(["trial", "time"], [1, 2], Float32Array.of(1, 2)),
 *   scored: tensor(["trial", "time"], [1, 2], Float32Array.of(0, 1)),
 *   bounds: tensor(["trial", "period", "edge"], [1, 1, 2], Int32Array.of(0, 2)),
 *   conditions: tableOf([{ choice: 1 }]),
 *   about: { dt_ms: 20 },
 * };
 * assertEquals(trials.decode(trials.encode(value)), value);
 * ```
 */
export const trials: ArtifactType<Trials> = {
  kind: "trials",
  encode(value) {
    const files: Record<string, Uint8Array> = {
      "trials.json": jsonBytes(value.about),
      "conditions.tsv": new TextEncoder().encode(writeTsv(value.conditions)),
      "conditions.json": jsonBytes({ columns: value.conditions.columns }),
    };
    for (const [name, dims] of Object.entries(arrays)) {
      const array = value[name as keyof typeof arrays];
      requireDims(array, dims, `${name} of trials`);
      Object.assign(files, tensorFiles(name, array));
    }
    requireDims(value.targets, targetDims(value.targets), "targets of trials");
    return { ...files, ...tensorFiles("targets", value.targets) };
  },
  decode(files) {
    const { columns } = readJson(files, "conditions.json") as { columns: readonly Column[] };
    const read = (name: string) => readTensor(files, name).tensor;
    const [inputs, mask, scored, bounds] = Object.entries(arrays).map(([name, dims]) => {
      const array = read(name);
      requireDims(array, dims, `${name} of trials`);
      return array;
    });
    const targets = read("targets");
    requireDims(targets, targetDims(targets), "targets of trials");
    return {
      inputs,
      targets,
      mask,
      scored,
      bounds,
      conditions: readTsv(new TextDecoder().decode(files["conditions.tsv"]), columns),
      about: readJson(files, "trials.json") as Record<string, unknown>,
    };
  },
};

function targetDims({ shape }: Tensor): readonly string[] {
  return shape.length === 2 ? ["trial", "time"] : ["trial", "time", "output"];
}
