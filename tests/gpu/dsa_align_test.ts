// What one dispatch does of a descent, and what the next one takes over. Agreement with the twin is tested with all
// kernels (tests/conformance/kernels_test.ts).

import { assertEquals, assertLess } from "@std/assert";
import align from "#gpu/dsa_align.ts";
import { alignLayout, maxStepsPerDispatch, placedRotation } from "#gpu/dsa_align/layout.ts";
import { placedOperators } from "#gpu/dsa_align/layout.ts";
import { Mark, Status } from "#gpu/dsa_align/twin.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Engine } from "#lib/core/engine.ts";
import { randomStream } from "#lib/core/random.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { pairTable } from "#lib/math/dsa/pair_table.ts";
import { randomOrthogonal } from "#lib/math/dsa/random_orthogonal.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import { denormalIn } from "#tests/support/kernel_runs.ts";

/**
 * A fresh problem; descents go on for as many evaluations as each dispatch is told. With `fading` below 1 each entry of
 * the operators is so much smaller than the one before.
 */
async function descents(
  engine: Engine,
  n: number,
  seed: number,
  steps: readonly number[],
  fading = 1,
) {
  const stream = randomStream(seed, "test/dsa_align");
  const [x, y] = [0, 1].map((i) =>
    describeOperator(
      stream.normal(new Float64Array(n * n), i).map((v, k) => v * fading ** k) as Float64Array,
      n,
    )
  );
  const layout = alignLayout(n, 1, 2);
  const contents = new Float32Array(layout.spaceLength);
  contents.set(placedOperators(x.t, y.t, n));
  for (const slot of [0, 1]) {
    const start = placedRotation(randomOrthogonal(stream, 2 + slot, n, 1), n);
    contents.set(start, layout.rotationsAt + slot * layout.s ** 2);
  }
  using space = engine.upload(contents);
  using entries = engine.upload(pairTable(x.partner, n));
  using slots = engine.upload(Uint32Array.of(0, 0, 1, 0));
  using marks = engine.allocate(layout.marksLength);
  for (const each of steps) {
    engine.dispatch(align, { space, entries, slots, marks }, {
      n,
      num: 2,
      steps: each,
      rotations_at: layout.rotationsAt,
      scratch_at: layout.scratchAt,
      max_iterations: 500,
      gradient_tolerance: 1e-4,
      relative_decrease: 1e-5,
    });
  }
  return { marks: await engine.download(marks), space: await engine.download(space) };
}

const seed = crypto.getRandomValues(new Uint32Array(1))[0];

for (const { label, open } of processorEngines) {
  Deno.test(`dsa_align goes on where it stopped, on ${label}`, async () => {
    await using engine = open();
    for (const n of [2, 5, 12]) {
      const whole = await descents(engine, n, seed, [12]);
      const parts = await descents(engine, n, seed, [1, 0, 4, 2, 5]);
      assertEquals(parts, whole, `seed ${seed}, n = ${n}`);
    }
  });

  Deno.test(`dsa_align comes to an end and changes nothing afterwards, on ${label}`, async () => {
    await using engine = open();
    for (const n of [1, 3, 7]) {
      const { marks, space } = await descents(engine, n, seed, [300]);
      for (const slot of [0, 1]) {
        const status = marks[slot * Mark.length + Mark.status];
        assertLess(Status.running, status, `seed ${seed}, n = ${n}`);
      }
      const more = await descents(engine, n, seed, [300, 7]);
      assertEquals(more.marks, marks);
      assertEquals(more.space, space);
    }
  });
}

Deno.test("dsa_align on wasm leaves no denormal numbers, whatever fades away", async () => {
  await using engine = wasmEngine(1);
  for (const fading of [1e-1, 1e-2, 1e-4]) {
    const { space, marks } = await descents(engine, 6, seed, [40], fading);
    assertEquals([denormalIn(space), denormalIn(marks)], [-1, -1], `seed ${seed}, ${fading}`);
  }
});

// Software adapters leave loops silently that turn too often within one dispatch.
for (const device of ["gpu", "software"] as const) {
  gpuTest(
    `dsa_align takes the most steps of a dispatch on webgpu, shaped for ${device}`,
    async (adapter) => {
      const shaped = { ...adapter, facts: { ...adapter.facts, device } };
      await using engine = await WebgpuEngine.open(navigator.gpu, shaped);
      for (const n of [8, 33, 64]) {
        const most = maxStepsPerDispatch(n, align.overrides(device).width);
        const whole = await descents(engine, n, seed, [most]);
        const parts = await descents(engine, n, seed, Array.from({ length: most }, () => 1));
        assertEquals(parts, whole, `seed ${seed}, n = ${n}`);
      }
    },
  );
}
