// Random words and standard normal numbers, row by row: row r holds what `randomStream(…).normal(out, i + r, j, k)`
// of lib/core/random.ts gives from its number 4 · block on, and the Philox words behind it. The same words on every engine, bit for bit.
// For noise inside another kernel, import the fragment `shared/philox` (WGSL) or `_philox.ts` (wasm).

import { defineKernel } from "../lib/core/kernel.ts";
import { philox4x32 } from "../lib/core/random.ts";
import module from "../lib/wasm/philox.wasm" with { type: "bytes" };
import source from "./philox.wgsl" with { type: "text" };
import fragment from "./shared/philox.wgsl" with { type: "text" };

/** What is written: words and numbers. */
export type PhiloxBuffer = "words" | "normals";
/** Shape, key, and first counter. */
export type PhiloxUniform = "num_rows" | "num" | "key_0" | "key_1" | "block" | "i" | "j" | "k";

export default defineKernel<PhiloxBuffer, PhiloxUniform>({
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
});
