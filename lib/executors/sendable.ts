// Bytes on their way to another thread: copies, because a buffer that is given away is lost here, a view is sent with the
// whole buffer in which it lies, and the original may change before it is sent.

import type { Files } from "../core/artifact.ts";

/** Giving a buffer away costs some microseconds, as much as copying so many bytes once more. */
const smallSize = 16 * 1024;

/**
 * Copies of files that can be sent to another thread.
 *
 * @param transfer takes the buffers to give away.
 *
 * @example
 * ```ts
 * import { sendable } from "#lib/executors/sendable.ts";
 * import { assertEquals } from "@std/assert";
 * const whole = new Uint8Array(64 * 1024);
 * const transfer: Transferable[] = [];
 * const sent = sendable({ whole, part: whole.subarray(3, 5) }, transfer);
 * assertEquals([sent.part.buffer.byteLength, transfer], [2, [sent.whole.buffer]]);
 * assertEquals(structuredClone(sent, { transfer }), { whole, part: whole.subarray(3, 5) });
 * ```
 */
export function sendable(files: Files, transfer: Transferable[]): Files {
  const sent: Record<string, Uint8Array> = {};
  for (const [name, bytes] of Object.entries(files)) {
    const copy = new Uint8Array(bytes);
    sent[name] = copy;
    if (copy.length > smallSize) transfer.push(copy.buffer);
  }
  return sent;
}
