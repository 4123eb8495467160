// The log of a task on its way out of a worker: lines of UTF-8, batched, and bounded so that a task that prints without
// end fills no memory. Leaves out what is kept of a failure's last lines (capture_console.ts).

import { joinBytes } from "../core/join_bytes.ts";

/** Where the lines of one job go. */
export interface TaskLogOptions {
  /** Takes bytes, which it may keep. */
  readonly send: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** Milliseconds of some clock. */
  readonly now?: () => number;
  /** Bytes kept of the beginning, and as many of the end. */
  readonly limit?: number;
}

/** The first lines are sent at once; later ones wait for company, but not for long. */
const promptLines = 32;
const batchSize = 16 * 1024;
const maxWaitMs = 100;
const maxLine = 64 * 1024;

/**
 * Passes on the beginning of a log as it comes and the end when it ends.
 *
 * @example
 * ```ts
 * import { TaskLog } from "#lib/executors/task_log.ts";
 * import { assertEquals } from "@std/assert";
 * let text = "";
 * const send = (bytes: Uint8Array) => void (text += new TextDecoder().decode(bytes));
 * const log = new TaskLog({ send, limit: 12 });
 * for (const line of ["one", "two", "three", "four", "five"]) log.write(line);
 * log.end();
 * assertEquals(text, "one\ntwo\n… 1 line (6 bytes) left out …\nfour\nfive\n");
 * ```
 */
export class TaskLog {
  readonly #send: TaskLogOptions["send"];
  readonly #limit: number;
  readonly #now: () => number;
  #lastSent = -Infinity;
  #batch: Uint8Array[] = [];
  #batched = 0;
  #sent = 0;
  #numLines = 0;
  /** The end, once the beginning is full. */
  #tail: Uint8Array[] = [];
  #tailSize = 0;
  #isFull = false;
  #numLeftOut = 0;
  #leftOut = 0;

  constructor({ send, now = () => 0, limit = 511 * 1024 }: TaskLogOptions) {
    this.#send = send;
    this.#now = now;
    this.#limit = limit;
  }

  /** Adds one line, without its line end. */
  write(line: string): void {
    const bytes = encoder.encode(
      line.length <= maxLine
        ? `${line}\n`
        : `${line.slice(0, maxLine)}… (${line.length - maxLine} more characters)\n`,
    );
    this.#isFull ||= this.#sent + this.#batched + bytes.length > this.#limit;
    if (this.#isFull) return this.#keep(bytes);
    this.#batch.push(bytes);
    this.#batched += bytes.length;
    if (
      ++this.#numLines <= promptLines || this.#batched >= batchSize ||
      this.#now() - this.#lastSent > maxWaitMs
    ) this.flush();
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#batched === 0) return;
    this.#sent += this.#batched;
    this.#lastSent = this.#now();
    const batch = joinBytes(this.#batch);
    this.#batch = [];
    this.#batched = 0;
    this.#send(batch);
  }

  /** Sends the rest. */
  end(): void {
    this.flush();
    if (!this.#isFull) return;
    this.#trim();
    const lines = this.#numLeftOut === 1 ? "1 line" : `${this.#numLeftOut} lines`;
    const note = this.#numLeftOut === 0 ? "" : `… ${lines} (${this.#leftOut} bytes) left out …\n`;
    this.#send(joinBytes([encoder.encode(note), ...this.#tail]));
    this.#tail = [];
  }

  #keep(bytes: Uint8Array): void {
    this.#tail.push(bytes);
    this.#tailSize += bytes.length;
    if (this.#tailSize > 2 * this.#limit) this.#trim();
  }

  #trim(): void {
    let first = 0;
    for (; this.#tailSize > this.#limit && first < this.#tail.length; first++) {
      this.#tailSize -= this.#tail[first].length;
      this.#leftOut += this.#tail[first].length;
    }
    this.#numLeftOut += first;
    this.#tail.splice(0, first);
  }
}

const encoder = new TextEncoder();
