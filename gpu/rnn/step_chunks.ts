// How the steps of a pass are cut into dispatches: all at once but for shaders, whose loops software adapters leave after
// 65,535 turns, and which must not hold a device for long.

import type { Engine } from "#lib/core/engine.ts";
import { rowThreads } from "./row_blocks.ts";

/** Steps from `first` to before `end`. */
export interface StepChunk {
  readonly first: number;
  readonly end: number;
}

/**
 * The chunks of a pass, first steps first; one without steps if there are none.
 *
 * @param depth sources that each target sums over
 * @param copies turns of loops that copy numbers, for each four units: one more than their length for each of them
 * @example
 * ```ts
 * import { stepChunks } from "#gpu/rnn/step_chunks.ts";
 * import { assertEquals } from "@std/assert";
 * const shape = { steps: 70, units: 64 };
 * assertEquals(stepChunks({ name: "wasm" }, shape, 70), [{ first: 0, end: 70 }]);
 * assertEquals(stepChunks({ name: "webgpu" }, shape, 10000).slice(0, 2), [{ first: 0, end: 2 }, { first: 2, end: 4 }]);
 * ```
 */
export function stepChunks(
  { name }: Pick<Engine, "name">,
  { steps, units }: { readonly steps: number; readonly units: number },
  depth: number,
  copies = 60,
): readonly StepChunk[] {
  const { THREADS } = rowThreads("software");
  const quads = Math.ceil(Math.ceil(units / 4) / THREADS);
  // Four units of four rows at a time, each with its sources and some loops over rows and units; and units one by one.
  const turns = quads * (depth + copies) + 12 * Math.ceil(units / THREADS) + 16;
  const most = name === "webgpu" ? Math.max(1, Math.floor(mostTurns / turns)) : Math.max(1, steps);
  const chunks: StepChunk[] = [];
  for (let first = 0; first === 0 || first < steps; first += most) {
    chunks.push({ first, end: Math.min(steps, first + most) });
  }
  return chunks;
}

const mostTurns = 60000;
