// Operators: the linear dynamics that a DMD fit found, kept so that any smaller rank can be read off without refitting.

import { type ArtifactType, jsonBytes, readJson, readTensor, tensorFiles } from "../artifact.ts";
import { requireDims, type Tensor } from "../tensor.ts";

/**
 * A linear map of dynamics, v(t + s) ≈ A v(t), in coordinates v that its `about` describes. What a fit knows beyond the
 * matrix is there if the method has it; an imported matrix comes alone.
 *
 * A HAVOK fit works in whitened coordinates and keeps `auto` = V₋ᵀV₋ and `cross` = V₋ᵀV₊ for the leading `max_rank`
 * components, so the operator of any rank r ≤ max_rank is the ridge solution of their leading r × r blocks.
 */
export interface Operator {
  /** A at `rank`, dims `target`, `source`. */
  readonly matrix: Tensor;
  /** V₋ᵀV₋ of the leading components, dims `row`, `column`. */
  readonly auto?: Tensor;
  /** V₋ᵀV₊ of the leading components, dims `row`, `column`. */
  readonly cross?: Tensor;
  /** Singular values of the embedded data, descending, dims `component`. */
  readonly singularValues?: Tensor;
  /** Right singular vectors of the embedded data, v = hᵀ U Σ⁻¹: dims `feature`, `component`. */
  readonly modes?: Tensor;
  /** Plain facts: rank, method, n_delays, delay_interval, ridge, steps_ahead, conditioning, warnings … */
  readonly about: Readonly<Record<string, unknown>>;
}

const arrays = {
  matrix: ["target", "source"],
  auto: ["row", "column"],
  cross: ["row", "column"],
  singularValues: ["component"],
  modes: ["feature", "component"],
} as const;

/**
 * Artifact type of {@link Operator}: `operator.json`, `matrix.npy`, and the other arrays that there are.
 *
 * @example
 * ```ts
 * import { operator } from "#lib/core/artifacts/operator.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const value = {
 *   matrix: tensor(["target", "source"], [1, 1], Float64Array.of(0.5)),
 *   singularValues: tensor(["component"], [1], Float64Array.of(2)),
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
      if (array === undefined) continue;
      requireDims(array, dims, `${name} of an operator`);
      Object.assign(files, tensorFiles(fileName(name), array));
    }
    return files;
  },
  decode(files) {
    const others = Object.keys(arrays).filter((name) =>
      name !== "matrix" &&
      [`${fileName(name)}.npy`, `${fileName(name)}.json`].some((file) => Object.hasOwn(files, file))
    );
    return {
      matrix: readTensor(files, "matrix").tensor,
      ...Object.fromEntries(others.map((name) => [name, readTensor(files, fileName(name)).tensor])),
      about: readJson(files, "operator.json") as Record<string, unknown>,
    };
  },
};

function fileName(name: string): string {
  return name === "singularValues" ? "singular_values" : name;
}
