// Random words and standard normal numbers, row by row: row r holds what `randomStream(…).normal(out, i + r, j, k)`
// of lib/core/random.ts gives from its number 4 · block on, and the Philox words behind it. The same words on every engine, bit for bit.
// For noise inside another kernel, import the fragment `shared/philox` (WGSL) or `_philox.ts` (wasm).

import { defineKernel, type KernelCase } from "../lib/core/kernel.ts";
import { philox4x32, type RandomStream } from "../lib/core/random.ts";
import module from "../lib/wasm/philox.wasm" with { type: "bytes" };
import source from "./philox.wgsl" with { type: "text" };
import fragment from "./shared/philox.wgsl" with { type: "text" };

type Buffer = "words" | "normals";
type Uniform = "num_rows" | "num" | "key_0" | "key_1" | "block" | "i" | "j" | "k";

export default defineKernel<Buffer, Uniform>({
  name: "philox",
  source,
  fragments: { "shared/philox": fragment },
  overrides: (device) => ({ WORKGROUP: device === "gpu" ? 256 : 64 }),
  grid({ num_rows, num }, { WORKGROUP }) {
    const groups = Math.ceil(num_rows * Math.ceil(num / 4) / WORKGROUP);
    const across = Math.min(groups, 65535);
    return [across, across === 0 ? 0 : Math.ceil(groups / across), 1];
  },
  wasm: {
    module,
    entry: "philox",
    buffers: ["words", "normals"],
    uniforms: ["num_rows", "num", "key_0", "key_1", "block", "i", "j", "k"],
    numParts: ({ num_rows, num }) => Math.ceil(num_rows * num / 4096),
  },
  twin({ words, normals }, { num_rows, num, key_0, key_1, block, i, j, k }) {
    const drawn = new Uint32Array(4);
    for (let row = 0; row < num_rows; row++) {
      for (let n = 0; n < num; n++) {
        philox4x32(block + (n >> 2), i + row, j, k, key_0, key_1, drawn);
        words[row * num + n] = drawn[n & 3];
        // Box–Muller: a pair of words gives a radius and an angle, and so two numbers.
        const pair = n & 2;
        const radius = Math.sqrt(-2 * Math.log((drawn[pair] + 0.5) / 2 ** 32));
        const angle = 2 * Math.PI * ((drawn[pair + 1] + 0.5) / 2 ** 32);
        normals[row * num + n] = radius * (n % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
      }
    }
  },
  // Rounding in f32: of a number up to 6.7, of a logarithm, a square root and a product, some units in the last place.
  tolerance: { abs: 3e-6, rel: 0 },
  cases,
});

function* cases(random: RandomStream): Iterable<KernelCase<Buffer, Uniform>> {
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
