// .npz archives that NumPy wrote, and some that nobody should.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { zipSync } from "fflate";
import { encodeNpy } from "#lib/core/npy.ts";
import { openNpz } from "#lib/formats/npz.ts";
import { readEntry, zipEntries } from "#lib/formats/zip.ts";
import { bytesOf, referenceFile, x } from "./fixtures.ts";

Deno.test("openNpz() reads stored and deflated arrays, with sizes of 32 and 64 bits", () => {
  for (const name of ["stored", "deflated", "zip64"]) {
    assertEquals(openNpz(referenceFile(`${name}.npz`)).read("rates"), x, name);
  }
  const file = openNpz(referenceFile("deflated.npz"));
  assertEquals(file.list(), [
    { name: "rates", shape: [2, 4, 3], type: "<f8" },
    { name: "noise", shape: [50, 3], type: "<f8" },
    { name: "zeros", shape: [100, 100], type: "<f8" },
  ]);
  assertEquals(file.read("zeros").data, new Float64Array(10000));
  assertEquals(openNpz(referenceFile("stored.npz")).texts?.("names"), ["a", "b", "c"]);
});

Deno.test("openNpz() names what there is, and the nearest", () => {
  const error = assertThrows(() => openNpz(referenceFile("stored.npz")).read("rate"), TypeError);
  assertEquals(
    error.message,
    "the .npz file has no array 'rate'; did you mean 'rates'? It holds rates [2, 4, 3] <f8; lengths [2] <i8; names [3] <U1",
  );
});

Deno.test("openNpz() refuses other archives", () => {
  const zip = (files: Record<string, Uint8Array>) => zipSync(files, { mtime: "1980-01-01" });
  const torch = zip({ "archive/data.pkl": bytesOf("x") });
  assertThrows(() => openNpz(torch), TypeError, "torch.save");
  assertThrows(() => openNpz(zip({ "a.txt": bytesOf("x") })), TypeError, "without .npy arrays");
});

Deno.test("readEntry() refuses bombs before it makes room for them, and damage by its sum", () => {
  const array = encodeNpy({ dtype: "f8", shape: [1000], data: new Float64Array(1000) });
  const good = zipSync({ "a.npy": array }, { mtime: "1980-01-01" });
  const entry = zipEntries(good, "x")[0];
  const bomb = { ...entry, size: 2 ** 40 };
  assertThrows(() => readEntry(good, bomb, "x"), TypeError, "declares 1099511627776 bytes");
  const short = { ...entry, size: entry.size + 100 };
  assertThrows(() => readEntry(good, short, "x"), TypeError, "instead of");
  const long = { ...entry, size: entry.size - 100 };
  assertThrows(() => readEntry(good, long, "x"), TypeError, "check sum");
  const stored = zipSync({ "a.npy": array }, { mtime: "1980-01-01", level: 0 });
  const at = stored.length - 200;
  stored[at] ^= 1;
  assertThrows(() => openNpz(stored).read("a"), TypeError, "check sum");
  const other = { ...entry, method: 12 };
  assertThrows(() => readEntry(good, other, "x"), TypeError, "method 12");
  assertThrows(() => readEntry(good, { ...entry, isEncrypted: true }, "x"), TypeError, "encrypted");
});

Deno.test("openNpz() lists an array whose header is followed by a block that is stored", () => {
  const noise = crypto.getRandomValues(new Uint8Array(40_000));
  const data = new Float64Array(noise.buffer).map((value) => Number.isNaN(value) ? 0 : value);
  const bytes = zipSync({ "a.npy": encodeNpy({ dtype: "f8", shape: [5000], data }) }, {
    mtime: "1980-01-01",
  });
  const file = openNpz(bytes);
  assertEquals(file.list()[0].shape, [5000]);
  assert(file.read("a").data.every((value, i) => Object.is(value, data[i])));
});
