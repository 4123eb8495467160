// Cases of the kernel `parameter_norms` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import type { NormsBuffer, NormsUniform } from "../parameter_norms.ts";
import { segmentLength, sumsLength, tensorTable } from "../rnn/parameter_tensors.ts";

/** Lengths of tensors: one segment and its neighbours, several, tensors of nothing, none. */
export const tensorLists: readonly (readonly number[])[] = [
  [1],
  [3],
  [4, 5],
  [63, 64, 65],
  [segmentLength - 1, 7],
  [segmentLength],
  [segmentLength + 1, 2],
  [0, 5, 0, 3],
  [700, 12, 3 * segmentLength + 17, 36, 3],
];

/** Declared and random cases: nothing, one, a segment and its neighbours, large. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<NormsBuffer, NormsUniform>> {
  let count = 0;
  const of = (
    label: string,
    models: number,
    lengths: readonly number[],
    constrained: 0 | 1 | 2,
  ): KernelCase<NormsBuffer, NormsUniform> => {
    const { table, numSegments } = tensorTable(lengths);
    const numParameters = lengths.reduce((sum, length) => sum + length, 0);
    const i = count++;
    const normal = (length: number, j: number) =>
      Float32Array.from(random.normal(new Float64Array(length), 7, i, j));
    const parameters = normal(models * numParameters, 0);
    // Zeros have no sign.
    parameters.forEach((_, at) => at % 11 === 5 && (parameters[at] = 0));
    return {
      label,
      buffers: {
        tensors: table,
        parameters,
        gradients: normal(models * numParameters, 1),
        constraints: constrained === 0 ? new Float32Array(1) : Float32Array.from(
          { length: (constrained === 2 ? models : 1) * numParameters },
          (_, k) => random.integer(7, 6, i, k) - 2,
        ),
        sums: new Float32Array(models * numSegments * sumsLength),
      },
      uniforms: {
        num_models: models,
        num_parameters: numParameters,
        num_tensors: lengths.length,
        num_segments: numSegments,
        constrained,
      },
    };
  };
  yield of("no models", 0, [5], 0);
  yield of("no tensors", 2, [], 0);
  for (const lengths of tensorLists) {
    for (const constrained of [0, 1, 2] as const) {
      const models = 1 + constrained;
      yield of(`${models} models of ${lengths.join(", ")}`, models, lengths, constrained);
    }
  }
  for (let i = 0; i < 4; i++) {
    const lengths = [0, 1, 2].map((j) => random.integer(3000, 8, i, j));
    yield of(`random ${i}`, 1 + random.integer(4, 9, i, 0), lengths, 2);
  }
  yield of("many", 5, [128 * 128, 128 * 7, 128], 0);
}
