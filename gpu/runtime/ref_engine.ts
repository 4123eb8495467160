// The engine `ref`: twins on Float64Array, one thread, plain loops. Slow, and the meaning of all others.

import type {
  ElementType,
  Engine,
  EngineArray,
  EngineBuffer,
  EngineCounts,
} from "../../lib/core/engine.ts";
import type { Kernel } from "../../lib/core/kernel.ts";
import { checkDispatch, checkLength, checkRange, checkType, typeOfData } from "./checks.ts";

class RefBuffer implements EngineBuffer {
  readonly type: ElementType;
  data: Float64Array | Uint32Array | undefined;
  readonly length: number;
  readonly home: RefEngine;

  constructor(home: RefEngine, data: Float64Array | Uint32Array) {
    this.home = home;
    this.data = data;
    this.type = typeOfData(data);
    this.length = data.length;
  }

  [Symbol.dispose](): void {
    this.data = undefined;
  }
}

/** Runs the twin of every kernel, in double precision. */
export class RefEngine implements Engine {
  readonly name = "ref";
  readonly numerics = "ref-f64";
  readonly threads = 1;
  readonly limits = {
    maxBufferBytes: 2 ** 32,
    maxBindingBytes: 2 ** 28,
    maxWorkgroups: 65535,
  };
  readonly counts: { -readonly [K in keyof EngineCounts]: number } = {
    dispatches: 0,
    submits: 0,
    downloads: 0,
    bytesUp: 0,
    bytesDown: 0,
  };

  allocate(length: number, type: ElementType = "f32"): EngineBuffer {
    checkLength(length);
    return new RefBuffer(
      this,
      type === "u32" ? new Uint32Array(length) : new Float64Array(length),
    );
  }

  upload(data: EngineArray): EngineBuffer {
    this.counts.bytesUp += data.byteLength;
    return new RefBuffer(
      this,
      data instanceof Uint32Array ? new Uint32Array(data) : Float64Array.from(data),
    );
  }

  write(buffer: EngineBuffer, data: EngineArray, at = 0): void {
    const own = this.#contents("write", buffer);
    checkType(buffer.type, data);
    checkRange("write", buffer.length, at, data.length);
    own.set(data, at);
    this.counts.bytesUp += data.byteLength;
  }

  dispatch<B extends string, U extends string>(
    kernel: Kernel<B, U>,
    buffers: Readonly<Record<B, EngineBuffer>>,
    uniforms: Readonly<Record<U, number>>,
  ): void {
    const own = checkDispatch(kernel as Kernel, buffers, uniforms, (one) => this.#isOwn(one));
    this.counts.dispatches++;
    const data = kernel.wasm.buffers.map((name, i) => [name, own[i].data!] as const);
    kernel.twin(Object.fromEntries(data) as Record<B, Float64Array | Uint32Array>, uniforms);
  }

  download(
    buffer: EngineBuffer,
    at = 0,
    length = buffer.length - at,
  ): Promise<EngineArray> {
    const own = this.#contents("download", buffer);
    checkRange("download", buffer.length, at, length);
    const copy = own.slice(at, at + length);
    this.counts.downloads++;
    this.counts.bytesDown += copy.byteLength;
    return Promise.resolve(copy);
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  renew(): Promise<boolean> {
    return Promise.resolve(false);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #isOwn(buffer: EngineBuffer): buffer is RefBuffer {
    return buffer instanceof RefBuffer && buffer.data !== undefined && buffer.home === this;
  }

  #contents(verb: string, buffer: EngineBuffer): Float64Array | Uint32Array {
    if (this.#isOwn(buffer)) return buffer.data!;
    throw new TypeError(`Cannot ${verb} a buffer that was disposed of or is another engine's`);
  }
}
