// Tables as text: what is written comes back, for any cells and any names.

import { assertEquals, assertThrows } from "@std/assert";
import { table as tableType } from "#lib/core/artifacts/table.ts";
import { randomStream } from "#lib/core/random.ts";
import {
  type Cell,
  type Column,
  readTsv,
  recordsOf,
  type Table,
  tableOf,
  writeTsv,
} from "#lib/core/table.ts";

const strings = [
  "",
  " ",
  "n/a",
  '"n/a"',
  "nan",
  "inf",
  "true",
  "-0",
  "1e5",
  '"',
  '""',
  'say "hi"',
  "a\tb",
  "a\nb",
  "a\r\nb",
  "\r",
  " padded ",
  "\ufeffmark",
  "é",
  "e\u0301",
  "😀",
  "\u0000",
  "\u2028",
  "plain",
];
const numbers = [
  0,
  -0,
  1,
  -1.5,
  NaN,
  Infinity,
  -Infinity,
  5e-324,
  -1.7976931348623157e308,
  0.1 + 0.2,
  2 ** 53,
  1e21,
  123456789.12345679,
];

Deno.test("readTsv() gives back every table that writeTsv() wrote", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const draw = randomStream(seed, "tests/table");
  let next = 0;
  const below = (bound: number) => draw.integer(bound, next++);
  const cellOf = (type: Column["type"]): Cell => {
    if (below(6) === 0) return null;
    if (type === "boolean") return below(2) === 0;
    return type === "number" ? numbers[below(numbers.length)] : strings[below(strings.length)];
  };
  for (let round = 0; round < 400; round++) {
    const columns = Array.from({ length: below(5) }, (_, i): Column => ({
      name: `${strings[below(strings.length)]}${i}`,
      type: (["number", "string", "boolean"] as const)[below(3)],
    }));
    const table: Table = {
      columns,
      rows: Array.from({ length: below(5) }, () => columns.map(({ type }) => cellOf(type))),
    };
    const where = `seed ${seed}, round ${round}`;
    const text = writeTsv(table);
    assertEquals(readTsv(text, columns), table, where);
    const files = tableType.encode(table);
    assertEquals(tableType.decode(files), table, where);
    assertEquals(tableType.encode(tableType.decode(files)), files, where);
  }
});

Deno.test("writeTsv() tells all cells apart", () => {
  const cells: Cell[] = [...strings, null];
  const texts = cells.map((cell) =>
    writeTsv({ columns: [{ name: "a", type: "string" }], rows: [[cell]] })
  );
  assertEquals(new Set(texts).size, cells.length);
  const values = numbers.map((cell) =>
    writeTsv({ columns: [{ name: "a", type: "number" }], rows: [[cell]] })
  );
  assertEquals(new Set(values).size, numbers.length);
});

Deno.test("writeTsv() writes what pandas and BIDS readers expect", () => {
  const table = tableOf([
    { name: "a", value: 0.1, ok: true },
    { name: 'say "hi"', value: NaN, ok: false },
    { name: null, value: -Infinity, ok: null },
  ]);
  assertEquals(
    writeTsv(table),
    'name\tvalue\tok\na\t0.1\ttrue\n"say ""hi"""\tnan\tfalse\nn/a\t-inf\tn/a\n',
  );
});

Deno.test("readTsv() names the row and column of what it cannot read", () => {
  const columns: Column[] = [{ name: "x", type: "number" }, { name: "y", type: "boolean" }];
  assertThrows(() => readTsv("x\ty\n1\n", columns), TypeError, "row 1");
  assertThrows(() => readTsv("x\ty\n1\ttrue\n2\ttrue\t3\n", columns), TypeError, "row 2");
  assertThrows(() => readTsv("x\ty\none\ttrue\n", columns), TypeError, "column 'x': 'one'");
  assertThrows(() => readTsv("x\ty\n \ttrue\n", columns), TypeError, "is no number");
  assertThrows(() => readTsv("x\ty\n1\tyes\n", columns), TypeError, "column 'y': 'yes'");
});

Deno.test("tableOf() keeps order, fills gaps and refuses mixed columns", () => {
  const table = tableOf([{ b: null, a: 1 }, { c: "x", b: true }], { c: { description: "letter" } });
  assertEquals(table.columns, [
    { name: "b", type: "boolean" },
    { name: "a", type: "number" },
    { name: "c", type: "string", description: "letter" },
  ]);
  assertEquals(table.rows, [[null, 1, null], [true, null, "x"]]);
  assertEquals(tableOf([{ a: null }]).columns, [{ name: "a", type: "string" }]);
  assertThrows(() => tableOf([{ a: 1 }, { a: "1" }]), TypeError, "column 'a'");
  assertEquals(recordsOf(table)[1], { b: true, a: null, c: "x" });
});
