import { plainAddLaggedProducts } from "#lib/math/dmd/hankel_gram.ts";
import { addLaggedProducts } from "#lib/wasm/lagged.ts";
import { assertEquals } from "@std/assert";
import { fresh } from "#tests/lib/math/linalg/fresh.ts";

Deno.test("addLaggedProducts() has the bytes of the plain loops, for ragged series and any lag", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 30; repeat++) {
      const n = draws.integer(1, 11);
      const numDelays = draws.integer(1, 6);
      const lag = draws.integer(1, 60);
      const before = (numDelays - 1) * lag;
      const series = Array.from(
        { length: draws.integer(0, 4) },
        () => draws.normal(before + draws.integer(1, 600), n),
      );
      const start = draws.normal(n, numDelays * n);
      const [found, expected] = [start.slice(), start.slice()];
      addLaggedProducts(series, n, numDelays, lag, found);
      plainAddLaggedProducts(series, n, numDelays, lag, expected);
      assertEquals(found, expected, `${n} units, ${numDelays} delays of ${lag}`);
    }
  });
});

Deno.test("addLaggedProducts() cuts long series into stretches without a trace", () => {
  fresh((draws) => {
    const n = 300;
    const series = [draws.normal(2100, n)];
    const [found, expected] = [new Float64Array(2 * n * n), new Float64Array(2 * n * n)];
    addLaggedProducts(series, n, 2, 3, found);
    plainAddLaggedProducts(series, n, 2, 3, expected);
    assertEquals(found, expected);
  });
});
