// Quantities of claims: their values on curves that are known, and what missing rows give.

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { quantityOf, type QuantityParams, quantityParams } from "#lib/claims/quantity.ts";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { assertAllClose } from "#tests/support/close.ts";

const measured = (records: Record<string, Cell>[], quantity: unknown, keep = records.length) => {
  const table = tableOf(records);
  const measure = quantityOf(table, "value", quantityParams.parse(quantity) as QuantityParams);
  return measure(table.rows.slice(0, keep));
};

/** Two rows at each x, whose mean is y. */
const curve = (x: number[], y: number[]) =>
  x.flatMap((one, i) => [{ x: one, value: y[i] + 0.01 }, { x: one, value: y[i] - 0.01 }]);

Deno.test("curve quantities use the means at each x, x ascending", () => {
  const proportional = curve([4, 1, 2], [0.4, 0.1, 0.2]);
  const number = (quantity: unknown) => measured(proportional, quantity).number;
  assertAllClose(
    [
      number({ exponent: { x: "x" } }),
      number({ slope: { x: "x" } }),
      number({ r_squared: { x: "x" } }),
      number({ relative_change: { x: "x" } }),
      number({ smallest_rise: { along: "x" } }),
      measured(curve([1, 2, 3], [0.4, 0.5, 0.3]), { relative_range: { x: "x" } }).number,
    ],
    [1, 0.1, 1, 0.75, 0.1, 0.4],
    { rtol: 1e-12 },
  );
  // Against the index, as published, the same proportional numbers score R² 27/28.
  const epochs = curve([1, 2, 3], [0.4, 0.2, 0.1]);
  assertAllClose([measured(epochs, { r_squared: { x: "x" } }).number], [27 / 28], { rtol: 1e-12 });
  assertAllClose([measured(epochs, { r_squared: { x: "x" } }).effect!], [0.3], { rtol: 1e-12 });
});

Deno.test("the published DSA curve of test B is linear and far from proportional", () => {
  const alpha = curve([1, 0.5, 0.25], [0.493, 0.465, 0.438]);
  const exponent = measured(alpha, { exponent: { x: "x" } }).number;
  assertAllClose([exponent], [Math.log(0.493 / 0.438) / Math.log(4)], { atol: 1e-3 });
});

Deno.test("smallest_rise follows a given order and lets NaN win", () => {
  const groups = [["full", 0.27], ["partial", 0.32], ["untrained", 0.61]] as const;
  const records = groups.map(([group, value]) => ({ group, value }));
  const along = (order: string[]) =>
    measured(records, { smallest_rise: { along: "group", order } });
  assertAllClose([along(["full", "partial", "untrained"]).number], [0.05], { rtol: 1e-12 });
  assertAllClose([along(["full", "partial", "untrained"]).effect!], [0.34], { rtol: 1e-12 });
  assertEquals(along(["partial", "full", "untrained"]).number < 0, true);
  assertEquals(along(["partial", "absent"]).number, NaN);
});

Deno.test("ratio, difference and mean take rows by condition, NaN without rows", () => {
  const records = [
    { pair: "within", value: 0.25 },
    { pair: "across", value: 0.5 },
    { pair: "across", value: 1 },
    { pair: "other", value: null },
  ];
  const of = { pair: "across" };
  const to = { pair: "within" };
  assertEquals(measured(records, { ratio: { of, to } }), { number: 3, effect: 0.5 });
  assertEquals(measured(records, { difference: { of, minus: to } }), { number: 0.5, effect: 0.5 });
  assertEquals(measured(records, { mean: { of } }), { number: 0.75, effect: 0.75 });
  assertEquals(measured(records, { mean: { of: { pair: "other" } } }).number, NaN);
  assertEquals(measured(records, { ratio: { of, to } }, 1).number, NaN);
  assertEquals(measured(records, { mean: {} }, 1).number, 0.25);
});

Deno.test("a curve of one point has no shape, and columns must be numbers", () => {
  assertEquals(measured(curve([1], [2]), { r_squared: { x: "x" } }).number, NaN);
  assertEquals(measured([{ x: 1, value: 1 }], { smallest_rise: { along: "x" } }).number, NaN);
  const records = [{ x: "a", value: 1 }];
  assertThrows(() => measured(records, { slope: { x: "x" } }), TypeError, "holds strings");
  assertThrows(() => measured(records, { slope: { x: "y" } }), TypeError, "'y'");
});

Deno.test("a quantity says what there are no rows of", () => {
  const records = [{ pool: "full", x: 1, value: 0.2 }, { pool: "full", x: 1, value: 0.3 }];
  const missing = (quantity: unknown) => measured(records, quantity).missing;
  assertEquals(
    missing({ difference: { of: { pool: "partial" }, minus: { pool: "full" } } }),
    "no rows with pool partial",
  );
  assertEquals(
    missing({ ratio: { of: { pool: "full" }, to: { pool: "none" } } }),
    "no rows with pool none",
  );
  assertEquals(
    missing({ smallest_rise: { along: "pool", order: ["full", "partial"] } }),
    "no rows with pool partial",
  );
  assertEquals(missing({ slope: { x: "x" } }), "fewer than two values of x");
  assertEquals(missing({ smallest_rise: { along: "x" } }), "fewer than two values of x");
  assertEquals(missing({ mean: {} }), undefined);
});

Deno.test("slope goes through means at each x, or through all rows", () => {
  // At x = 0 three rows of mean 0, at x = 1 one row of 1, at x = 2 one of 0.
  const table = tableOf(
    [[0, -1], [0, 0], [0, 1], [1, 1], [2, 0]].map(([x, value]) => ({ x, value })),
  );
  const slope = (of?: "means" | "rows") =>
    quantityOf(table, "value", { slope: { x: "x", of } })(table.rows);
  assertEquals(slope().number, 0);
  assertEquals(slope("means"), slope());
  // Mean x 0.6, mean value 0.2: Σ dx·dy = 0.4, Σ dx² = 3.2.
  assertAlmostEquals(slope("rows").number, 0.125, 1e-15);
  assertAlmostEquals(slope("rows").effect!, 0.25, 1e-15);
});
