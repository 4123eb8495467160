// Telling formats by their bytes.

import { assertEquals, assertRejects } from "@std/assert";
import { openFile } from "#lib/formats/open_file.ts";
import { bytesOf, referenceFile } from "./fixtures.ts";

Deno.test("openFile() knows every format by its bytes", async () => {
  const formats = {
    "npy": referenceFile("f2.npy"),
    "npz": referenceFile("stored.npz"),
    "hdf5": referenceFile("matlab_73.mat"),
    "json": bytesOf(' {"a": 1}'),
    "csv": bytesOf("a,b\n1,2\n"),
    "tsv": bytesOf("a\tb\n1\t2\n"),
  };
  for (const [format, bytes] of Object.entries(formats)) {
    const file = await openFile(bytes);
    assertEquals(file.format, format);
    file[Symbol.dispose]?.();
  }
});

Deno.test("openFile() says what other files are, and what to do about them", async () => {
  const says: [Uint8Array, string][] = [
    [new Uint8Array([0x80, 4, 0x95, 0]), "a Python pickle; save the arrays with numpy.savez"],
    [bytesOf("MATLAB 5.0 MAT-file"), "save it with save(…, '-v7.3')"],
    [new Uint8Array([0x1f, 0x8b, 8]), "unpack it first"],
    [new Uint8Array([1, 2, 0, 3]), "binary and none of"],
    [new Uint8Array(), "empty"],
  ];
  for (const [bytes, message] of says) {
    await assertRejects(() => openFile(bytes), TypeError, message);
  }
});
