// The engines that tests run kernels on.

import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import type { Engine } from "#lib/core/engine.ts";

/** Engines that every machine has. The memory is small, so that many can be open side by side. */
export const processorEngines: readonly { readonly label: string; open(): Engine }[] = [
  { label: "ref", open: () => new RefEngine() },
  { label: "wasm with 1 thread", open: () => wasmEngine(1) },
  { label: "wasm with 4 threads", open: () => wasmEngine(4) },
];

/** A wasm engine. */
export function wasmEngine(threads: number, memoryBytes = 2 ** 30): WasmEngine {
  return new WasmEngine({ threads, Worker, memoryBytes });
}
