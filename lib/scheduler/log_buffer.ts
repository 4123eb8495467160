// What one attempt prints, kept for its manifest: the beginning and the end, however much there is between them.

import { joinBytes } from "../core/join_bytes.ts";

/**
 * Keeps the first and the last bytes of a log.
 *
 * @example
 * ```ts
 * import { LogBuffer } from "#lib/scheduler/log_buffer.ts";
 * import { assertEquals } from "@std/assert";
 * const log = new LogBuffer(2);
 * log.add(new TextEncoder().encode("abcdefg"));
 * assertEquals(new TextDecoder().decode(log.bytes()), "ab\n… 3 bytes left out …\nfg");
 * ```
 */
export class LogBuffer {
  readonly #limit: number;
  #head: Uint8Array[] = [];
  #tail: Uint8Array[] = [];
  #headSize = 0;
  #tailSize = 0;
  #leftOut = 0;

  /** @param limit bytes kept of each end. */
  constructor(limit = 512 * 1024) {
    this.#limit = limit;
  }

  /** Adds what was printed. The bytes are copied. */
  add(bytes: Uint8Array): void {
    const first = bytes.slice(0, this.#limit - this.#headSize);
    if (first.length > 0) {
      this.#head.push(first);
      this.#headSize += first.length;
    }
    if (first.length === bytes.length) return;
    this.#tail.push(bytes.slice(first.length));
    this.#tailSize += bytes.length - first.length;
    // Joined now and then only, so that many short lines stay cheap.
    if (this.#tailSize > 2 * this.#limit) this.#trim();
  }

  /** What is kept; empty if nothing was printed. */
  bytes(): Uint8Array {
    this.#trim();
    const note = this.#leftOut === 0 ? "" : `\n… ${this.#leftOut} bytes left out …\n`;
    return joinBytes([...this.#head, new TextEncoder().encode(note), ...this.#tail]);
  }

  #trim(): void {
    const extra = this.#tailSize - this.#limit;
    if (extra <= 0) return;
    this.#tail = [joinBytes(this.#tail).slice(extra)];
    this.#tailSize -= extra;
    this.#leftOut += extra;
  }
}
