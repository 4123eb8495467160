// Pieces of bytes as one.

/**
 * All pieces, one after the other, in a buffer of their own.
 *
 * @example
 * ```ts
 * import { joinBytes } from "#lib/core/join_bytes.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(joinBytes([Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3)]), Uint8Array.of(1, 2, 3));
 * ```
 */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
