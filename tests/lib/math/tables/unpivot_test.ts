// From wide to long, and back by pivot.

import { assertEquals, assertThrows } from "@std/assert";
import { recordsOf, tableOf } from "#lib/core/table.ts";
import { pivot } from "#lib/math/tables/pivot.ts";
import { unpivot, unpivotParams } from "#lib/math/tables/unpivot.ts";

const wide = tableOf(
  [{ seed: 0, a: 1, b: null, note: "x" }, { seed: 1, a: 3, b: 4, note: "y" }],
  { a: { unit: "rad" }, b: { unit: "%" } },
);
const params = (raw: Record<string, unknown>) => unpivotParams.parse(raw);

Deno.test("unpivot() is undone by pivot(), and no number loses its unit", () => {
  const long = unpivot(wide, params({ columns: ["b", "a"] }));
  assertEquals(recordsOf(long), [
    { seed: 0, note: "x", quantity: "b", value: null, value_unit: "%" },
    { seed: 0, note: "x", quantity: "a", value: 1, value_unit: "rad" },
    { seed: 1, note: "y", quantity: "b", value: 4, value_unit: "%" },
    { seed: 1, note: "y", quantity: "a", value: 3, value_unit: "rad" },
  ]);
  const back = pivot(long, { by: ["seed", "note"], names: "quantity", values: "value" });
  assertEquals(
    recordsOf(back).map(({ seed, a, b, note }) => ({ seed, a, b, note })),
    recordsOf(wide),
  );
  const alike = unpivot(
    tableOf([{ a: 1, b: 2 }], { a: { unit: "rad" }, b: { unit: "rad" } }),
    params({ columns: ["a", "b"] }),
  );
  assertEquals(alike.columns[1], { name: "value", type: "number", unit: "rad" });
});

Deno.test("unpivot() refuses columns that are absent, hold words, or would be hidden", () => {
  const refuse = (raw: Record<string, unknown>, text: string) =>
    assertThrows(() => unpivot(wide, params(raw)), TypeError, text);
  refuse({ columns: ["c"] }, "'c'; the table has seed, a, b, note");
  refuse({ columns: ["note"] }, "holds strings");
  refuse({ columns: ["a"], names: "note" }, "'note', which is also kept");
});
