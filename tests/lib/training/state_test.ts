// States as bytes: back and forth, and nothing else is taken for one.

import { assertEquals, assertThrows } from "@std/assert";
import { decodeState, encodeState, type TrainingState } from "#lib/training/state.ts";

const state = (Kind: Float32ArrayConstructor | Float64ArrayConstructor): TrainingState => ({
  parameters: Kind.of(0.1, -0, Infinity),
  moments: { first: Kind.of(1, 2, 3), second: Kind.of(4, 5, 6) },
  steps: 7,
  updates: 9,
  updatesByRule: { pdm_pro: 7, pdm_anti: 2 },
  rows: [{ rule: "pdm_pro", loss: 0.1 + 0.2, accuracy: null }],
});

Deno.test("decodeState() gives back what encodeState() wrote, at any place in memory", () => {
  for (const Kind of [Float32Array, Float64Array]) {
    const bytes = encodeState(state(Kind));
    assertEquals(decodeState(bytes), state(Kind));
    for (let shift = 1; shift < 8; shift++) {
      const elsewhere = new Uint8Array(bytes.length + shift + 3);
      elsewhere.set(bytes, shift);
      assertEquals(decodeState(elsewhere.subarray(shift, shift + bytes.length)), state(Kind));
    }
  }
});

Deno.test("decodeState() refuses what is cut, lengthened or something else", () => {
  const bytes = encodeState(state(Float32Array));
  for (const length of [0, 3, 4, 20, bytes.length - 1]) {
    assertThrows(() => decodeState(bytes.subarray(0, length)));
  }
  assertThrows(() => decodeState(Uint8Array.from([...bytes, 0])), TypeError, "no state");
  const other = new TextDecoder("latin1").decode(bytes).replace("basin/training", "basin/elsewise");
  assertThrows(() => decodeState(Uint8Array.from(other, (c) => c.charCodeAt(0))), TypeError);
});
