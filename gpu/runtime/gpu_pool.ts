// Keeps GPU buffers that were given back, by size, for whoever needs one next; destroys the oldest when they get many.
// Leaves out what is in them: whoever takes one clears it.

import { sizeClass } from "./size_class.ts";

/** A buffer on the device and its number, which no other ever has. */
export interface Block {
  readonly id: number;
  readonly gpu: GPUBuffer;
  readonly bytes: number;
}

/**
 * A number for a buffer: over all pools, so that one never means two buffers.
 *
 * @example
 * ```ts
 * import { nextBlockId } from "#gpu/runtime/gpu_pool.ts";
 * import { assert } from "@std/assert";
 * assert(nextBlockId() !== nextBlockId());
 * ```
 */
export function nextBlockId(): number {
  return ++lastId;
}

/** Bytes that may lie idle; beyond that, buffers are destroyed. */
const mostIdleBytes = 2 ** 28;

/** Buffers of one usage. */
export class GpuPool {
  readonly #device: GPUDevice;
  readonly #usage: number;
  readonly #largest: number;
  readonly #onDestroy: (block: Block) => void;
  /** By size, oldest first; sizes in the order they were used last. */
  readonly #idle = new Map<number, Block[]>();
  readonly #all = new Set<Block>();
  #idleBytes = 0;

  /** How many buffers were made, for tests. */
  made = 0;

  constructor(
    device: GPUDevice,
    usage: number,
    largest: number,
    onDestroy: (block: Block) => void = () => {},
  ) {
    this.#device = device;
    this.#usage = usage;
    this.#largest = largest;
    this.#onDestroy = onDestroy;
  }

  /** A buffer of at least so many bytes, with anything in it; whether it was used before. */
  take(bytes: number): { readonly block: Block; readonly used: boolean } {
    const size = sizeClass(bytes, this.#largest);
    const idle = this.#idle.get(size);
    const found = idle?.pop();
    if (found !== undefined) {
      if (idle!.length === 0) this.#idle.delete(size);
      this.#idleBytes -= found.bytes;
      return { block: found, used: true };
    }
    const gpu = this.#device.createBuffer({ size, usage: this.#usage });
    const block = { id: nextBlockId(), gpu, bytes: size };
    this.#all.add(block);
    this.made++;
    return { block, used: false };
  }

  /** Takes a buffer back; `false` if it is none of the pool's. */
  give(block: Block): boolean {
    if (!this.#all.has(block)) return false;
    const idle = this.#idle.get(block.bytes) ?? [];
    idle.push(block);
    this.#idle.delete(block.bytes);
    this.#idle.set(block.bytes, idle);
    this.#idleBytes += block.bytes;
    while (this.#idleBytes > mostIdleBytes) this.#destroyOldest();
    return true;
  }

  /** Destroys a buffer whose state is not known. */
  drop(block: Block): void {
    if (!this.#all.delete(block)) return;
    this.#onDestroy(block);
    block.gpu.destroy();
  }

  /** Destroys everything, also what is in use. */
  destroy(): void {
    for (const { gpu } of this.#all) gpu.destroy();
    this.#all.clear();
    this.#idle.clear();
    this.#idleBytes = 0;
  }

  #destroyOldest(): void {
    const [size, idle] = this.#idle.entries().next().value!;
    const block = idle.shift()!;
    if (idle.length === 0) this.#idle.delete(size);
    this.#idleBytes -= block.bytes;
    this.drop(block);
  }
}

let lastId = 0;
