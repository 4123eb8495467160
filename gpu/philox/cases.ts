// Cases of the kernel `philox` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import type { PhiloxBuffer, PhiloxUniform } from "../philox.ts";

/** Declared and random cases: nothing, one, a workgroup and its neighbours, large. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<PhiloxBuffer, PhiloxUniform>> {
  const of = (
    label: string,
    num_rows: number,
    num: number,
    keys = random.key,
    at = [0, 0, 0, 0],
  ) => ({
    label,
    buffers: {
      words: new Uint32Array(num_rows * num),
      normals: new Float32Array(num_rows * num),
    },
    uniforms: {
      num_rows,
      num,
      key_0: keys[0],
      key_1: keys[1],
      block: at[0],
      i: at[1],
      j: at[2],
      k: at[3],
    },
  });
  // One block, and four of them, are what one thread and one vector make; 64 and 256 threads are a workgroup.
  for (const num of [0, 1, 3, 4, 5, 15, 16, 17, 252, 256, 260, 1020, 1024, 1028]) {
    yield of(`one row of ${num}`, 1, num);
  }
  for (const [rows, num] of [[0, 5], [2, 1], [5, 3], [7, 6], [16, 4], [63, 9], [1000, 3]]) {
    yield of(`${rows} rows of ${num}`, rows, num);
  }
  const large = 2 ** 32 - 1;
  yield of("words of ones", 3, 5, [large, large], [large, large - 1, large, large]);
  for (let i = 0; i < 5; i++) {
    const draw = (bound: number, n: number) => random.integer(bound, i, n);
    const keys = [draw(2 ** 32, 0), draw(2 ** 32, 1)] as const;
    const at = [2, 3, 4, 5].map((n) => draw(2 ** 32, n));
    yield of(`random ${i}`, 1 + draw(50, 6), 1 + draw(50, 7), keys, at);
  }
  yield of("many", 300, 1001);
}
