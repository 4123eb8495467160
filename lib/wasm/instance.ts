// Instances of wasm modules: compiled once per thread, and a heap for synchronous work in f64 as lib/math does it:
// copy in, call, copy out, give back. Leaves out the shared memory of engines (gpu/runtime/wasm_engine.ts).

/** Functions of a module by name. */
export type WasmExports = Readonly<Record<string, (...args: number[]) => number>>;

const compiled = new WeakMap<Uint8Array, WebAssembly.Module>();

/**
 * The compiled module of some bytes; the same bytes object is compiled once.
 *
 * @example
 * ```ts
 * import { wasmModule } from "#lib/wasm/instance.ts";
 * import { assert } from "@std/assert";
 * const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
 * assert(wasmModule(empty) === wasmModule(empty));
 * ```
 */
export function wasmModule(bytes: Uint8Array): WebAssembly.Module {
  let module = compiled.get(bytes);
  if (module === undefined) {
    module = new WebAssembly.Module(bytes as BufferSource);
    compiled.set(bytes, module);
  }
  return module;
}

/**
 * A module with a memory of its own, and a stack in it: what is allocated after a `mark` is given back by `reset`.
 * Views are of the memory itself; the next `alloc` may move it, so make them when all is allocated.
 */
export class WasmHeap {
  readonly exports: WasmExports;
  readonly #memory = new WebAssembly.Memory({ initial: stackBase / pageBytes, maximum: maxPages });
  #top = stackBase;
  #peak = stackBase;

  constructor(bytes: Uint8Array) {
    const imports = { env: { memory: this.#memory } };
    this.exports = new WebAssembly.Instance(wasmModule(bytes), imports)
      .exports as unknown as WasmExports;
  }

  /**
   * Address of `numBytes` new bytes, on a multiple of 16. They hold anything.
   *
   * @throws {RangeError} if the memory cannot grow that far
   */
  alloc(numBytes: number): number {
    const at = this.#top;
    const end = at + Math.ceil(numBytes / 16) * 16;
    if (end > this.numBytes) this.#growTo(end);
    this.#top = end;
    if (end > this.#peak) this.#peak = end;
    return at;
  }

  /** Address of a copy of `data`. */
  put(data: Float64Array): number {
    const at = this.alloc(data.length * 8);
    this.f64(at, data.length).set(data);
    return at;
  }

  /** A copy of the `length` numbers at an address. */
  take(at: number, length: number): Float64Array<ArrayBuffer> {
    return this.f64(at, length).slice();
  }

  /** View of the `length` numbers at an address, until the next `alloc`. */
  f64(at: number, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#memory.buffer as ArrayBuffer, at, length);
  }

  /** View of the `length` integers at an address, until the next `alloc`. */
  i32(at: number, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#memory.buffer as ArrayBuffer, at, length);
  }

  /** Where the stack ends now. */
  mark(): number {
    return this.#top;
  }

  /** Gives back everything allocated since a `mark`. */
  reset(mark: number): void {
    this.#top = mark;
  }

  /** How far the stack reached since this was asked last. */
  takePeak(): number {
    const peak = this.#peak;
    this.#peak = this.#top;
    return peak;
  }

  /** Size of the memory. It never shrinks. */
  get numBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  #growTo(end: number): void {
    // By a quarter at least, so that many small steps do not each move everything.
    const wanted = Math.max(end, Math.min(this.numBytes * 1.25, maxPages * pageBytes));
    const pages = (bytes: number) => Math.ceil((bytes - this.numBytes) / pageBytes);
    for (const bytes of [wanted, end]) {
      try {
        this.#memory.grow(pages(bytes));
        return;
      } catch {
        // No room for that much: exactly what is needed may still fit.
      }
    }
    throw new RangeError(
      `Cannot grow a wasm memory from ${this.numBytes} to ${end} bytes: ` +
        `${end > maxPages * pageBytes ? "4 GiB is the most" : "this machine has no room"}`,
    );
  }
}

/** The heaps of this thread that are kept for the next call, and for how many calls in turn they were much too large. */
const heaps = new WeakMap<Uint8Array, { readonly heap: WasmHeap; idle: number }>();

/**
 * Runs `work` on this thread's heap of a module and gives back what it allocated, also if it throws. Calls may be
 * nested. A heap is kept for further calls, and dropped when it has been much too large for many of them in turn:
 * memories never shrink, and what is dropped takes room until garbage is collected next, so dropping must be rare.
 *
 * @example
 * ```ts
 * import { withHeap } from "#lib/wasm/instance.ts";
 * import { assertEquals } from "@std/assert";
 * const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
 * const copy = withHeap(empty, (heap) => heap.take(heap.put(Float64Array.of(1, 2)), 2));
 * assertEquals([...copy], [1, 2]);
 * ```
 */
export function withHeap<R>(bytes: Uint8Array, work: (heap: WasmHeap) => R): R {
  let kept = heaps.get(bytes);
  if (kept === undefined) {
    kept = { heap: new WasmHeap(bytes), idle: 0 };
    heaps.set(bytes, kept);
  }
  const { heap } = kept;
  const mark = heap.mark();
  try {
    return work(heap);
  } finally {
    heap.reset(mark);
    if (mark === stackBase) {
      kept.idle = heap.takePeak() < heap.numBytes / 8 ? kept.idle + 1 : 0;
      if (kept.idle >= maxIdle && heap.numBytes > keptBytes) heaps.delete(bytes);
    }
  }
}

const pageBytes = 65536;
const maxPages = 65536;
/** Below lie the static data of the module, for which the build keeps the first page. */
const stackBase = pageBytes;
/** A heap no larger than this is always kept. */
const keptBytes = 32 * 1024 * 1024;
/** Calls in turn for which a heap may be much too large. */
const maxIdle = 200;
