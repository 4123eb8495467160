// The engine `webgpu`: kernels on a GPU, or on a software adapter where that is asked for. What it refuses at once are
// mistakes of the caller; what the device refuses is told by the next `download` or `settle`.
// Leaves out the device's own things (webgpu_session.ts) and the choice between engines (engines.ts).

import {
  DeviceLostError,
  type ElementType,
  type Engine,
  type EngineArray,
  type EngineBuffer,
  type EngineCounts,
  EngineError,
  type EngineLimits,
  type SharedDevice,
} from "#lib/core/engine.ts";
import type { Kernel } from "#lib/core/kernel.ts";
import { err, ok, type Result } from "#lib/core/result.ts";
import { type AdapterFacts, findAdapter, type FoundAdapter, type NoAdapter } from "./adapter.ts";
import type { Bound } from "./bind_groups.ts";
import { checkGiven, checkLength, checkRange, checkType, typeOfData } from "./checks.ts";
import type { BufferBinding } from "./reflect.ts";
import { deviceArray, padded, WebgpuBuffer } from "./webgpu_buffer.ts";
import { type SessionCounts, WebgpuSession } from "./webgpu_session.ts";

/**
 * Opens the engine on the adapter that the system ranks highest, a software adapter included: whether that is wanted
 * is the caller's to decide, from `facts.device`.
 *
 * @param gpu `navigator.gpu`, kept by the worker before it was taken away.
 *
 * @example
 * ```ts
 * import { openWebgpu } from "#gpu/runtime/webgpu_engine.ts";
 * import { assert } from "@std/assert";
 * const opened = await openWebgpu({ requestAdapter: () => Promise.resolve(null) });
 * assert(!opened.ok && opened.error.reason === "none");
 * ```
 */
export async function openWebgpu(
  gpu: Pick<GPU, "requestAdapter"> | undefined,
  options: WebgpuOptions = {},
): Promise<Result<WebgpuEngine, NoAdapter>> {
  const found = await findAdapter(gpu);
  if (!found.ok) return err(found.error);
  return ok(await WebgpuEngine.open(gpu!, found.value, options));
}

/** How to open it. */
export interface WebgpuOptions {
  /** Milliseconds: with a clock, submits are kept short (pace.ts). Never decides a result. */
  readonly now?: () => number;
}

/** The engine `webgpu`. */
export class WebgpuEngine implements Engine {
  readonly name = "webgpu";
  readonly threads = 1;
  readonly #gpu: Pick<GPU, "requestAdapter">;
  readonly #now: (() => number) | undefined;
  /** Buffers that were not given back yet. */
  readonly #live = new Set<WebgpuBuffer>();
  readonly #counts: SessionCounts = {
    dispatches: 0,
    submits: 0,
    downloads: 0,
    bytesUp: 0,
    bytesDown: 0,
  };
  #session: WebgpuSession;
  #renewals = 1;

  /** Opens it on an adapter. */
  static async open(
    gpu: Pick<GPU, "requestAdapter">,
    adapter: FoundAdapter,
    { now }: WebgpuOptions = {},
  ): Promise<WebgpuEngine> {
    const engine = new WebgpuEngine(gpu, now);
    engine.#session = await WebgpuSession.open(adapter, engine.#counts, now);
    return engine;
  }

  private constructor(gpu: Pick<GPU, "requestAdapter">, now: (() => number) | undefined) {
    this.#gpu = gpu;
    this.#now = now;
    this.#session = undefined as unknown as WebgpuSession;
  }

  get facts(): AdapterFacts {
    return this.#session.adapter.facts;
  }

  get numerics(): string {
    return this.facts.numerics;
  }

  get limits(): EngineLimits {
    const { limits } = this.#session.device;
    // Whole elements: some adapters say 2^31 - 1.
    const whole = (bytes: number) => Math.floor(bytes / 16) * 16;
    return {
      maxBufferBytes: whole(limits.maxBufferSize),
      maxBindingBytes: whole(limits.maxStorageBufferBindingSize),
      maxWorkgroups: limits.maxComputeWorkgroupsPerDimension,
    };
  }

  get counts(): EngineCounts {
    return { ...this.#counts };
  }

  /** How much was made new on the current device, for tests of its caches. */
  get made(): {
    readonly buffers: number;
    readonly pipelines: number;
    readonly bindGroups: number;
  } {
    const { buffers, pipelines, groups } = this.#session;
    return { buffers: buffers.made, pipelines: pipelines.made, bindGroups: groups.made };
  }

  allocate(length: number, type: ElementType = "f32"): EngineBuffer {
    const { buffer, used } = this.#take(length, type);
    if (used) this.#session.clear(buffer.block, padded(4 * length, buffer.block));
    return buffer;
  }

  upload(data: EngineArray): EngineBuffer {
    const type = typeOfData(data);
    const { buffer, used } = this.#take(data.length, type);
    const bytes = 4 * data.length;
    const end = padded(bytes, buffer.block);
    // Kernels that read whole vectors must find zeros behind the end.
    if (used && end > bytes) {
      this.#session.write(buffer.block, bytes, new Uint8Array(end - bytes));
    }
    this.write(buffer, data);
    return buffer;
  }

  write(buffer: EngineBuffer, data: EngineArray, at = 0): void {
    const { block } = this.#own(buffer);
    checkRange("write", buffer.length, at, data.length);
    checkType(buffer.type, data);
    if (data.length === 0) return;
    this.#session.write(block, 4 * at, deviceArray(data));
    this.#counts.bytesUp += 4 * data.length;
  }

  dispatch<B extends string, U extends string>(
    kernel: Kernel<B, U>,
    buffers: Readonly<Record<B, EngineBuffer>>,
    uniforms: Readonly<Record<U, number>>,
  ): void {
    this.#session.mustLive();
    const prepared = this.#session.pipelines.of(kernel as unknown as Kernel);
    const { name, reflection } = prepared;
    checkGiven(name, prepared.has, buffers, uniforms);
    const bound = reflection.buffers.map((binding) =>
      this.#bound(name, binding, (buffers as Record<string, EngineBuffer>)[binding.name])
    );
    refuseAliases(name, reflection.buffers, bound);
    const grid = kernel.grid(uniforms, prepared.overrides);
    const most = this.limits.maxWorkgroups;
    for (const size of grid) {
      if (Number.isInteger(size) && size >= 0 && size <= most) continue;
      throw new EngineError(
        `Cannot dispatch the kernel '${name}': it asks for ${grid.join(" × ")} workgroups; ` +
          `each dimension takes whole numbers up to ${most}`,
      );
    }
    this.#session.dispatch(prepared, bound, uniforms, grid);
  }

  async download(
    buffer: EngineBuffer,
    at = 0,
    length = buffer.length - at,
  ): Promise<EngineArray> {
    const { block } = this.#own(buffer);
    checkRange("read", buffer.length, at, length);
    const make = buffer.type === "u32" ? Uint32Array : Float32Array;
    if (length === 0) {
      await this.#session.settle();
      return new make(0);
    }
    return new make(await this.#session.read(block, 4 * at, 4 * length));
  }

  async settle(): Promise<void> {
    this.#session.mustLive();
    await this.#session.settle();
  }

  async renew(): Promise<boolean> {
    if (!this.#session.lost || this.#renewals === 0) return false;
    this.#renewals--;
    await this.#session.dispose();
    const found = await findAdapter(this.#gpu);
    // Another card would compute another class of numbers.
    if (!found.ok || found.value.facts.numerics !== this.numerics) return false;
    try {
      this.#session = await WebgpuSession.open(found.value, this.#counts, this.#now);
    } catch {
      // A driver that is being reset may still list its card.
      return false;
    }
    return true;
  }

  /**
   * Begins a job: it may renew once, what went wrong in the last one is not its fault, and what that one forgot to give
   * back is taken.
   */
  beginJob(): void {
    for (const buffer of this.#live) buffer[Symbol.dispose]();
    this.#renewals = 1;
    this.#session.forgive();
  }

  /** The device, for TFJS. What goes wrong in shaders of others fails the next `download` here, too. */
  shared(): SharedDevice {
    const session = this.#session;
    session.mustLive();
    session.lend();
    return {
      device: session.device,
      adapterInfo: session.adapter.adapter.info,
      bufferOf: (buffer) => this.#own(buffer).block.gpu,
      adopt: (buffer, length, type = "f32") => {
        checkLength(length);
        if (4 * length > buffer.size) {
          throw new RangeError(`Cannot adopt ${buffer.size} bytes as ${length} elements`);
        }
        return new WebgpuBuffer(session, session.adopt(buffer), length, type, this.#live);
      },
      flush: () => session.flush(),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#session.dispose();
  }

  #take(length: number, type: ElementType): { buffer: WebgpuBuffer; used: boolean } {
    this.#session.mustLive();
    checkLength(length);
    const most = this.limits.maxBufferBytes;
    if (4 * length > most) {
      throw new EngineError(
        `a buffer of ${length} elements has ${4 * length} bytes; this device takes up to ${most}`,
      );
    }
    const { block, used } = this.#session.buffers.take(4 * length);
    return { buffer: new WebgpuBuffer(this.#session, block, length, type, this.#live), used };
  }

  #own(buffer: EngineBuffer, what = "The buffer"): WebgpuBuffer {
    this.#session.mustLive();
    if (!(buffer instanceof WebgpuBuffer)) throw new TypeError(`${what} is another engine's`);
    if (buffer.session !== this.#session) {
      throw buffer.session.lost
        ? new DeviceLostError(`${what} was on a device that went away`)
        : new TypeError(`${what} is another engine's`);
    }
    if (buffer.disposed) throw new TypeError(`${what} was disposed of`);
    return buffer;
  }

  #bound(kernel: string, binding: BufferBinding, buffer: EngineBuffer | undefined): Bound {
    const { name, scalar, stride, minBytes } = binding;
    const prefix = `Cannot dispatch the kernel '${kernel}': its buffer '${name}'`;
    if (buffer === undefined) throw new TypeError(`${prefix} is missing`);
    const { block } = this.#own(buffer, prefix);
    const wanted = scalar === "i32" ? "u32" : scalar;
    if (wanted !== "mixed" && wanted !== buffer.type) {
      throw new TypeError(
        `${prefix} holds ${scalar} in the shader, and was made as ${buffer.type}`,
      );
    }
    // Never nothing, and whole elements.
    const bytes = Math.max(stride, Math.ceil(4 * buffer.length / stride) * stride);
    if (bytes < minBytes || bytes > block.bytes) {
      throw new EngineError(
        `${prefix} needs ${Math.max(minBytes, bytes)} bytes and has ${4 * buffer.length}`,
      );
    }
    const most = this.limits.maxBindingBytes;
    if (bytes > most) {
      throw new EngineError(
        `${prefix} has ${bytes} bytes; a kernel on this device sees up to ${most}: work in parts`,
      );
    }
    return { block, bytes };
  }
}

/** WebGPU lets nothing be written that is bound a second time. */
function refuseAliases(
  kernel: string,
  bindings: readonly BufferBinding[],
  bound: readonly Bound[],
): void {
  for (let i = 0; i < bound.length; i++) {
    for (let j = 0; j < i; j++) {
      const written = bindings[i].access !== "read" || bindings[j].access !== "read";
      if (bound[i].block !== bound[j].block || !written) continue;
      throw new TypeError(
        `Cannot dispatch the kernel '${kernel}': it writes to one buffer that is both ` +
          `'${bindings[j].name}' and '${bindings[i].name}'`,
      );
    }
  }
}
