// A shared memory with what lives in it: buffers, the kernels' modules where every thread finds them, the threads.
// First come the words that threads watch and the arguments of the kernel at hand, then the modules, then the arena.

import { EngineError } from "../../lib/core/engine.ts";
import { wasmModule } from "../../lib/wasm/instance.ts";
import { Arena } from "./arena.ts";
import { controlBytes, type PlacedKernel, WasmThreads } from "./wasm_threads.ts";

/** Bytes of the largest memory there is. */
export const maxMemoryBytes = 2 ** 32;

/** Where the arguments of a kernel stand. */
export const argsAt = controlBytes;

interface PlacedModule {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly exports: WebAssembly.Exports;
  readonly kernels: Map<string, PlacedKernel>;
}

/** Everything that ends together when a memory is let go. */
export class WasmHome implements Disposable {
  readonly memory: WebAssembly.Memory;
  readonly arena = new Arena(placesEnd);
  /** The threads beside the calling one, if any. */
  readonly threads: WasmThreads | undefined;
  /** Buffers that nobody gave back yet. */
  readonly buffers: Set<Disposable> = new Set();
  /** Up to here the memory may have been written to; beyond it is zero. */
  touched = placesEnd;
  readonly #known = new WeakMap<Uint8Array, PlacedModule>();
  readonly #modules: PlacedModule[] = [];
  #placed = argsEnd;
  #idle = 0;

  constructor(numBytes: number, helpers: number, makeWorker: typeof Worker | undefined) {
    this.memory = newMemory(numBytes);
    this.threads = helpers > 0 && makeWorker !== undefined
      ? new WasmThreads(this.memory, helpers, makeWorker)
      : undefined;
  }

  get numBytes(): number {
    return this.memory.buffer.byteLength;
  }

  /**
   * To be asked when a job has ended: whether it was much too large for many jobs in turn, or is full of modules. Memories
   * never shrink, and one that is let go takes room until garbage is collected next, so that must be rare.
   */
  isOversized(): boolean {
    const peak = this.arena.takePeak();
    this.#idle = peak < this.touched / 8 ? this.#idle + 1 : 0;
    return (this.#idle >= maxIdle && this.touched > keptBytes) || this.#placed > placesEnd / 2;
  }

  /** Where the arguments of the kernel at hand are written. */
  args(): DataView {
    return new DataView(this.memory.buffer, argsAt, argsEnd - argsAt);
  }

  /**
   * The function of a kernel, with its module's bytes and its name where threads find them.
   *
   * @throws {Error} if the module has no such function, or there is no room for it
   */
  place(bytes: Uint8Array, entry: string): PlacedKernel {
    const module = this.#known.get(bytes) ?? this.#find(bytes);
    const placed = module.kernels.get(entry);
    if (placed !== undefined) return placed;
    const run = module.exports[entry];
    if (typeof run !== "function") {
      const names = Object.keys(module.exports).join(", ");
      throw new Error(`its module has no function '${entry}'; there is ${names}`);
    }
    const name = new TextEncoder().encode(entry);
    const words = Uint32Array.of(module.at, module.bytes.length, this.#put(name), name.length);
    const record = this.#put(new Uint8Array(words.buffer));
    const made = { record, run: run as PlacedKernel["run"] };
    module.kernels.set(entry, made);
    return made;
  }

  [Symbol.dispose](): void {
    this.threads?.[Symbol.dispose]();
  }

  /** The module with these bytes. Every bundle of a task brings bytes of its own, so equal ones count as the same. */
  #find(bytes: Uint8Array): PlacedModule {
    let module = this.#modules.find((one) => isSame(one.bytes, bytes));
    if (module === undefined) {
      const imports = { env: { memory: this.memory } };
      const { exports } = new WebAssembly.Instance(wasmModule(bytes), imports);
      module = { bytes, at: this.#put(bytes), exports, kernels: new Map() };
      this.#modules.push(module);
    }
    this.#known.set(bytes, module);
    return module;
  }

  #put(bytes: Uint8Array): number {
    const at = this.#placed;
    const end = at + Math.ceil(bytes.length / 16) * 16;
    if (end > placesEnd) throw new Error(`all kernels together are larger than ${placesEnd} bytes`);
    new Uint8Array(this.memory.buffer, at, bytes.length).set(bytes);
    this.#placed = end;
    return at;
  }
}

const pageBytes = 65536;
const argsEnd = 4096;
/** Up to here lie the modules. */
const placesEnd = 2 ** 20;
/** A memory that was not written further than this is always kept. */
const keptBytes = 2 ** 27;
/** Jobs in turn for which a memory may be much too large. */
const maxIdle = 20;

/**
 * All pages from the start: growing a shared memory would have to reach every thread. The system gives room to a page
 * when it is first written; one that will not promise 4 GiB is asked for less.
 */
function newMemory(numBytes: number): WebAssembly.Memory {
  for (let pages = Math.ceil(numBytes / pageBytes);; pages = Math.ceil(pages / 2)) {
    try {
      return new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
    } catch (error) {
      if (pages * pageBytes > 2 ** 26) continue;
      throw new EngineError(
        `Cannot make a shared memory of ${pages * pageBytes} bytes for wasm: ` +
          `${error instanceof Error ? error.message : error}`,
      );
    }
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
