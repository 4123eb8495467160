import { zeroPadded } from "#lib/math/dsa/zero_pad.ts";
import { assertEquals, assertThrows } from "@std/assert";

Deno.test("zeroPadded() puts an operator into the upper left corner", () => {
  const m = Float64Array.of(1, 2, 3, 4);
  assertEquals(zeroPadded(m, 2, 3), Float64Array.of(1, 2, 0, 3, 4, 0, 0, 0, 0));
  assertEquals(zeroPadded(m, 2, 2), m);
  assertThrows(() => zeroPadded(m, 2, 1), RangeError, "1 is less than 2");
  assertThrows(() => zeroPadded(m, 3, 4), RangeError);
});
