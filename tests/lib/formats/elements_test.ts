// Elements of arrays: half precision at its edges.

import { assertEquals } from "@std/assert";
import { readElements } from "#lib/formats/elements.ts";

Deno.test("readElements() expands half precision exactly: smallest, largest, signs, and what is no number", () => {
  const bits = [0x0001, 0x83ff, 0x0400, 0x3c01, 0xfbff, 0x7c00, 0xfc00, 0x7e00];
  const bytes = new Uint8Array(Uint16Array.from(bits).buffer);
  const type = { kind: "f", size: 2, littleEndian: true } as const;
  assertEquals([...readElements(bytes, bits.length, type, "x")], [
    2 ** -24,
    -1023 * 2 ** -24,
    2 ** -14,
    1 + 2 ** -10,
    -65504,
    Infinity,
    -Infinity,
    NaN,
  ]);
});
