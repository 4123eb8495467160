// HDF5 files that h5py wrote, in the oldest and the newest form of the format.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { isHdf5, openHdf5 } from "#lib/formats/hdf5.ts";
import { referenceFile, x } from "./fixtures.ts";

Deno.test("openHdf5() reads chunks, filters, links, groups and every width of numbers", async () => {
  using file = await openHdf5(referenceFile("types.h5"));
  for (
    const name of ["recording/session_1/rates", "/link", "f2", "f4_big", "extendable"]
  ) assertEquals(file.read(name), x, name);
  assertEquals([...file.read("i1").data], [-3, 2, 100, 7]);
  assertEquals([...file.read("big_i4").data], [-3, 2, 100, 7]);
  assertEquals([...file.read("u8").data], [3, 2, 100, 7]);
  assertEquals([...file.read("u2").data], [3, 2, 100, 7]);
  assertEquals([...file.read("b1").data], [0, 0, 1, 1]);
  assertEquals(file.read("scalar"), { shape: [], data: Float64Array.of(2.5) });
  assertEquals(file.texts?.("texts"), ["V1", "prefrontal", "Δ"]);
  assertEquals(file.texts?.("fixed_texts"), ["V1", "M1"]);
});

Deno.test("openHdf5() reads the newest form, and files behind a block of MATLAB's", async () => {
  using file = await openHdf5(referenceFile("latest.h5"));
  assertEquals(file.read("rates"), x);
  assertEquals([...file.read("a/b").data], [-3, 2, 100, 7]);
  const matlab = referenceFile("matlab_73.mat");
  assert(isHdf5(matlab));
  using other = await openHdf5(matlab);
  assertEquals(other.read("rates").shape, [3, 4, 2]);
});

Deno.test("openHdf5() names what there is, and refuses what are no numbers", async () => {
  using file = await openHdf5(referenceFile("types.h5"));
  const says = {
    "recording/session_1/rate": "did you mean 'recording/session_1/rates'?",
    "recording": "is a group; name an array in it: recording/session_1/rates [2, 4, 3] f8",
    "complex": "complex numbers",
    "ragged": "save rows of unequal length as data sets of their own",
    "texts": "holds texts, which are no plain numbers",
    "empty": "is empty",
    "lzf": "packed by the filter 'lzf', which Basin does not have; save it with compression='gzip'",
    "nowhere": "no array 'nowhere'",
    "outside": "no array 'outside'",
    "": "no array ''",
  };
  for (const [name, message] of Object.entries(says)) {
    assertThrows(() => file.read(name), TypeError, message, name);
  }
  assert(!file.list().some(({ name }) => name === "nowhere" || name === "outside"));
});

Deno.test("openHdf5() says in words that a file is cut short", async () => {
  const bytes = referenceFile("types.h5");
  await assertRejects(() => openHdf5(bytes.slice(0, 9000)), TypeError, "cannot be opened (");
});
