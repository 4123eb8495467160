// An engine that does nothing but say who it is, count, and fail as a test tells it.

import {
  DeviceLostError,
  type Engine,
  type EngineBuffer,
  type EngineRequest,
} from "#lib/core/engine.ts";

/** An engine without a machine behind it. */
export interface FakeEngine extends Engine {
  readonly calls: string[];
  /** What `settle` and `download` reject with. */
  broken: Error | undefined;
}

/** Makes the engine asked for; of another class if that is told. */
export function fakeEngine(request: EngineRequest, numerics = request.numerics): FakeEngine {
  const calls: string[] = [];
  const counts = { dispatches: 0, submits: 0, downloads: 0, bytesUp: 0, bytesDown: 0 };
  const buffer = (length: number): EngineBuffer => ({
    length,
    type: "f32",
    [Symbol.dispose]: () => {},
  });
  const engine: FakeEngine = {
    name: request.name,
    numerics,
    limits: { maxBufferBytes: 1e9, maxBindingBytes: 1e9, maxWorkgroups: 65535 },
    threads: request.threads,
    counts,
    calls,
    broken: undefined,
    allocate: (length) => buffer(length),
    upload: ({ length }) => buffer(length),
    write: () => {},
    dispatch: () => void counts.dispatches++,
    download(_buffer, at = 0, length = 1) {
      calls.push("download");
      if (engine.broken !== undefined) return Promise.reject(engine.broken);
      return Promise.resolve(new Float32Array(length - at));
    },
    settle() {
      calls.push("settle");
      return engine.broken === undefined ? Promise.resolve() : Promise.reject(engine.broken);
    },
    renew: () => Promise.resolve(false),
    [Symbol.asyncDispose]() {
      calls.push("dispose");
      return Promise.resolve();
    },
  };
  return engine;
}

/** The loss of a device. */
export function lost(): DeviceLostError {
  return new DeviceLostError("the device went away");
}
