// Engines: what numbers are computed on. A task that says `numerics: engine` receives one in its context and never
// makes one. Buffers stay where the engine keeps them; work is ordered; only `download` waits.
// Leaves out: kernels (kernel.ts), and the engines themselves (gpu/runtime).

import type { Kernel } from "./kernel.ts";

/** WGSL through WebGPU, SIMD wasm, or plain TypeScript in double precision. */
export type EngineName = "webgpu" | "wasm" | "ref";

/** What a buffer holds: `f32` numbers (kept as f64 by the engine `ref`), or 32-bit unsigned integers. */
export type ElementType = "f32" | "u32";

/** Numbers or words as they go in and come out. What comes out of `f32` is a `Float64Array` on the engine `ref`. */
export type EngineArray = Float32Array | Float64Array | Uint32Array;

/** Memory on an engine. Disposing gives it back to the engine's pool. */
export interface EngineBuffer extends Disposable {
  readonly length: number;
  readonly type: ElementType;
}

/** What one engine can hold and start at once. */
export interface EngineLimits {
  /** Largest buffer, in bytes. */
  readonly maxBufferBytes: number;
  /** Largest part of a buffer that a kernel can see, in bytes. Chunk by this one. */
  readonly maxBindingBytes: number;
  /** Workgroups per dimension of a grid. */
  readonly maxWorkgroups: number;
}

/** Counts since the engine was made; they never decide a result. */
export interface EngineCounts {
  readonly dispatches: number;
  readonly submits: number;
  readonly downloads: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** Something that kernels run on. */
export interface Engine extends AsyncDisposable {
  readonly name: EngineName;
  /** The numerics class of its results: `ref-f64`, `wasm-f32`, `webgpu-f32/<vendor>-<architecture>`. */
  readonly numerics: string;
  readonly limits: EngineLimits;
  /** How many threads work on one dispatch; results never depend on it. */
  readonly threads: number;
  readonly counts: EngineCounts;
  /** A buffer full of zeros. */
  allocate(length: number, type?: ElementType): EngineBuffer;
  /** A buffer with a copy of `data`: words for a `Uint32Array`, `f32` for the others. */
  upload(data: EngineArray): EngineBuffer;
  /** Copies `data` into a buffer from element `at` on, after all work given so far. */
  write(buffer: EngineBuffer, data: EngineArray, at?: number): void;
  /** Puts a kernel in line. Returns at once; what goes wrong on the device is told by the next `download` or `settle`. */
  dispatch<B extends string, U extends string>(
    kernel: Kernel<B, U>,
    buffers: Readonly<Record<B, EngineBuffer>>,
    uniforms: Readonly<Record<U, number>>,
  ): void;
  /**
   * A copy of `length` elements from `at` on, once everything given so far is done.
   *
   * @throws {DeviceLostError} if the device went away; nothing on it is left.
   * @throws {EngineMemoryError} if its memory did not suffice, in any earlier call.
   * @throws {EngineError} if a kernel or a buffer was refused, by any earlier call.
   */
  download(buffer: EngineBuffer, at?: number, length?: number): Promise<EngineArray>;
  /** Waits until everything given so far is done, with the same errors as `download`. */
  settle(): Promise<void>;
  /**
   * After a loss: a new device in place of the lost one, all buffers gone. Once per job; `false` if it was used up or
   * there is none, and always on engines that cannot be lost.
   */
  renew(): Promise<boolean>;
  /** For whoever keeps an engine for several jobs: the next one begins, and may renew once. */
  beginJob?(): void;
  /** The device that it works on, for a library that brings kernels of its own; on `webgpu` alone. */
  shared?(): SharedDevice;
}

/** A device that an engine lends to a library. What is submitted to its queue is done in that order. */
export interface SharedDevice {
  readonly device: GPUDevice;
  readonly adapterInfo: GPUAdapterInfo;
  /** The device's buffer behind one of the engine's. */
  bufferOf(buffer: EngineBuffer): GPUBuffer;
  /** A buffer of the library as one of the engine's: the same memory. Disposing it leaves the library's alone. */
  adopt(buffer: GPUBuffer, length: number, type?: ElementType): EngineBuffer;
  /** Submits what the engine has recorded, so that it is done before what the library submits next. */
  flush(): void;
}

/** The device went away: unplugged, reset by its driver, destroyed. What ran can be tried again. */
export class DeviceLostError extends Error {
  override readonly name = "DeviceLostError";
}

/** The engine refused something: a shader that does not compile, a buffer too large, a binding that does not fit. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/** The engine has no memory left for what it was asked to hold. Less at a time may fit. */
export class EngineMemoryError extends Error {
  override readonly name = "EngineMemoryError";
}

/**
 * Whether an error is the loss of the device. By name: a bundled task and the worker that runs it each have their own
 * copy of these classes, so that `instanceof` is wrong there.
 *
 * @example
 * ```ts
 * import { DeviceLostError, isDeviceLost } from "#lib/core/engine.ts";
 * import { assert } from "@std/assert";
 * assert(isDeviceLost(new DeviceLostError("gone")) && !isDeviceLost(new Error("gone")));
 * ```
 */
export function isDeviceLost(error: unknown): boolean {
  return error instanceof Error && error.name === "DeviceLostError";
}

/**
 * Whether an error says something of the engine, and nothing of the member that ran on it.
 *
 * @example
 * ```ts
 * import { EngineError, isEngineFailure } from "#lib/core/engine.ts";
 * import { assert } from "@std/assert";
 * assert(isEngineFailure(new EngineError("refused")) && !isEngineFailure(new RangeError("NaN")));
 * ```
 */
export function isEngineFailure(error: unknown): boolean {
  return isDeviceLost(error) ||
    error instanceof Error && ["EngineError", "EngineMemoryError"].includes(error.name);
}

/** Which engine a job is to run on: made by the worker that runs it. */
export interface EngineRequest {
  readonly name: EngineName;
  /** The class that is in the key. An engine of another class must refuse. */
  readonly numerics: string;
  readonly threads: number;
}

/** The only engine whose class says nothing of what tfjs computes with beside it. */
const refClass = "ref-f64";
const tfjsRefClass = "tfjs-cpu-f32";

/**
 * The numerics class of what tfjs computes beside an engine of some class: on the same device, in wasm, or (beside `ref`)
 * in plain TypeScript, always in f32.
 *
 * @example
 * ```ts
 * import { classBesideTfjs, tfjsClass } from "#lib/core/engine.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(tfjsClass("wasm-f32"), "tfjs-wasm-f32");
 * assertEquals(tfjsClass("ref-f64"), "tfjs-cpu-f32");
 * assertEquals(classBesideTfjs(tfjsClass("ref-f64")), "ref-f64");
 * ```
 */
export function tfjsClass(engineClass: string): string {
  return engineClass === refClass ? tfjsRefClass : `tfjs-${engineClass}`;
}

/**
 * The class of the engine itself, from that of what is computed on it, be it by tfjs or by Basin's kernels.
 *
 * @example
 * ```ts
 * import { classBesideTfjs } from "#lib/core/engine.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(classBesideTfjs("tfjs-webgpu-f32/nvidia-ampere"), "webgpu-f32/nvidia-ampere");
 * assertEquals(classBesideTfjs("wasm-f32"), "wasm-f32");
 * ```
 */
export function classBesideTfjs(numerics: string): string {
  return numerics === tfjsRefClass ? refClass : numerics.replace(/^tfjs-/, "");
}
