import { assert, assertEquals } from "@std/assert";
import { encodeNpy } from "#lib/core/npy.ts";
import { tensor } from "#lib/core/tensor.ts";
import { artifactDifferences, differenceText } from "#lib/report/artifact_difference.ts";

const npy = (values: number[], shape = [2, 2]) =>
  encodeNpy(tensor(["a", "b"], shape, Float64Array.from(values)));

Deno.test("artifactDifferences() names the largest difference of two arrays and where it is", () => {
  const [found] = artifactDifferences(
    { "x.npy": npy([1, 2, 3, 4]) },
    { "x.npy": npy([1, 2.5, 3, 4.25]) },
  );
  assert(found.how === "bytes");
  assertEquals(found.array, { largest: 0.5, at: [0, 1], values: [2, 2.5], count: 2, size: 4 });
});

Deno.test("artifactDifferences() says that a value which is not a number is the largest difference", () => {
  const [found] = artifactDifferences(
    { "x.npy": npy([1, NaN, 3, 4]) },
    { "x.npy": npy([1, 2, 9, 4]) },
  );
  assert(found.how === "bytes" && found.array !== undefined);
  assert(Number.isNaN(found.array.largest));
  assertEquals(found.array.at, [0, 1]);
  assert(differenceText(found).includes("not a number at [0, 1]: NaN and 2"));
});

Deno.test("artifactDifferences() tells of the sign of a zero by its byte alone", () => {
  const [found] = artifactDifferences({ "x.npy": npy([0, 1, 2, 3]) }, {
    "x.npy": npy([-0, 1, 2, 3]),
  });
  assert(found.how === "bytes" && found.array === undefined);
});

Deno.test("artifactDifferences() finds missing files and other lengths", () => {
  const found = artifactDifferences(
    { a: Uint8Array.of(1, 2), b: Uint8Array.of() },
    { a: Uint8Array.of(1, 2, 3), c: Uint8Array.of() },
  );
  assertEquals(found.map(differenceText), [
    "a: differs from byte 2 on (2 and 3 bytes)",
    "b: only the first copy has it",
    "c: only the second copy has it",
  ]);
});
