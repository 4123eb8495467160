// Which route `auto` takes: digits where they cost little, the Gram matrix where QR would take long.

import { assertEquals } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { fitHavok } from "#lib/math/dmd/havok.ts";
import { assertAllClose } from "#tests/support/close.ts";

/** Units of scales that are far apart. */
function unequalUnits(numTrials: number, numTime: number) {
  const scales = [100, 1, 0.01];
  const noise = new Float64Array(numTrials * numTime * 3);
  randomStream(3, "units").normal(noise);
  return {
    data: noise.map((value, i) => value * scales[i % 3]),
    numTrials,
    numTime,
    numUnits: 3,
  };
}

Deno.test("fitHavok() keeps nine digits of few data whose units differ in scale", () => {
  const trials = unequalUnits(5, 25);
  const params = { numDelays: 2, delayInterval: 3, rank: 4, ridge: 0.02 };
  for (const regression of ["principal_component", "reduced_rank"] as const) {
    for (const rank of [4, 6]) {
      const of = (method: "auto" | "qr") =>
        fitHavok(trials, { ...params, rank, regression, method });
      const [found, exact] = [of("auto"), of("qr")];
      assertAllClose(found.operator, exact.operator, { atol: 1e-9 }, `${regression}, rank ${rank}`);
    }
  }
});

Deno.test("fitHavok() takes the Gram matrix of many data, and of few where that is as good", () => {
  const fit = (numTime: number, rank: number) =>
    fitHavok(unequalUnits(5, numTime), { numDelays: 2, delayInterval: 1, rank }).method;
  assertEquals([fit(25, 2), fit(25, 6)], ["gram", "qr"]);
  assertEquals(fit(60_000, 6), "gram");
});

Deno.test("fitHavok() forms no Gram matrix of more features than there are rows", () => {
  // 12,000 features: their Gram matrix alone has 1.2 GB.
  const trials = unequalUnits(1, 4010);
  const fit = (method: "auto" | "qr") =>
    fitHavok(trials, { numDelays: 4000, delayInterval: 1, rank: 3, method });
  const [found, exact] = [fit("auto"), fit("qr")];
  assertEquals(found.method, "qr");
  assertEquals(found.operator, exact.operator);
});
