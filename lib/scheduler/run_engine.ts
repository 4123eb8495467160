// The engine of a run, and what of it a job is told.

import { classBesideTfjs, type EngineName, type EngineRequest } from "../core/engine.ts";

/** An engine by name and numerics class. */
export interface EngineClass {
  readonly name: EngineName;
  readonly numerics: string;
}

/** The engine of a run: its class is `engineClass` of the plan. */
export interface RunEngine extends EngineClass {
  /**
   * Where stages go, with a warning and under that class, whose device is lost for good. Without it they fail.
   */
  readonly fallback?: EngineClass;
}

/**
 * What a job is told of its engine; `undefined` if the run has none of the class.
 *
 * @param numerics the class in the job's key.
 *
 * @example
 * ```ts
 * import { requestFor } from "#lib/scheduler/run_engine.ts";
 * import { assertEquals } from "@std/assert";
 * const wasm = { name: "wasm", numerics: "wasm-f32" } as const;
 * assertEquals(requestFor(wasm, "wasm-f32", 2), { ...wasm, threads: 2 });
 * assertEquals(requestFor(wasm, "ref-f64", 2), undefined);
 * ```
 */
export function requestFor(
  engine: RunEngine | undefined,
  numerics: string,
  threads: number,
): EngineRequest | undefined {
  const wanted = classBesideTfjs(numerics);
  const found = [engine, engine?.fallback].find((one) => one?.numerics === wanted);
  return found && { name: found.name, numerics: found.numerics, threads };
}
