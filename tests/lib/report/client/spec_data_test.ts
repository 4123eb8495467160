// Data of specifications as tables.

import { assertEquals } from "@std/assert";
import { tablesOfSpec, tsvOf } from "#lib/report/client/spec_data.ts";

Deno.test("tablesOfSpec() finds inline data wherever they are, and each once", () => {
  const values = [{ x: 1, y: "a" }, { x: 2, z: true }];
  const spec = {
    config: { data: { values: [{ no: 1 }] } },
    datasets: { named: [{ w: 1 }], empty: [] },
    data: { values },
    layer: [{ data: { values } }, { data: { name: "inner", values: [3, 4] } }, {
      encoding: { x: { axis: { values: [1] } } },
    }, { data: { values: [{}] } }],
  };
  assertEquals(tablesOfSpec(spec), [
    { name: "named", columns: ["w"], rows: [[1]] },
    { name: "", columns: ["x", "y", "z"], rows: [[1, "a", undefined], [2, undefined, true]] },
    { name: "inner", columns: ["value"], rows: [[3], [4]] },
  ]);
  for (const nothing of [null, 3, "a", {}, { data: { url: "x" } }]) {
    assertEquals(tablesOfSpec(nothing), []);
  }
});

Deno.test("tsvOf() keeps one row a line and one cell a column", () => {
  const table = { name: "", columns: ["a\tb", "c"], rows: [["x\ny", null], [{ k: 1 }, 0.1]] };
  assertEquals(tsvOf(table), 'a b\tc\nx y\tn/a\n{"k":1}\t0.1\n');
});

Deno.test("tsvOf() gives spreadsheets no formula", () => {
  const rows = [["=1+1", -0.5], ["@x", -Infinity], ["-a", 1e-9]];
  const table = { name: "", columns: ["+a", "b"], rows };
  assertEquals(tsvOf(table), "'+a\tb\n'=1+1\t-0.5\n'@x\t-Infinity\n'-a\t1e-9\n");
});
