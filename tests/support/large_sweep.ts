// A program: runs a sweep ten times as large as the largest binding of an engine (`wasm` or `webgpu`) and prints what it did
// and how much memory it held whenever a member ended, as JSON. A process of its own, because memory is counted by process.

import { odeKernel } from "#gpu/ode/kernel.ts";
import { type EnsembleJob, runEnsembles } from "#gpu/ode/run.ts";
import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import { openWebgpu } from "#gpu/runtime/webgpu_engine.ts";
import type { Engine } from "#lib/core/engine.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";

/** What the program prints. */
export interface LargeSweep {
  readonly members: number;
  readonly binding: number;
  readonly bytesDown: number;
  /** In MiB, at the end of each member. */
  readonly resident: readonly number[];
}

const numTrials = 2048;
const numPoints = 1024;

/** What is garbage is of no interest; the program runs with `--expose-gc`. */
const collectGarbage = (globalThis as unknown as { gc?: () => void }).gc ?? (() => {});

if (import.meta.main) {
  const engine = Deno.args[0] === "wasm" ? new WasmEngine({ threads: 2, Worker }) : await webgpu();
  console.log(JSON.stringify(await sweep(engine)));
  await engine[Symbol.asyncDispose]();
}

async function webgpu(): Promise<Engine> {
  const opened = await openWebgpu(navigator.gpu);
  if (opened.ok) return opened.value;
  throw new Error(opened.error.message);
}

async function sweep(engine: Engine): Promise<LargeSweep> {
  // A GPU may bind more than is worth a test's time.
  const binding = Math.min(engine.limits.maxBindingBytes, 128 * 2 ** 20);
  const members = Math.ceil(10 * binding / (numTrials * numPoints * 3 * 4));
  const resident: number[] = [];
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
      if (points.length !== numTrials * numPoints * 3 || points[0] !== 1 + i) {
        throw new Error(`member ${i} has ${points.length} numbers, the first ${points[0]}`);
      }
      collectGarbage();
      resident.push(Math.round(Deno.memoryUsage().rss / 2 ** 20));
    },
    diverged: (trial) => {
      throw new Error(`trial ${trial} of member ${i} diverged`);
    },
    progress: () => {},
  });
  const jobs = Array.from({ length: members }, (_, i) => job(i));
  await runEnsembles(engine, odeKernel(lorenz, "rk4", 3), jobs, { numUnits: 3, numPoints });
  return { members, binding, bytesDown: engine.counts.bytesDown, resident };
}
