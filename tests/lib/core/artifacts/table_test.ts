// Tables that carry artifacts: what is written comes back, equal tables give equal bytes, and what does not fit is
// refused with the row and column.

import { assertEquals, assertThrows } from "@std/assert";
import { digestOfArtifact, filesBelow } from "#lib/core/artifact.ts";
import { artifactCell, table, tableWithArtifacts } from "#lib/core/artifacts/table.ts";
import { file } from "#lib/core/artifacts/file.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import { type Column, type Table, tableOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import { gatherTables } from "#lib/math/tables/gather_tables.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const weights = (value: number) => artifactCell(file, bytes(value));
const step: Column = { name: "step", type: "number", key: true };
const column: Column = { name: "weights", type: "artifact", kind: "file" };

Deno.test("tables without artifacts keep their bytes", () => {
  const files = table.encode(tableOf([{ a: 1, b: "x" }], { a: { unit: "ms", description: "d" } }));
  const text = Object.fromEntries(
    Object.entries(files).map(([name, data]) => [name, new TextDecoder().decode(data)]),
  );
  assertEquals(text, {
    "table.tsv": "a\tb\n1\tx\n",
    "table.json":
      '{"columns":[{"description":"d","name":"a","type":"number","unit":"ms"},{"name":"b","type":"string"}]}\n',
  });
});

Deno.test("tableWithArtifacts() makes tables that come back, byte for byte, in any order of rows", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const draw = randomStream(seed, "tests/table_artifacts");
  let next = 0;
  const below = (bound: number) => draw.integer(bound, next++);
  const keys = ["a/b", "..", ".", "", "é", "a b", "table.tsv", "%2E", "x\ty", "😀"];
  for (let round = 0; round < 100; round++) {
    const records = keys.filter(() => below(2) === 0).map((key) => ({
      key,
      weights: below(4) === 0 ? null : weights(below(256)),
      states: artifactCell(trajectories, {
        states: tensor(["trial", "time", "unit"], [1, 2, 1], Float64Array.of(below(9), round)),
        dt: 1,
        timeUnit: "ms",
      }),
    }));
    if (records.length === 0) continue;
    const made = tableWithArtifacts(records, { key: { key: true } });
    const files = table.encode(made);
    assertEquals(table.decode(files), made, `seed ${seed}`);
    assertEquals(table.encode(table.decode(files)), files);
    const turned = tableWithArtifacts(records.toReversed(), { key: { key: true } });
    const { "table.tsv": _a, ...others } = files;
    const { "table.tsv": _b, ...same } = table.encode(turned);
    assertEquals(same, others, "no name depends on the order of rows");
    const [{ states }] = records;
    assertEquals(filesBelow(files, made.rows[0][2] as string), states.files);
  }
});

Deno.test("filesBelow() gives a part of a table the digest that it has alone", () => {
  const made = tableWithArtifacts([{ step: 1, w: weights(7) }, { step: 10, w: weights(8) }]);
  const part = filesBelow(table.encode(made), "w/1");
  assertEquals(digestOfArtifact("file", part), digestOfArtifact("file", file.encode(bytes(7))));
});

const wrong: readonly (readonly [string, Table, string])[] = [
  [
    "a folder without files",
    { columns: [step, column], rows: [[1, "w/1"], [2, "w/2"]], files: { "w/1/data": bytes(1) } },
    "row 2, column 'weights': the table has no files in the folder w/2/",
  ],
  [
    "files that no cell names",
    { columns: [step, column], rows: [[1, "w"]], files: { "w/a": bytes(1), "v/a": bytes(2) } },
    "carries the file v/a, which lies in no folder",
  ],
  [
    "duplicate keys",
    { columns: [step], rows: [[1], [2], [2]] },
    "rows 2 and 3 have the same key 2 in 'step'",
  ],
  ["missing keys", { columns: [step], rows: [[null]] }, "row 1 has no key"],
  [
    "a folder in another",
    {
      columns: [step, column],
      rows: [[1, "w"], [2, "w/b"]],
      files: { "w/a": bytes(1), "w/b/a": bytes(1) },
    },
    "the folders w and w/b hold an artifact each",
  ],
  [
    "a folder of two kinds",
    {
      columns: [step, column, { ...column, name: "log", kind: "table" }],
      rows: [[1, "w", "w"]],
      files: { "w/a": bytes(1) },
    },
    "row 1, column 'log': the folder w holds file in column 'weights', and table here",
  ],
  [
    "no kind",
    { columns: [{ name: "w", type: "artifact" }], rows: [] },
    "column 'w' holds artifacts, but does not say of which kind",
  ],
  ...["../w", "w/..", "/w", "w/", "", "w//v", "w\\v", "./w", "w\n", "table.tsv"].map((folder) =>
    [
      `the folder ${JSON.stringify(folder)}`,
      { columns: [step, column], rows: [[1, folder]], files: { [`${folder}/data`]: bytes(1) } },
      "row 1, column 'weights'",
    ] as const
  ),
];

for (const [what, value, message] of wrong) {
  Deno.test(`table artifacts refuse ${what}, when written and when read`, () => {
    assertThrows(() => table.encode(value), TypeError, message);
    const plain = value.columns.map(({ name, type }): Column => ({
      name,
      type: type === "artifact" ? "string" : type,
    }));
    const files = {
      ...table.encode({ columns: plain, rows: value.rows }),
      ...value.files,
      "table.json": new TextEncoder().encode(JSON.stringify({ columns: value.columns })),
    };
    // A file that would take the place of the table itself is gone before it can be read.
    assertThrows(() => table.decode(files), TypeError, message);
  });
}

Deno.test("table artifacts refuse files that the table does not speak of", () => {
  const files = { ...table.encode(tableOf([{ a: 1 }])), "notes.txt": bytes(1) };
  assertThrows(() => table.decode(files), TypeError, "carries the file notes.txt");
});

Deno.test("tableWithArtifacts() refuses mixed kinds and rows that cannot be told apart", () => {
  const states = { kind: "trajectories", files: { a: bytes(1) } };
  assertThrows(
    () => tableWithArtifacts([{ k: 1, w: weights(1) }, { k: 2, w: states }]),
    TypeError,
    "column 'w' holds both file and trajectories",
  );
  assertThrows(
    () => tableWithArtifacts([{ k: 1, w: weights(1) }, { k: 1, w: weights(2) }]),
    TypeError,
    "rows 1 and 2 have the same key 1",
  );
});

Deno.test("gatherTables() leaves keys and artifacts behind", () => {
  const value = tableWithArtifacts([{ step: 1, w: weights(1) }], { step: { key: true } });
  const long = gatherTables([{ value, coords: { seed: 0 } }, { value, coords: { seed: 1 } }]);
  assertEquals(long.columns, [
    { name: "seed", type: "number" },
    { name: "step", type: "number" },
    { name: "w", type: "string" },
  ]);
  assertEquals(table.decode(table.encode(long)), long);
});
