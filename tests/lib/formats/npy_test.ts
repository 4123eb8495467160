// .npy files that NumPy wrote.

import { assertEquals, assertThrows } from "@std/assert";
import { npyTexts, openNpy, readNpy, readNpyHeader } from "#lib/formats/npy.ts";
import { bytesOf, referenceFile, x } from "./fixtures.ts";

Deno.test("readNpy() reads every order, byte order, version and width of floats", () => {
  for (
    const name of [
      "f8_c",
      "f8_fortran",
      "f4_big_endian",
      "f2",
      "version_1",
      "version_2",
      "version_3",
    ]
  ) {
    assertEquals(readNpy(referenceFile(`${name}.npy`), name), x, name);
  }
});

Deno.test("readNpy() reads every width of integers, and truth values", () => {
  for (const name of ["i1", "i2", "be_i4", "i8"]) {
    assertEquals([...readNpy(referenceFile(`${name}.npy`), name).data], [-3, 2, 100, 7], name);
  }
  for (const name of ["u1", "u2", "be_u4", "u8"]) {
    assertEquals([...readNpy(referenceFile(`${name}.npy`), name).data], [3, 2, 100, 7], name);
  }
  assertEquals([...readNpy(referenceFile("b1.npy"), "b1").data], [0, 0, 1, 1]);
});

Deno.test("readNpy() reads arrays without entries and without axes", () => {
  assertEquals(readNpy(referenceFile("empty.npy"), "x"), {
    shape: [0, 3],
    data: new Float64Array(),
  });
  assertEquals(readNpy(referenceFile("scalar.npy"), "x"), {
    shape: [],
    data: Float64Array.of(2.5),
  });
});

Deno.test("readNpy() refuses what are no real numbers, and says what to save instead", () => {
  const says = {
    c16: "complex numbers ('<c16'); save x.real and x.imag",
    object: "Python objects (a pickle)",
    records: "records (a structured array)",
    texts: "texts ('<U10'), not numbers",
  };
  for (const [name, message] of Object.entries(says)) {
    assertThrows(() => readNpy(referenceFile(`${name}.npy`), "the file"), TypeError, message);
  }
  assertEquals(npyTexts(referenceFile("texts.npy")), ["V1", "prefrontal", "Δ"]);
});

Deno.test("readNpy() refuses headers that lie", () => {
  const good = referenceFile("f8_c.npy");
  const lying = (from: string, to: string) => {
    const text = new TextDecoder("latin1").decode(good.subarray(10, 128)).replace(from, to);
    const bytes = good.slice();
    bytes.set(bytesOf(text.padEnd(118).slice(0, 118)), 10);
    return bytes;
  };
  const refused = (bytes: Uint8Array, message: string) =>
    assertThrows(() => readNpy(bytes, "x.npy"), TypeError, message);
  refused(lying("(2, 4, 3)", "(2, 4, 4)"), "cut short: 192 bytes of data instead of 256");
  refused(lying("(2, 4, 3)", "(99999999, 99999999)"), "GiB");
  refused(lying("(2, 4, 3)", "(-2, 4)"), "not understood");
  refused(lying("<f8", "<f3"), "type f3");
  refused(lying("<f8", "<q8"), "no plain numbers");
  refused(lying("'descr'", "'dascr'"), "not understood");
  refused(good.subarray(0, 60), "ends inside its header");
  refused(good.subarray(0, 4), "no .npy array");
  const wide = referenceFile("version_2.npy");
  new DataView(wide.buffer).setUint32(8, 0xffffffff, true);
  refused(wide, "ends inside its header");
});

Deno.test("readNpyHeader() reads lengths as Python 2 wrote them", () => {
  const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2L,), }\n";
  const bytes = new Uint8Array([
    0x93,
    ...bytesOf("NUMPY"),
    1,
    0,
    header.length,
    0,
    ...bytesOf(header),
  ]);
  assertEquals(readNpyHeader(bytes, "x").shape, [2]);
});

Deno.test("openNpy() has one array without a name", () => {
  const file = openNpy(referenceFile("f2.npy"));
  assertEquals(file.list(), [{ name: "", shape: [2, 4, 3], type: "<f2" }]);
  assertThrows(() => file.read("rates"), TypeError, "leave out array: rates");
});
