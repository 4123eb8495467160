// Operators: the linear dynamics that a DMD fit found, kept so that any smaller rank can be read off without refitting.

import { type ArtifactType, jsonBytes, readJson, readTensor, tensorFiles } from "../artifact.ts";
import { requireDims, type Tensor } from "../tensor.ts";

/**
 * A fitted linear map of dynamics in whitened coordinates: v(t + s) ≈ A v(t).
 * `auto` = V₋ᵀV₋ and `cross` = V₋ᵀV₊ are kept for the leading `max_rank` components, so the operator of any
 * rank r ≤ max_rank is the ridge solution of their leading r × r blocks.
 */
export interface Operator {
  /** A at `rank`, dims `target`, `source`. */
  readonly matrix: Tensor;
  /** V₋ᵀV₋ of the leading components, dims `component`, `component`. */
  readonly auto: Tensor;
  /** V₋ᵀV₊ of the leading components, dims `component`, `component`. */
  readonly cross: Tensor;
  /** All singular values of the embedded data, descending, dims `component`. */
  readonly singularValues: Tensor;
  /** Plain facts: rank, n_delays, delay_interval, ridge, steps_ahead, conditioning, warnings … */
  readonly about: Readonly<Record<string, unknown>>;
}

const arrays = {
  matrix: ["target", "source"],
  auto: ["row", "column"],
  cross: ["row", "column"],
  singularValues: ["component"],
} as const;

/**
 * Artifact type of {@link Operator}.
 *
 * @example
 * ```ts
 * import { operator } from "#lib/core/artifacts/operator.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const one = (...dims: string[]) => tensor(dims, dims.map(() => 1), Float64Array.of(0.5));
 * const value = {
 *   matrix: one("target", "source"),
 *   auto: one("row", "column"),
 *   cross: one("row", "column"),
 *   singularValues: one("component"),
 *   about: { rank: 1 },
 * };
 * assertEquals(operator.decode(operator.encode(value)), value);
 * ```
 */
export const operator: ArtifactType<Operator> = {
  kind: "operator",
  encode(value) {
    const files: Record<string, Uint8Array> = { "operator.json": jsonBytes(value.about) };
    for (const [name, dims] of Object.entries(arrays)) {
      const array = value[name as keyof typeof arrays];
      requireDims(array, dims, `${name} of an operator`);
      Object.assign(files, tensorFiles(fileName(name), array));
    }
    return files;
  },
  decode(files) {
    const read = (name: keyof typeof arrays) => readTensor(files, fileName(name)).tensor;
    return {
      matrix: read("matrix"),
      auto: read("auto"),
      cross: read("cross"),
      singularValues: read("singularValues"),
      about: readJson(files, "operator.json") as Record<string, unknown>,
    };
  },
};

function fileName(name: string): string {
  return name === "singularValues" ? "singular_values" : name;
}
