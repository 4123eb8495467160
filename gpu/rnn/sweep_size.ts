// How large a sweep may be on an engine: networks side by side, and updates in one block. None of it shows in any network's
// numbers.

import type { Engine } from "#lib/core/engine.ts";
import type { SweepPlan } from "./sweep_plan.ts";

/**
 * Networks that train side by side at most. On a device as many as its bindings and some memory hold; processors keep the
 * caches warm with few, which are enough to keep all threads busy.
 *
 * @param workPerStep of the network's program
 * @throws {RangeError} if a single network does not fit
 *
 * @example
 * ```ts
 * import { modelsAtOnce } from "#gpu/rnn/sweep_size.ts";
 * import { assertEquals } from "@std/assert";
 * const plan = { rows: 64, steps: 70, units: 64, inputs: 7, outputs: 3, tensors: [4800], numMoments: 2 };
 * const limits = { maxBindingBytes: 2 ** 27, maxBufferBytes: 2 ** 28, maxWorkgroups: 65535 };
 * assertEquals(modelsAtOnce({ name: "webgpu", threads: 1, limits }, plan, 64), 115);
 * ```
 */
export function modelsAtOnce(
  { name, limits, threads }: Pick<Engine, "name" | "limits" | "threads">,
  plan: Pick<
    SweepPlan,
    "rows" | "steps" | "units" | "inputs" | "outputs" | "tensors" | "numMoments"
  >,
  workPerStep: number,
): number {
  const { rows, steps, units, inputs, outputs, tensors, numMoments } = plan;
  const numParameters = tensors.reduce((sum, length) => sum + length, 0);
  const largest = Math.max(
    rows * (steps + 1) * units,
    rows * steps * Math.max(workPerStep, inputs, outputs),
    numParameters * numMoments,
  );
  // Only a device has bindings that are smaller than its buffers.
  const bindable = name === "webgpu"
    ? Math.min(limits.maxBindingBytes, limits.maxBufferBytes)
    : limits.maxBufferBytes;
  if (4 * largest > bindable) {
    throw new RangeError(
      `a batch of ${rows} × ${steps} steps × ${units} units takes ${
        4 * largest
      } bytes in one buffer, and the engine ` +
        `${name} binds ${bindable}; take smaller batches or shorter sequences, or the engine wasm`,
    );
  }
  const all = rows * steps * (2 * units + workPerStep + inputs + 2 * outputs) +
    numParameters * (2 + numMoments);
  const fit = Math.min(
    Math.floor(bindable / (4 * largest)),
    Math.floor(mostBytes / (4 * all)),
  );
  const cached = Math.floor(cacheBytes * threads / (4 * all));
  const busy = threads > 1 ? modelsPerThread * threads : 1;
  const wanted = name === "webgpu" ? Infinity : name === "wasm" ? Math.max(busy, cached) : 1;
  return Math.max(1, Math.min(fit, wanted));
}

/**
 * Updates that are put in line together. A device waits for nobody within them; elsewhere nothing waits anyway.
 *
 * @example
 * ```ts
 * import { blockDepth } from "#gpu/rnn/sweep_size.ts";
 * import { assertEquals } from "@std/assert";
 * const plan = { rows: 64, steps: 70, inputs: 7, targetWidth: 1 };
 * assertEquals(blockDepth({ name: "webgpu" }, plan, 64), 6);
 * ```
 */
export function blockDepth(
  { name }: Pick<Engine, "name">,
  { rows, steps, inputs, targetWidth }: Pick<
    SweepPlan,
    "rows" | "steps" | "inputs" | "targetWidth"
  >,
  models: number,
): number {
  if (name !== "webgpu") return 1;
  const bytes = 4 * models * rows * steps * (inputs + targetWidth + 1);
  return Math.max(1, Math.min(mostDepth, Math.floor(blockBytes / bytes)));
}

/** Memory of one sweep. */
const mostBytes = 1 << 30;
/** What stays in the caches of a processor. */
const cacheBytes = 1 << 20;
/** On wasm: with more than one thread, some for those that are done first. */
const modelsPerThread = 2;
/** Updates of a block: with some milliseconds each, well below a second. */
const mostDepth = 16;
/** Batches of a block. */
const blockBytes = 1 << 26;
