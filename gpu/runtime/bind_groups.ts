// Keeps bind groups: one for each kernel and the buffers that it was given. Making them anew for each dispatch costs
// hundreds of megabytes over a thousand submits.

import type { Block } from "./gpu_pool.ts";
import type { Prepared } from "./pipelines.ts";

/** A part of a buffer that a kernel sees: from its start on. */
export interface Bound {
  readonly block: Block;
  readonly bytes: number;
}

/** How many are kept. */
const most = 1024;

/** The bind groups of a device. */
export class BindGroups {
  readonly #device: GPUDevice;
  readonly #uniforms: GPUBuffer;
  readonly #closeScope: (what: string) => void;
  /** In the order they were made. */
  readonly #groups = new Map<string, GPUBindGroup>();
  readonly #keysOfBlock = new Map<number, Set<string>>();

  /** How many were made, for tests. */
  made = 0;

  /**
   * @param uniforms the buffer of all uniforms; each dispatch says where its own begin.
   * @param closeScope takes an error scope.
   */
  constructor(device: GPUDevice, uniforms: GPUBuffer, closeScope: (what: string) => void) {
    this.#device = device;
    this.#uniforms = uniforms;
    this.#closeScope = closeScope;
  }

  /** The bind group of a kernel and its buffers, these in the order of its bindings. */
  of(prepared: Prepared, bound: readonly Bound[]): GPUBindGroup {
    let key = `${prepared.id}`;
    for (const { block, bytes } of bound) key += `,${block.id}:${bytes}`;
    return this.#groups.get(key) ?? this.#make(key, prepared, bound);
  }

  /** Lets go of a buffer. */
  forget(block: Block): void {
    for (const key of this.#keysOfBlock.get(block.id) ?? []) this.#groups.delete(key);
    this.#keysOfBlock.delete(block.id);
  }

  /** Lets go of everything. */
  clear(): void {
    this.#groups.clear();
    this.#keysOfBlock.clear();
  }

  #make(key: string, prepared: Prepared, bound: readonly Bound[]): GPUBindGroup {
    const { buffers, uniforms } = prepared.reflection;
    const entries: GPUBindGroupEntry[] = buffers.map(({ binding }, i) => ({
      binding,
      resource: { buffer: bound[i].block.gpu, offset: 0, size: bound[i].bytes },
    }));
    if (uniforms !== undefined) {
      const resource = { buffer: this.#uniforms, offset: 0, size: uniforms.bytes };
      entries.push({ binding: uniforms.binding, resource });
    }
    this.#device.pushErrorScope("validation");
    const group = this.#device.createBindGroup({ layout: prepared.bindings, entries });
    this.#closeScope(`buffers of the kernel ${prepared.name}`);
    this.made++;
    this.#groups.set(key, group);
    for (const { block } of bound) {
      const keys = this.#keysOfBlock.get(block.id) ?? new Set();
      this.#keysOfBlock.set(block.id, keys.add(key));
    }
    // All at once: keeping count of each key's buffers would cost more than making some groups again.
    if (this.#groups.size > most) {
      this.clear();
    }
    return group;
  }
}
