// What is written in other programs' formats, read back by readers that know nothing of the writers.

import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { encodeNpy } from "#lib/core/npy.ts";
import { randomStream } from "#lib/core/random.ts";
import { type Table, tableOf } from "#lib/core/table.ts";
import { type Tensor, tensor } from "#lib/core/tensor.ts";
import { openHdf5 } from "#lib/formats/hdf5.ts";
import { openNpz } from "#lib/formats/npz.ts";
import { readNpyHeader } from "#lib/formats/npy.ts";
import { maxHdf5Bytes, writeHdf5 } from "#lib/formats/write_hdf5.ts";
import { encodeBooleans, encodeComplex } from "#lib/formats/write_npy.ts";
import { maxNpzBytes, npzBytes, writeNpz } from "#lib/formats/write_npz.ts";
import { writeParquet } from "#lib/formats/write_parquet.ts";

const numbers = (length: number, label: string) =>
  randomStream(7, label).normal(new Float64Array(length));

/** The same in another time zone and a year later. */
async function elsewhere(script: string): Promise<Uint8Array> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    env: { TZ: "Pacific/Kiritimati" },
    cwd: new URL("../../../", import.meta.url).pathname,
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return stdout;
}

Deno.test("writeNpz() gives the same bytes in every time zone, and arrays come back", async () => {
  const data = Float64Array.of(1.5, -0, NaN, Infinity);
  const arrays = {
    states: encodeNpy({ dtype: "f8", shape: [2, 2], data }),
    "länge": encodeNpy({ dtype: "i4", shape: [], data: Int32Array.of(-3) }),
  };
  const bytes = writeNpz(arrays);
  const file = openNpz(bytes);
  assertEquals(file.list().map(({ name }) => name), ["states", "länge"]);
  assertEquals(file.read("states").data, data);
  assertEquals([...file.read("länge").data], [-3]);
  const there = await elsewhere(`
    import { writeNpz } from "#lib/formats/write_npz.ts";
    import { encodeNpy } from "#lib/core/npy.ts";
    const late = Date.now;
    Date.now = () => late() + 4e10;
    const data = Float64Array.of(1.5, -0, NaN, Infinity);
    await Deno.stdout.write(writeNpz({
      states: encodeNpy({ dtype: "f8", shape: [2, 2], data }),
      "länge": encodeNpy({ dtype: "i4", shape: [], data: Int32Array.of(-3) }),
    }));`);
  assertEquals(there, new Uint8Array(bytes));
});

Deno.test("npzBytes() foretells the size, and writeNpz() refuses what zip cannot hold", () => {
  const arrays = { a: new Uint8Array(100), "ü.b": new Uint8Array(7) };
  const sizes = Object.entries(arrays).map(([name, { length }]) => [name, length] as const);
  assertEquals(npzBytes(sizes), writeNpz(arrays).length);
  assertGreater(npzBytes([["a", maxNpzBytes - 100]]), maxNpzBytes);
  // Bytes that are only said to be there.
  const huge = { length: 2 ** 32 } as Uint8Array;
  assertThrows(() => writeNpz({ huge }), RangeError, "folder of .npy files");
});

Deno.test("encodeBooleans() and encodeComplex() write what NumPy calls bool, complex64 and complex128", () => {
  const header = (bytes: Uint8Array) => readNpyHeader(bytes, "x");
  const booleans = encodeBooleans([3], Uint8Array.of(0, 1, 255));
  assertEquals([...booleans.subarray(-3)], [0, 1, 1]);
  assertEquals(header(booleans).shape, [3]);
  const double = encodeComplex([1, 2], [1, 2], [3, 4]);
  const { descr, offset, shape } = header(double);
  assertEquals([descr, offset % 64, shape], ["<c16", 0, [1, 2]]);
  assertEquals([...new Float64Array(double.slice(offset).buffer)], [1, 3, 2, 4]);
  assertThrows(() => encodeComplex([1], [1], []), RangeError, "1 real and 0 imaginary");
});

Deno.test("writeHdf5() keeps every element type, empty arrays, scalars and labels, the same at any time", async () => {
  const cases: Record<string, Tensor> = {
    "a/f8": tensor(["trial", "time", "unit"], [2, 3, 4], numbers(24, "f8"), { units: "mV" }),
    "a/f4": tensor(["unit"], [3], Float32Array.from(numbers(3, "f4"))),
    "a/i4": tensor(["unit"], [3], Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1)),
    "b/c/u1": tensor(["unit"], [3], Uint8Array.of(0, 128, 255), {
      coords: { unit: ["eins", "zwei", "日本"] },
    }),
    "scalar": tensor([], [], Float64Array.of(Math.PI)),
    "empty": tensor(["trial", "unit"], [0, 4], new Float64Array(0), { coords: { trial: [] } }),
    "numbered": tensor(["coherence"], [2], Float64Array.of(1, 2), {
      coords: { coherence: [6.4, 51.2] },
    }),
  };
  const arrays = Object.entries(cases).map(([path, tensor]) => ({
    path,
    tensor,
    attributes: { dt_ms: 20, params: { nested: [1, { a: null }] }, long: "x".repeat(100_000) },
  }));
  const content = { arrays, groups: { "": { workflow: "ätsch" }, a: { seed: 3 }, d: {} } };
  const bytes = await writeHdf5(content);
  {
    using file = await openHdf5(bytes);
    for (const [path, { shape, data }] of Object.entries(cases)) {
      const read = file.read(path);
      assertEquals(read.shape, shape, path);
      assertEquals(read.data, Float64Array.from(data), path);
    }
    assertEquals(file.texts?.("b/c/u1.unit"), ["eins", "zwei", "日本"]);
    assertEquals([...file.read("numbered.coherence").data], [6.4, 51.2]);
    assertEquals(file.list().find(({ name }) => name === "a/f8")?.type, "f8");
    assertEquals(file.list().find(({ name }) => name === "a/i4")?.type, "i4");
  }
  const { now } = Date;
  const clock: { now(): number } = Date;
  try {
    clock.now = () => now() + 4e10;
    assertEquals(await writeHdf5(content) as Uint8Array, bytes as Uint8Array);
  } finally {
    clock.now = now;
  }
});

Deno.test("writeHdf5() says that a file would be too large instead of running out of memory", async () => {
  const data = new Float64Array(0);
  const many = Array.from({ length: 3 }, (_, i) => ({
    path: `a${i}`,
    attributes: {},
    tensor: { ...tensor(["unit"], [0], data), data: { byteLength: maxHdf5Bytes / 2 } as never },
  }));
  let message = "";
  await writeHdf5({ arrays: many, groups: {} }).catch((error) => message = String(error));
  assert(message.includes("RangeError") && message.includes(".npy files"), message);
});

Deno.test("writeParquet() keeps numbers, texts, truth values and what is missing", async () => {
  const table: Table = {
    columns: [
      { name: "x", type: "number", unit: "ms", description: "a number" },
      { name: "text", type: "string" },
      { name: "ok", type: "boolean" },
      { name: "nothing", type: "string" },
    ],
    rows: [
      [0.1 + 0.2, 'a\tb\n"c"', true, null],
      [null, null, null, null],
      [-Infinity, "", false, null],
      [NaN, "日本\u202e", true, null],
      [5e-324, "n/a", false, null],
    ],
  };
  const bytes = await writeParquet(table, { stage: "fit" });
  const rows = await parquetReadObjects({ file: bytes.buffer });
  const names = table.columns.map(({ name }) => name);
  assertEquals(rows.map((row) => names.map((name) => row[name])), table.rows as unknown[][]);
  const { schema, key_value_metadata } = parquetMetadata(bytes.buffer);
  assertEquals(schema.slice(1).map(({ name, type }) => [name, type]), [
    ["x", "DOUBLE"],
    ["text", "BYTE_ARRAY"],
    ["ok", "BOOLEAN"],
    ["nothing", "BYTE_ARRAY"],
  ]);
  const about = JSON.parse(key_value_metadata![0].value!);
  assertEquals([about.stage, about.columns[0]], [
    "fit",
    { name: "x", unit: "ms", description: "a number" },
  ]);
  assertEquals(await writeParquet(table, { stage: "fit" }), bytes);
  const empty = await writeParquet({ columns: table.columns, rows: [] });
  assertEquals(await parquetReadObjects({ file: empty.buffer }), []);
});

Deno.test("writeParquet() keeps many rows", async () => {
  const value = numbers(50_000, "rows");
  const table = tableOf(
    Array.from(value, (x, i) => ({ x: i % 7 === 0 ? null : x, id: `row ${i}` })),
  );
  const rows = await parquetReadObjects({ file: (await writeParquet(table)).buffer });
  assertEquals(rows.length, table.rows.length);
  assert(rows.every(({ x, id }, i) => Object.is(x, table.rows[i][0]) && id === table.rows[i][1]));
});
