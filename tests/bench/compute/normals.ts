// Standard normal numbers in f32, Philox words included. The peers draw by rejection (ziggurat) from streams that have a
// state; ours are a function of an index, by Box–Muller. So numbers differ, and moments are what is compared.
// Operations are not counted: ten rounds of integers, one logarithm, one root and one point of the circle for two numbers.

import { findAdapter } from "#gpu/runtime/adapter.ts";
import philox from "#gpu/philox.ts";
import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Engine } from "#lib/core/engine.ts";
import { type Benchmark, NoPeer, peer, requireAgreement, type Row, timed } from "./harness.ts";

export default {
  name: "normals",
  summary: "standard normal numbers in f32",
  async run({ quick }) {
    const num = quick ? 2 ** 18 : 2 ** 22;
    const times = quick ? 3 : 15;
    const work = `${num.toLocaleString("en-US")} normal numbers`;
    const rows: Row[] = [];
    for (const by of ["numpy", "torch"]) {
      try {
        const found = await peer("normals", { by, num, times }, { threads: 1 });
        requireAgreement(`${work}, ${by}`, found.result as number[], expected, agreement);
        const name = `${by} ${found.versions[by]}, 1 thr, f32`;
        rows.push({ work, by: name, seconds: found.seconds, bytes: 4 * num });
      } catch (error) {
        if (!(error instanceof NoPeer)) throw error;
        rows.push({ work, by, seconds: [NaN], note: error.message });
      }
    }
    const best = rows.reduce((a, b) => Math.min(...a.seconds) <= Math.min(...b.seconds) ? a : b);
    for await (const [by, engine] of engines()) {
      await using _ = engine;
      using words = engine.allocate(num, "u32");
      using normals = engine.allocate(num);
      const uniforms = { num_rows: 1, num, key_0: 1, key_1: 2, block: 0, i: 0, j: 0, k: 0 };
      const { seconds } = await timed(times, async () => {
        engine.dispatch(philox, { words, normals }, uniforms);
        await engine.settle();
      });
      requireAgreement(
        `${work}, ${by}`,
        moments(await engine.download(normals)),
        expected,
        agreement,
      );
      rows.push({ work, by, seconds, bytes: 8 * num, against: best.by });
    }
    return rows;
  },
} satisfies Benchmark;

/** Of a standard normal distribution; a quarter of a million numbers come this near. */
const expected = [0, 1, 0, 3];
const agreement = { abs: 0.05, rel: 0 };

function moments(numbers: ArrayLike<number>): number[] {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < numbers.length; i++) {
    for (let power = 1; power <= 4; power++) sums[power - 1] += numbers[i] ** power;
  }
  return sums.map((sum) => sum / numbers.length);
}

async function* engines(): AsyncIterable<readonly [string, Engine]> {
  for (const threads of [1, 4]) {
    yield [`wasm, ${threads} thr, f32, with words`, new WasmEngine({ threads, Worker })];
  }
  const found = await findAdapter(navigator.gpu);
  if (!found.ok) return;
  const engine = await WebgpuEngine.open(navigator.gpu, found.value);
  yield [`webgpu ${found.value.facts.device}, f32, with words`, engine];
}
