// A sweep ten times as large as the largest binding of the engine: it runs in chunks, and memory stays where it was.

import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { odeKernel } from "#gpu/ode/kernel.ts";
import { type EnsembleJob, runEnsembles } from "#gpu/ode/run.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Engine } from "#lib/core/engine.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { wasmEngine } from "#tests/support/engines.ts";

const numTrials = 2048;
const numPoints = 1024;

Deno.test("a sweep ten times the largest binding keeps memory flat on wasm", async () => {
  await using engine = wasmEngine(2);
  await sweep(engine);
});

gpuTest("a sweep ten times the largest binding keeps memory flat on webgpu", async (adapter) => {
  await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
  await sweep(engine);
});

async function sweep(engine: Engine): Promise<void> {
  const memberBytes = numTrials * numPoints * 3 * 4;
  // A GPU may bind more than is worth a test's time.
  const binding = Math.min(engine.limits.maxBindingBytes, 128 * 2 ** 20);
  const numMembers = Math.ceil(10 * binding / memberBytes);
  const resident: number[] = [];
  let ended = 0;
  const job = (i: number): EnsembleJob => ({
    member: {
      h: 0.01,
      noise: 0,
      key: [0, 0],
      substeps: 1,
      discard: 0,
      constants: [10, 20 + i / 8, 8 / 3],
    },
    numTrials,
    initial: () => new Float64Array(3 * numTrials).fill(1 + i),
    finish(points) {
      assertEquals([points.length, points[0]], [numTrials * numPoints * 3, 1 + i]);
      ended++;
      resident.push(Deno.memoryUsage().rss / 2 ** 20);
    },
    diverged: (trial) => {
      throw new Error(`trial ${trial} of member ${i} diverged`);
    },
    progress: () => {},
  });
  const before = engine.counts.bytesDown;
  const jobs = Array.from({ length: numMembers }, (_, i) => job(i));
  await runEnsembles(engine, odeKernel(lorenz, "rk4", 3), jobs, { numUnits: 3, numPoints });
  assertEquals(ended, numMembers);
  assertGreater(engine.counts.bytesDown - before, 9.9 * binding);
  // After a fifth everything that is ever needed has been allocated; then memory grows by less than one chunk.
  const settled = Math.max(...resident.slice(0, Math.ceil(numMembers / 5)));
  const most = Math.max(...resident);
  assertLess(most - settled, 128, `resident memory: ${resident.map(Math.round)} MiB`);
}
