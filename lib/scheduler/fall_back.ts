// What follows when the device of a run is lost, and lost again on a new one: stages go where the run's options allow,
// visibly and under that class's keys, or fail.

import { classBesideTfjs, tfjsClass } from "../core/engine.ts";
import type { EngineClass, RunEngine } from "./run_engine.ts";

/**
 * A run gives its device up after so many losses in a row with nothing computed in between: more than it takes to find
 * the one of a large batch that loses it.
 */
const maxLosses = 12;

/**
 * What is known of the device of one run.
 *
 * @example
 * ```ts
 * import { FallBack } from "#lib/scheduler/fall_back.ts";
 * import { assertEquals } from "@std/assert";
 * const fallback = { name: "wasm", numerics: "wasm-f32" } as const;
 * const back = new FallBack({ name: "webgpu", numerics: "webgpu-f32/x", fallback });
 * assertEquals([back.classFor("webgpu-f32/x"), back.classFor("f64")], ["wasm-f32", undefined]);
 * ```
 */
export class FallBack {
  readonly #engine: RunEngine | undefined;
  #losses = 0;
  #gaveUp = false;

  constructor(engine: RunEngine | undefined) {
    this.#engine = engine;
  }

  /** Whether the device is given up for the rest of the run. */
  get gaveUp(): boolean {
    return this.#gaveUp;
  }

  /** Where stages go. */
  get fallback(): EngineClass | undefined {
    return this.#engine?.fallback;
  }

  /** Whether something of a numerics class is computed on the run's engine. */
  isOnEngine(numerics: string): boolean {
    return this.#engine !== undefined && classBesideTfjs(numerics) === this.#engine.numerics;
  }

  /** The class that takes the place of one that is computed on the run's engine; `undefined` if none does. */
  classFor(numerics: string): string | undefined {
    if (this.fallback === undefined || !this.isOnEngine(numerics)) return undefined;
    const own = this.fallback.numerics;
    return numerics === classBesideTfjs(numerics) ? own : tfjsClass(own);
  }

  /** The device computed something. */
  worked(): void {
    this.#losses = 0;
  }

  /** The device was lost. @returns whether the run now gives it up. */
  lost(): boolean {
    if (++this.#losses < maxLosses || this.fallback === undefined || this.#gaveUp) return false;
    return this.#gaveUp = true;
  }
}
