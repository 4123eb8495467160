import { commonRank } from "#lib/math/dmd/common_rank.ts";
import { assertEquals, assertThrows } from "@std/assert";

Deno.test("commonRank() is the smallest count over the set, relative to each system's own scale", () => {
  const spectra = [
    Float64Array.of(1000, 2, 1, 0.9),
    Float64Array.of(1e-6, 1e-7, 1e-8, 1e-9),
    Float64Array.of(5, 4, 3),
  ];
  assertEquals(commonRank(spectra), { rank: 3, counts: [3, 4, 3] });
  assertEquals(commonRank(spectra, 0.1), { rank: 1, counts: [1, 2, 3] });
  assertEquals(commonRank(spectra.slice(1), 1e-3), { rank: 3, counts: [4, 3] });
});

Deno.test("commonRank() does not depend on the order of the set", () => {
  const spectra = [Float64Array.of(1, 0.5), Float64Array.of(1, 1e-5), Float64Array.of(1, 1)];
  assertEquals(commonRank(spectra).rank, commonRank(spectra.toReversed()).rank);
});

Deno.test("commonRank() refuses an empty set, a zero spectrum and a threshold outside (0, 1]", () => {
  assertThrows(() => commonRank([]), RangeError, "empty");
  assertThrows(
    () => commonRank([Float64Array.of(0)]),
    RangeError,
    "system 0 has largest singular value 0",
  );
  assertThrows(() => commonRank([Float64Array.of(1)], 0), RangeError, "(0, 1]");
});
