import { matchSizes } from "#lib/math/dsa/match_sizes.ts";
import { dsa } from "#lib/math/dsa/dsa.ts";
import { assertAlmostEquals, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";

Deno.test("matchSizes() pads the smaller operator, whichever it is, and only where asked", () => {
  const small = Float64Array.of(1, 2, 3, 4), large = new Float64Array(9).fill(7);
  const padded = Float64Array.of(1, 2, 0, 3, 4, 0, 0, 0, 0);
  assertEquals(matchSizes(small, 2, large, 3, "zero_pad"), { a: padded, b: large, n: 3 });
  assertEquals(matchSizes(large, 3, small, 2, "zero_pad"), { a: large, b: padded, n: 3 });
  assertStrictEquals(matchSizes(small, 2, small, 2, "error").a, small);
  assertThrows(() => matchSizes(small, 2, large, 3, "error"), RangeError, "2 and 3");
});

Deno.test("matchSizes() makes an operator and its own padding the same", () => {
  fresh((draws) => {
    const a = draws.normal(3, 3);
    const { a: padded, b, n } = matchSizes(a, 3, new Float64Array(25), 5, "zero_pad");
    assertEquals([n, b.length], [5, 25]);
    const turned = matchSizes(a, 3, padded, 5, "zero_pad");
    assertAlmostEquals(dsa(turned.a, turned.b, 5).angle, 0, 1e-12);
  });
});
