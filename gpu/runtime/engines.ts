// Opens engines by what a job asks for. Leaves out the engines, each of which loads when it is asked for.

import { type Engine, EngineError, type EngineRequest } from "../../lib/core/engine.ts";

/** What engines are made of. Workers take it away from tasks before any runs, so it comes in as a value. */
export interface EngineWorld {
  readonly gpu: GPU | undefined;
  /** For threads of the engine `wasm`. */
  readonly Worker: typeof Worker;
  /** Milliseconds, also where tasks have no clock. Decides when work is submitted, never a result. */
  readonly now: () => number;
}

/**
 * Opens an engine.
 *
 * @throws {EngineError} if it cannot be had, or is of another class than the one asked for
 *
 * @example
 * ```ts
 * import { openEngine } from "#gpu/runtime/engines.ts";
 * import { assertEquals } from "@std/assert";
 * const world = { gpu: undefined, Worker, now: () => 0 };
 * await using engine = await openEngine({ name: "wasm", numerics: "wasm-f32", threads: 1 }, world);
 * using buffer = engine.upload(Float32Array.of(1, 2));
 * assertEquals(await engine.download(buffer), Float32Array.of(1, 2));
 * ```
 */
export async function openEngine(request: EngineRequest, world: EngineWorld): Promise<Engine> {
  const engine = await open(request, world);
  if (engine.numerics === request.numerics) return engine;
  await engine[Symbol.asyncDispose]();
  throw new EngineError(
    `${request.numerics} was asked for, and the engine here is ${engine.numerics}; run again`,
  );
}

async function open(
  { name, threads }: EngineRequest,
  { gpu, Worker, now }: EngineWorld,
): Promise<Engine> {
  switch (name) {
    case "ref": {
      const { RefEngine } = await import("./ref_engine.ts");
      return new RefEngine();
    }
    case "wasm": {
      const { WasmEngine } = await import("./wasm_engine.ts");
      return new WasmEngine({ threads, Worker });
    }
    case "webgpu": {
      const { openWebgpu } = await import("./webgpu_engine.ts");
      const opened = await openWebgpu(gpu, { now });
      if (!opened.ok) throw new EngineError(opened.error.message);
      return opened.value;
    }
  }
}
