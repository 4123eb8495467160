// Walks NumPy's legacy random stream once and hands on where it stands before each block of draws, so that an
// as-published study keeps exactly the draws it had while its stages run in any order.

import { z } from "zod";
import { generatorStates } from "#lib/core/artifacts/generator.ts";
import { defineTask } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import { type LegacyDraws, walkLegacyStream } from "#lib/math/random/legacy_walk.ts";
import { LEGACY_STATE_LENGTH } from "#lib/math/random/mt19937.ts";

const params = z.strictObject({
  seed: z.int().min(0).max(0xffffffff).default(0).describe("seed of numpy.random.seed"),
  draws: z.array(z.strictObject({
    uniform: z.int().min(0).default(0).describe("uniform numbers drawn by each block"),
    normal: z.int().min(0).default(0).describe(
      "normal numbers drawn by each block, after the uniform ones",
    ),
    normal_and_bit: z.int().min(0).optional().describe(
      "pairs of a normal number and one of two integers drawn by each block, after those",
    ),
    repeat: z.int().min(1).default(1).describe("how many blocks of this kind follow each other"),
  })).min(1).describe("the study's draws in the order in which it made them"),
});

export default defineTask({
  name: "numpy_stream",
  summary: "Walks NumPy's legacy generator and keeps its state before each block of draws.",
  version: 1,
  numerics: "exact",
  params,
  inputs: {},
  outputs: { states: generatorStates },
  examples: [{ params: { seed: 42, draws: [{ uniform: 6, repeat: 2 }, { normal: 5 }] } }],
  run(_context, { seed, draws }) {
    const blocks: LegacyDraws[] = draws.flatMap(({ uniform, normal, normal_and_bit, repeat }) =>
      Array.from({ length: repeat }, () => ({ uniform, normal, normalAndBit: normal_and_bit ?? 0 }))
    );
    const states = walkLegacyStream(seed, blocks);
    return {
      states: {
        arrays: {
          states: tensor(["block", "word"], [blocks.length + 1, LEGACY_STATE_LENGTH], states),
        },
        about: { generator: "MT19937 (NumPy legacy)", seed, draws },
      },
    };
  },
});
