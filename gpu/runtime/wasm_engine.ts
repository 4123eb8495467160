// The engine `wasm`: SIMD modules on one shared memory, f32, by as many threads as the run was given. A dispatch is done
// when it returns; nothing is ever pending.
// Leaves out where blocks lie (arena.ts) and how threads share a kernel's parts (wasm_threads.ts).

import {
  type ElementType,
  type Engine,
  type EngineArray,
  type EngineBuffer,
  type EngineCounts,
  EngineError,
} from "../../lib/core/engine.ts";
import type { Kernel } from "../../lib/core/kernel.ts";
import { wasmModule } from "../../lib/wasm/instance.ts";
import { Arena } from "./arena.ts";
import { checkDispatch, checkLength, checkRange, checkType, typeOfData } from "./checks.ts";
import { controlBytes, maxParts, type PlacedKernel, WasmThreads } from "./wasm_threads.ts";

/** What a wasm engine is made with. */
export interface WasmEngineOptions {
  /** Threads that work on one dispatch, the calling one included. */
  readonly threads: number;
  /** The constructor of workers, which tasks do not have; without it there is one thread. */
  readonly Worker?: typeof Worker | undefined;
  /** Bytes of the memory; 4 GiB, the most there is, if absent. Only what is used takes room. */
  readonly memoryBytes?: number;
}

class WasmBuffer implements EngineBuffer {
  constructor(
    readonly home: Home,
    readonly at: number,
    readonly length: number,
    readonly type: ElementType,
    readonly giveBack: (buffer: WasmBuffer) => void,
    public isLive = true,
  ) {}

  [Symbol.dispose](): void {
    if (!this.isLive) return;
    this.isLive = false;
    this.giveBack(this);
  }
}

/** A memory with what lives in it. */
interface Home {
  readonly memory: WebAssembly.Memory;
  readonly arena: Arena;
  readonly threads: WasmThreads | undefined;
  readonly instances: Map<Uint8Array, PlacedModule>;
  readonly kernels: Map<Uint8Array, Map<string, PlacedKernel>>;
  /** Where the next record of a kernel goes. */
  placed: number;
  /** Up to here the memory was written to; beyond it is zero. */
  touched: number;
}

interface PlacedModule {
  readonly exports: WebAssembly.Exports;
  readonly at: number;
}

/** Runs the wasm part of every kernel. */
export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly numerics = "wasm-f32";
  readonly threads: number;
  readonly limits;
  readonly counts: { -readonly [K in keyof EngineCounts]: number } = {
    dispatches: 0,
    submits: 0,
    downloads: 0,
    bytesUp: 0,
    bytesDown: 0,
  };
  readonly #options: WasmEngineOptions;
  #home: Home | undefined;
  #failure: EngineError | undefined;

  constructor(options: WasmEngineOptions) {
    this.#options = options;
    this.threads = options.Worker === undefined ? 1 : Math.max(1, Math.floor(options.threads));
    const most = Math.min(options.memoryBytes ?? maxMemoryBytes, maxMemoryBytes);
    this.limits = {
      maxBufferBytes: Math.min(2 ** 30, most / 2),
      // Small enough that a kernel's buffers fit side by side, and large enough that nothing is lost by chunks.
      maxBindingBytes: Math.min(2 ** 27, most / 8),
      maxWorkgroups: 65535,
    };
  }

  /** Buffers that nobody gave back yet. */
  get numBuffers(): number {
    return this.#home?.arena.numBlocks ?? 0;
  }

  allocate(length: number, type: ElementType = "f32"): EngineBuffer {
    const buffer = this.#make(length, type);
    const { home: { memory, touched }, at } = buffer;
    const dirty = Math.min(at + length * 4, touched) - at;
    if (dirty > 0) new Uint8Array(memory.buffer, at, dirty).fill(0);
    return buffer;
  }

  upload(data: EngineArray): EngineBuffer {
    const buffer = this.#make(data.length, typeOfData(data));
    this.write(buffer, data);
    return buffer;
  }

  write(buffer: EngineBuffer, data: EngineArray, at = 0): void {
    const own = this.#own("write", buffer);
    checkType(buffer.type, data);
    checkRange("write", buffer.length, at, data.length);
    this.#touch(own);
    viewOf(own).set(data, at);
    this.counts.bytesUp += data.length * 4;
  }

  dispatch<B extends string, U extends string>(
    kernel: Kernel<B, U>,
    buffers: Readonly<Record<B, EngineBuffer>>,
    uniforms: Readonly<Record<U, number>>,
  ): void {
    const own = checkDispatch(kernel as Kernel, buffers, uniforms, (one) => this.#isOwn(one));
    this.counts.dispatches++;
    const home = this.#open();
    const { wasm, name } = kernel;
    try {
      const placed = this.#place(home, wasm.module, wasm.entry);
      for (const buffer of own) this.#touch(buffer);
      const args = new DataView(home.memory.buffer, argsAt, controlEnd - argsAt);
      own.forEach(({ at, length }, i) => {
        args.setUint32(8 * i, at, true);
        args.setUint32(8 * i + 4, length, true);
      });
      wasm.uniforms.forEach((uniform, i) =>
        args.setFloat64(8 * (own.length + i), uniforms[uniform], true)
      );
      this.#run(home, placed, wasm.numParts?.(uniforms) ?? 1);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      this.#failure ??= new EngineError(`the kernel '${name}' failed on wasm: ${words}`);
    }
  }

  // deno-lint-ignore require-await
  async download(
    buffer: EngineBuffer,
    at = 0,
    length: number = buffer.length - at,
  ): Promise<EngineArray> {
    this.#throwFailure();
    const own = this.#own("download", buffer);
    checkRange("download", buffer.length, at, length);
    this.counts.downloads++;
    this.counts.bytesDown += length * 4;
    return viewOf(own).slice(at, at + length);
  }

  // deno-lint-ignore require-await
  async settle(): Promise<void> {
    this.#throwFailure();
  }

  renew(): Promise<boolean> {
    return Promise.resolve(false);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#home?.threads?.[Symbol.dispose]();
    this.#home = undefined;
    return Promise.resolve();
  }

  /** A few parts for each thread, so that a slow one does not hold up the others. */
  #run({ threads }: Home, placed: PlacedKernel, most: number): void {
    const wanted = threads === undefined ? 1 : 4 * this.threads;
    const numParts = Math.max(1, Math.min(most, wanted, maxParts));
    if (threads === undefined || numParts === 1) return placed.run(argsAt, 0, 1);
    const error = threads.run(placed, argsAt, numParts);
    if (error !== undefined) throw error;
  }

  /** A new buffer, holding anything. */
  #make(length: number, type: ElementType): WasmBuffer {
    checkLength(length);
    const home = this.#open();
    const at = home.arena.alloc(length * 4);
    const { byteLength } = home.memory.buffer;
    if (home.arena.top > byteLength || length * 4 > this.limits.maxBufferBytes) {
      home.arena.free(at);
      const { numBytesUsed, numBlocks } = home.arena;
      throw new EngineError(
        `Cannot allocate ${length * 4} bytes on wasm: ${numBytesUsed} of ${byteLength} bytes ` +
          `are in use by ${numBlocks} buffers, and one buffer holds ` +
          `${this.limits.maxBufferBytes} at most. Work in chunks, or give buffers back earlier`,
      );
    }
    return new WasmBuffer(home, at, length, type, this.#giveBack);
  }

  readonly #giveBack = ({ home, at }: WasmBuffer): void => {
    home.arena.free(at);
    // A memory never shrinks: one that grew large is left to the garbage collector.
    if (home.arena.numBlocks > 0 || home.touched <= keptBytes || home !== this.#home) return;
    home.threads?.[Symbol.dispose]();
    this.#home = undefined;
  };

  #touch({ home, at, length }: WasmBuffer): void {
    home.touched = Math.max(home.touched, at + length * 4);
  }

  #isOwn(buffer: EngineBuffer): buffer is WasmBuffer {
    return buffer instanceof WasmBuffer && buffer.isLive && buffer.home === this.#home;
  }

  #own(verb: string, buffer: EngineBuffer): WasmBuffer {
    if (this.#isOwn(buffer)) return buffer;
    throw new TypeError(`Cannot ${verb} a buffer that was disposed of or is another engine's`);
  }

  #open(): Home {
    if (this.#home !== undefined) return this.#home;
    const memory = newMemory(this.#options.memoryBytes ?? maxMemoryBytes);
    const { Worker } = this.#options;
    const helpers = this.threads - 1;
    return this.#home = {
      memory,
      arena: new Arena(placesEnd),
      threads: helpers > 0 ? new WasmThreads(memory, helpers, Worker!) : undefined,
      instances: new Map(),
      kernels: new Map(),
      placed: controlEnd,
      touched: placesEnd,
    };
  }

  /** The function of a kernel, with its module's bytes and its name where threads find them. */
  #place(home: Home, bytes: Uint8Array, entry: string): PlacedKernel {
    let known = home.kernels.get(bytes);
    if (known === undefined) home.kernels.set(bytes, known = new Map());
    let placed = known.get(entry);
    if (placed === undefined) {
      const module = this.#instance(home, bytes);
      const run = module.exports[entry];
      if (typeof run !== "function") {
        const names = Object.keys(module.exports).join(", ");
        throw new Error(`its module has no function '${entry}'; there is ${names}`);
      }
      const name = new TextEncoder().encode(entry);
      const nameAt = put(home, name);
      const record = put(
        home,
        new Uint8Array(Uint32Array.of(module.at, bytes.length, nameAt, name.length).buffer),
      );
      placed = { record, run: run as PlacedKernel["run"] };
      known.set(entry, placed);
    }
    return placed;
  }

  #instance(home: Home, bytes: Uint8Array): PlacedModule {
    let module = home.instances.get(bytes);
    if (module === undefined) {
      const { memory } = home;
      const { exports } = new WebAssembly.Instance(wasmModule(bytes), { env: { memory } });
      module = { exports, at: put(home, bytes) };
      home.instances.set(bytes, module);
    }
    return module;
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }
}

const maxMemoryBytes = 2 ** 32;
const pageBytes = 65536;
/** A memory that was written further than this is not kept once nothing lies in it. */
const keptBytes = 2 ** 28;

/** The arguments of the kernel at hand. */
const argsAt = controlBytes;
const controlEnd = 4096;
/** Up to here lie the modules for the other threads. */
const placesEnd = 2 ** 20;

function put(home: Home, bytes: Uint8Array): number {
  const at = home.placed;
  const end = at + Math.ceil(bytes.length / 16) * 16;
  if (end > placesEnd) throw new Error(`the modules of all kernels are larger than ${placesEnd}`);
  new Uint8Array(home.memory.buffer, at, bytes.length).set(bytes);
  home.placed = end;
  return at;
}

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

function viewOf({ home, at, length, type }: WasmBuffer): Float32Array | Uint32Array {
  const { buffer } = home.memory;
  return type === "u32"
    ? new Uint32Array(buffer, at, length)
    : new Float32Array(buffer, at, length);
}
