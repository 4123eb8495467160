// The engine `wasm`: SIMD modules on one shared memory, f32, by as many threads as the run was given. A dispatch is done
// when it returns; nothing is ever pending.
// Leaves out the memory and what lies where in it (wasm_home.ts), and how threads share a kernel's parts
// (wasm_threads.ts).

import {
  type ElementType,
  type Engine,
  type EngineArray,
  type EngineBuffer,
  type EngineCounts,
  EngineError,
  EngineMemoryError,
} from "../../lib/core/engine.ts";
import type { Kernel } from "../../lib/core/kernel.ts";
import { checkDispatch, checkLength, checkRange, checkType, typeOfData } from "./checks.ts";
import { argsAt, maxMemoryBytes, WasmHome } from "./wasm_home.ts";
import { maxParts, type PlacedKernel } from "./wasm_threads.ts";

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
    readonly home: WasmHome,
    readonly at: number,
    readonly length: number,
    readonly type: ElementType,
  ) {
    home.buffers.add(this);
  }

  get isLive(): boolean {
    return this.home.buffers.has(this);
  }

  [Symbol.dispose](): void {
    if (this.home.buffers.delete(this)) this.home.arena.free(this.at);
  }
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
  #home: WasmHome | undefined;
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

  /** How much of the memory the system had to give room to, at most. */
  get numBytesTouched(): number {
    return this.#home?.touched ?? 0;
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
      const placed = home.place(wasm.module, wasm.entry);
      for (const buffer of own) this.#touch(buffer);
      const args = home.args();
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

  /** Jobs end with it: a memory that has long been too large is let go then, if nothing lies in it. */
  // deno-lint-ignore require-await
  async settle(): Promise<void> {
    if (this.#home?.arena.numBlocks === 0 && this.#home.isOversized()) this.#letGo();
    this.#throwFailure();
  }

  renew(): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** Takes back what the last job forgot, and forgets what went wrong in it. */
  beginJob(): void {
    this.#failure = undefined;
    for (const buffer of [...this.#home?.buffers ?? []]) buffer[Symbol.dispose]();
  }

  // deno-lint-ignore require-await
  async [Symbol.asyncDispose](): Promise<void> {
    this.#letGo();
  }

  #letGo(): void {
    this.#home?.[Symbol.dispose]();
    this.#home = undefined;
  }

  /** A few parts for each thread, so that a slow one does not hold up the others. */
  #run({ threads }: WasmHome, placed: PlacedKernel, most: number): void {
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
    if (home.arena.top > home.numBytes || length * 4 > this.limits.maxBufferBytes) {
      home.arena.free(at);
      const { numBytesUsed, numBlocks } = home.arena;
      const tooLarge = length * 4 > this.limits.maxBufferBytes;
      throw new (tooLarge ? EngineError : EngineMemoryError)(
        `Cannot allocate ${length * 4} bytes on wasm: ${numBytesUsed} of ${home.numBytes} bytes ` +
          `are in use by ${numBlocks} buffers, and one buffer holds ` +
          `${this.limits.maxBufferBytes} at most. Work in chunks, or give buffers back earlier`,
      );
    }
    return new WasmBuffer(home, at, length, type);
  }

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

  #open(): WasmHome {
    const { memoryBytes, Worker } = this.#options;
    return this.#home ??= new WasmHome(memoryBytes ?? maxMemoryBytes, this.threads - 1, Worker);
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }
}

function viewOf({ home, at, length, type }: WasmBuffer): Float32Array | Uint32Array {
  const { buffer } = home.memory;
  return type === "u32"
    ? new Uint32Array(buffer, at, length)
    : new Float32Array(buffer, at, length);
}
