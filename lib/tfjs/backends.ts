// The backend of tfjs that goes with an engine: its own on the engine's device, or its wasm on one thread, or (for `ref`)
// plain TypeScript. Leaves out: what a stage does with it (with_tfjs.ts).

import { type Engine, EngineError, type SharedDevice } from "../core/engine.ts";
import type { Tfjs } from "./with_tfjs.ts";

/** The wasm backend was given its module. */
let hasWasm = false;
/** Backends by device; tfjs knows them by name. The last one made is the only one that it keeps. */
const named = new WeakMap<GPUDevice, string>();
let lastName: string | undefined;
let numNamed = 0;

/**
 * Starts the backend that goes with an engine, and makes it the one in use.
 *
 * @returns its name.
 * @throws {EngineError} if tfjs would compute on another one, which it does without a word where one cannot be started.
 *
 * @example
 * ```ts ignore
 * const name = await startBackend(tf, context.engine); // "wasm"
 * ```
 */
export async function startBackend(tf: Tfjs, engine: Engine): Promise<string> {
  switch (engine.name) {
    case "ref":
      await import("@tensorflow/tfjs-backend-cpu");
      return await use(tf, "cpu");
    case "wasm": {
      const { default: module } = await import(
        "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
        { with: { type: "bytes" } }
      );
      return await startWasm(tf, module);
    }
    case "webgpu": {
      if (engine.shared === undefined) {
        throw new EngineError("the engine webgpu lends no device to tfjs");
      }
      return await startOnDevice(tf, engine.shared());
    }
  }
}

/**
 * Starts the wasm backend with a module that is at hand: workers may not read it from disk.
 *
 * @throws {EngineError} if tfjs cannot start it.
 *
 * @example
 * ```ts ignore
 * await startWasm(tf, bytes);
 * ```
 */
export async function startWasm(tf: Tfjs, module: Uint8Array): Promise<string> {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  if (!hasWasm) {
    // One thread: its own threads cannot be started here, and with them results would need another class.
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    tf.env().set("WASM_HAS_SIMD_SUPPORT", true);
    const url = `data:application/wasm;base64,${module.toBase64()}`;
    setWasmPaths({
      "tfjs-backend-wasm.wasm": url,
      "tfjs-backend-wasm-simd.wasm": url,
      "tfjs-backend-wasm-threaded-simd.wasm": url,
    }, true);
    hasWasm = true;
  }
  return await use(tf, "wasm");
}

async function startOnDevice(tf: Tfjs, shared: SharedDevice): Promise<string> {
  const { device, adapterInfo } = shared;
  let name = named.get(device);
  if (name === undefined) {
    const Backend = await backendOfBuffers(tf);
    if (lastName !== undefined) tf.removeBackend(lastName);
    // Small tensors would otherwise be computed on the CPU.
    tf.env().set("WEBGPU_CPU_FORWARD", false);
    name = lastName = `basin-webgpu-${++numNamed}`;
    for (const kernel of tf.getKernelsForBackend("webgpu")) {
      tf.registerKernel({ ...kernel, backendName: name });
    }
    tf.registerBackend(name, () => new Backend(device, adapterInfo as never));
    named.set(device, name);
  }
  return await use(tf, name);
}

async function backendOfBuffers(tf: Tfjs) {
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  /** Reads of a shared buffer end with the tensor; buffers of engines come in classes of sizes. */
  return class extends WebGPUBackend {
    override async read(dataId: object) {
      const values = await super.read(dataId);
      const { shape } = this.#insides.get(dataId);
      const size = tf.util.sizeFromShape(shape);
      return values instanceof Float32Array ? values.subarray(0, size) : values;
    }
    get #insides(): { get(id: object): { readonly shape: number[] } } {
      return (this as unknown as { readonly tensorMap: never }).tensorMap;
    }
  };
}

async function use(tf: Tfjs, name: string): Promise<string> {
  const started = await tf.setBackend(name);
  if (started) await tf.ready();
  requireBackend(tf, name, started);
  return name;
}

/**
 * Refuses any other backend than the named one.
 *
 * @throws {EngineError} naming both.
 *
 * @example
 * ```ts ignore
 * requireBackend(tf, "wasm"); // throws if tfjs computes on "cpu"
 * ```
 */
export function requireBackend(tf: Tfjs, name: string, started = true): void {
  // Asking for the backend's name may start another one, so that comes last.
  if (started && tf.getBackend() === name) return;
  const found = started ? `computes on ${tf.getBackend()}` : "could not start it";
  throw new EngineError(`the stage needs the tfjs backend ${name}, but tfjs ${found}`);
}
