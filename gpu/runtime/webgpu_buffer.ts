// A buffer of the engine `webgpu`, and what lies in it: f32 and words, and zeros up to where kernels may look.

import type { ElementType, EngineArray, EngineBuffer } from "#lib/core/engine.ts";
import type { Block } from "./gpu_pool.ts";
import type { WebgpuSession } from "./webgpu_session.ts";

/** A buffer on a device. */
export class WebgpuBuffer implements EngineBuffer {
  disposed = false;

  constructor(
    readonly session: WebgpuSession,
    readonly block: Block,
    readonly length: number,
    readonly type: ElementType,
    readonly live: Set<WebgpuBuffer>,
  ) {
    live.add(this);
  }

  [Symbol.dispose](): void {
    if (this.disposed) return;
    this.disposed = true;
    this.live.delete(this);
    this.session.give(this.block);
  }
}

/**
 * Bytes that must be zero or written: up to the next 256, if there are so many.
 *
 * @example
 * ```ts
 * import { padded } from "#gpu/runtime/webgpu_buffer.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([0, 4, 256, 260].map((bytes) => padded(bytes, { bytes: 300 })), [256, 256, 256, 300]);
 * ```
 */
export function padded(bytes: number, block: Pick<Block, "bytes">): number {
  return Math.min(block.bytes, Math.ceil(Math.max(bytes, 1) / 256) * 256);
}

/**
 * Numbers as the device takes them: f32 or words, in memory that no other thread changes.
 *
 * @example
 * ```ts
 * import { deviceArray } from "#gpu/runtime/webgpu_buffer.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(deviceArray(Float64Array.of(0.1)), Float32Array.of(0.1));
 * ```
 */
export function deviceArray(
  data: EngineArray,
): Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  if (data instanceof Float64Array) return new Float32Array(data);
  return data.buffer instanceof ArrayBuffer
    ? data as Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>
    : data.slice() as Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
}
