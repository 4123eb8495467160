// What executors need to open engines. Leaves out the engines themselves, which `worker_entry.ts` imports when a job asks
// for one, and who keeps an engine for how long (engine_keeper.ts).

import type { Engine, EngineRequest } from "../core/engine.ts";

/** Opens an engine of the class asked for, or throws. */
export type OpenEngine = (request: EngineRequest) => Promise<Engine>;

/** What engines are made of: taken from a scope before it is confined. */
export interface EngineWorld {
  /** Looked at when an engine is opened, because that costs milliseconds. */
  readonly gpu: GPU | undefined;
  /** For threads of the engine `wasm`. */
  readonly Worker: typeof Worker;
  /** Milliseconds, also where tasks have no clock. */
  readonly now: () => number;
}

/**
 * Takes from this global scope what engines are made of. To be called before it is confined.
 *
 * @example
 * ```ts
 * import { engineWorld } from "#lib/executors/open_engine.ts";
 * import { assert } from "@std/assert";
 * const { now, Worker } = engineWorld();
 * assert(now() <= now() && typeof Worker === "function");
 * ```
 */
export function engineWorld(): EngineWorld {
  const get = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(navigator), "gpu")?.get;
  const real = navigator;
  return {
    get gpu() {
      return get?.call(real);
    },
    Worker: globalThis.Worker,
    now: performance.now.bind(performance),
  };
}
