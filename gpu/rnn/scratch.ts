// Buffers that a program keeps on an engine between calls, by name; a larger one takes the place of one that is too small.

import type { Engine, EngineBuffer } from "#lib/core/engine.ts";

/**
 * Scratch space of one program.
 *
 * @example
 * ```ts
 * import { ScratchBuffers } from "#gpu/rnn/scratch.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import { assert } from "@std/assert";
 * await using engine = new RefEngine();
 * using scratch = new ScratchBuffers();
 * assert(scratch.of(engine, "panels", 8) === scratch.of(engine, "panels", 5));
 * ```
 */
export class ScratchBuffers implements Disposable {
  readonly #kept = new Map<string, { readonly engine: Engine; readonly buffer: EngineBuffer }>();

  /** A buffer of at least `length` numbers, holding anything. */
  of(engine: Engine, name: string, length: number): EngineBuffer {
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.engine === engine && kept.buffer.length >= length) {
      return kept.buffer;
    }
    kept?.buffer[Symbol.dispose]();
    const buffer = engine.allocate(length);
    this.#kept.set(name, { engine, buffer });
    return buffer;
  }

  [Symbol.dispose](): void {
    for (const { buffer } of this.#kept.values()) buffer[Symbol.dispose]();
    this.#kept.clear();
  }
}
