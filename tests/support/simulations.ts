// Runs the task `simulate` in tests, and registers tests for engines.

import { assertEquals } from "@std/assert";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Attractor } from "#lib/core/attractor.ts";
import type { Engine } from "#lib/core/engine.ts";
import { attractors } from "#lib/models/attractors/mod.ts";
import task from "#tasks/simulate.ts";
import { gpuTest } from "./adapter.ts";
import { wasmEngine } from "./engines.ts";
import { runTask } from "./run_task.ts";

/** Raw params. */
export type Params = Readonly<Record<string, unknown>>;
/** States. */
export type Numbers = Float32Array | Float64Array;

/** An attractor by its name. */
export async function attractorOf(name: string): Promise<Attractor> {
  return (await attractors[name as keyof typeof attractors]()).default as unknown as Attractor;
}

/** States of a small ensemble. */
export async function statesOf(params: Params, engine?: Engine): Promise<Numbers> {
  const system = await attractorOf(params.system as string);
  const raw = { num_trials: 5, num_steps: 6, ...params };
  return (await runTask(task, raw, {}, { system }, engine)).trajectories.states.data;
}

/** The largest difference between two arrays of equal length. */
export function largestDistance(a: Numbers, b: Numbers): number {
  assertEquals(a.length, b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

/** Registers a test for wasm, and one for webgpu. */
export function engineTest(name: string, fn: (engine: Engine) => Promise<void>): void {
  Deno.test(`${name} on wasm`, async () => {
    await using engine = wasmEngine(2);
    await fn(engine);
  });
  gpuTest(`${name} on webgpu`, async (adapter) => {
    await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
    await fn(engine);
  });
}
