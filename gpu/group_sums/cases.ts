// Cases of the kernel `group_sums` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import type { GroupBuffer, GroupUniform } from "../group_sums.ts";
import { fill } from "../rnn/cell_cases.ts";

/** Declared and random cases: nothing, one, a workgroup and its neighbours, parts and their neighbours. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<GroupBuffer, GroupUniform>> {
  let index = 0;
  const of = (label: string, num_models: number, num_groups: number, num: number, gap = 0) => ({
    label,
    buffers: {
      partials: fill(random, index, 30, num_models * num_groups * num, 1),
      result: fill(random, index++, 31, num_models * (num + 2 * gap), 1),
    },
    uniforms: { num_models, num_groups, num, result_stride: num + 2 * gap, result_at: gap },
  });
  yield of("no models", 0, 2, 3);
  yield of("no groups", 2, 0, 3);
  yield of("no numbers", 2, 3, 0);
  for (const num of [1, 3, 4, 5, 7, 8, 9, 63, 64, 65, 4095, 4096, 4097]) {
    yield of(`${num} numbers`, 1, 3, num);
  }
  yield of("one group", 2, 1, 10);
  yield of("gaps", 3, 8, 21, 5);
  for (let i = 0; i < 4; i++) {
    const draw = (bound: number, k: number) => random.integer(bound, 2000 + i, k);
    yield of(`random ${i}`, 1 + draw(4, 0), 1 + draw(9, 1), 1 + draw(200, 2), draw(3, 3));
  }
}
