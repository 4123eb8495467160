// The engine of a run, and what of it a job is told.

import { classBesideTfjs, type EngineName, type EngineRequest } from "../core/engine.ts";
import type { Request } from "./pool.ts";

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

/** The name of a slot that no machine declares: there is one device, and its jobs would only wait for each other. */
const laneSlot = "\0device";

/**
 * The lane of stages that need the device of a run: one at a time, while others go on beside it.
 *
 * @example
 * ```ts
 * import { Lane } from "#lib/scheduler/run_engine.ts";
 * import { assertEquals } from "@std/assert";
 * const lane = new Lane({ name: "webgpu", numerics: "webgpu-f32/x" });
 * const request = { cpu: 1, slots: {} };
 * assertEquals(Object.values(lane.request(request, "webgpu-f32/x").slots), [1]);
 * assertEquals(lane.request(request, "f64"), request);
 * ```
 */
export class Lane {
  /** Slots to add to those of the machine. */
  readonly slots: Readonly<Record<string, readonly number[]>>;
  readonly #numerics: string | undefined;
  /** Many members share one request. */
  readonly #known = new WeakMap<Request, Request>();

  constructor(engine: RunEngine | undefined) {
    this.#numerics = engine?.name === "webgpu" ? engine.numerics : undefined;
    this.slots = this.#numerics === undefined ? {} : { [laneSlot]: [0] };
  }

  /** Whether something of a numerics class is computed on the device. */
  isOnDevice(numerics: string): boolean {
    return this.#numerics !== undefined && classBesideTfjs(numerics) === this.#numerics;
  }

  /** What somebody whose result has a numerics class asks for. */
  request(request: Request, numerics: string): Request {
    if (!this.isOnDevice(numerics)) return request;
    let known = this.#known.get(request);
    if (known === undefined) {
      known = { ...request, slots: { ...request.slots, [laneSlot]: 1 } };
      this.#known.set(request, known);
    }
    return known;
  }
}
