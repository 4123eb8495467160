// The engine `webgpu` against a model of plain arrays: random buffers, writes, dispatches, downloads and disposals, in
// which pools, bind groups, submits and clears all meet. Whole numbers, so that every value is exact.

import { assertEquals } from "@std/assert";
import type { EngineBuffer } from "#lib/core/engine.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { scale, shaderKernel } from "#tests/support/shader_kernel.ts";
import { webgpuEngine } from "#tests/support/webgpu_engine.ts";
import { withSeed } from "#tests/support/with_seed.ts";

/** y[i] = x[i] − y[i], for the first `num`. */
const subtract = shaderKernel(
  `@group(0) @binding(0) var<uniform> num: u32;
  @group(0) @binding(1) var<storage, read> x: array<f32>;
  @group(0) @binding(2) var<storage, read_write> y: array<f32>;
  @compute @workgroup_size(16) fn main(@builtin(global_invocation_id) id: vec3u) {
    if (id.x < num) { y[id.x] = x[id.x] - y[id.x]; }
  }`,
  { name: "subtract", grid: ({ num }) => [Math.ceil(num / 16), 1, 1] },
);

interface Pair {
  readonly buffer: EngineBuffer;
  readonly model: Float32Array;
}

gpuTest("WebgpuEngine agrees with plain arrays on random work", () =>
  withSeed(async (draw) => {
    await using engine = await webgpuEngine();
    const pairs: Pair[] = [];
    const pending: Promise<void>[] = [];
    const numbers = (length: number) => Float32Array.from({ length }, () => draw(100));
    const any = () => pairs[draw(pairs.length)];
    for (let step = 0; step < 600; step++) {
      const what = pairs.length < 2 ? draw(2) : draw(10);
      // Few lengths of few size classes, so that pools are used.
      const length = 1 + draw(3) * 40 + draw(2);
      if (what === 0 && pairs.length < 8) {
        pairs.push({ buffer: engine.allocate(length), model: new Float32Array(length) });
      } else if (what === 1 && pairs.length < 8) {
        const model = numbers(length);
        pairs.push({ buffer: engine.upload(model), model });
      } else if (pairs.length < 2) {
        continue;
      } else if (what === 2) {
        const [{ buffer }] = pairs.splice(draw(pairs.length), 1);
        buffer[Symbol.dispose]();
      } else if (what === 3) {
        const { buffer, model } = any();
        const at = draw(model.length);
        const data = numbers(1 + draw(model.length - at));
        engine.write(buffer, data, at);
        model.set(data, at);
      } else if (what === 4 && draw(4) === 0) {
        const { buffer, model } = any();
        const expected = [...model].map((v) => v + 0);
        pending.push(
          engine.download(buffer).then((found) =>
            assertEquals([...found].map((v) => v + 0), expected, `step ${step}`)
          ),
        );
        if (draw(2) === 0) await pending.at(-1);
      } else if (what < 7) {
        const { buffer: x, model } = any();
        const num = draw(model.length + 1);
        const factor = draw(2) === 0 ? -1 : 0;
        engine.dispatch(scale, { x }, { num, factor });
        for (let i = 0; i < num; i++) model[i] *= factor;
      } else {
        const from = any();
        const to = any();
        if (from === to) continue;
        const num = draw(Math.min(from.model.length, to.model.length) + 1);
        engine.dispatch(subtract, { x: from.buffer, y: to.buffer }, { num });
        for (let i = 0; i < num; i++) to.model[i] = from.model[i] - to.model[i];
      }
    }
    await Promise.all(pending);
    for (const { buffer, model } of pairs) {
      // −0 equals 0 here.
      assertEquals(
        [...await engine.download(buffer)].map((v) => v + 0),
        [...model].map((v) => v + 0),
      );
    }
  }));
