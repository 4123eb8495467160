// Splits a set of sequences into a training and a test part. The published split draws among stored sequences, so that
// copies of one sequence fall into both parts; the clean one draws among distinct sequences.

import { randomStream } from "../core/random.ts";

/** Numbers of sequences by part, in the order of the draw. */
export interface Split {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/**
 * A random split of sequences 0 … n − 1.
 *
 * @param contents equal numbers for equal sequences (`findDuplicates`)
 * @param options `leaky`: whether copies of one sequence may fall into both parts; `trainShare` 0.8 as published
 *
 * @example
 * ```ts
 * import { splitSequences } from "#lib/trials/split.ts";
 * import { assertEquals } from "@std/assert";
 * const { train, test } = splitSequences(Int32Array.of(0, 1, 2, 3, 4), { seed: 0, leaky: false });
 * assertEquals([train.length, test.length], [4, 1]);
 * ```
 */
export function splitSequences(
  contents: Int32Array,
  { seed, leaky, trainShare = 0.8 }: {
    readonly seed: number | string;
    readonly leaky: boolean;
    readonly trainShare?: number;
  },
): Split {
  const num = contents.length;
  const stream = randomStream(seed, "trials/split");
  const order = [...stream.permutation(num)];
  if (leaky) {
    const numTrain = Math.floor(trainShare * num);
    return { train: order.slice(0, numTrain), test: order.slice(numTrain) };
  }
  const numContents = new Set(contents).size;
  const numTrain = Math.floor(trainShare * numContents);
  const ofTrain = new Set<number>();
  for (const sequence of order) {
    if (ofTrain.size === numTrain) break;
    ofTrain.add(contents[sequence]);
  }
  const isTrain = (sequence: number) => ofTrain.has(contents[sequence]);
  return { train: order.filter(isTrain), test: order.filter((sequence) => !isTrain(sequence)) };
}

/**
 * Share of the test part that stands in the training part as well, to the last bit.
 *
 * @example
 * ```ts
 * import { leakOf } from "#lib/trials/split.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(leakOf(Int32Array.of(0, 1, 0, 2), { train: [0, 1], test: [2, 3] }), 0.5);
 * ```
 */
export function leakOf(contents: Int32Array, { train, test }: Split): number {
  if (test.length === 0) return 0;
  const known = new Set(train.map((sequence) => contents[sequence]));
  return test.filter((sequence) => known.has(contents[sequence])).length / test.length;
}
