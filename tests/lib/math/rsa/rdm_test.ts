import { assert, assertEquals, assertThrows } from "@std/assert";
import { noiseCovariance } from "#lib/math/rsa/noise_precision.ts";
import { rdmMeasures, rdmOf } from "#lib/math/rsa/rdm.ts";
import { assertAllClose } from "#tests/support/close.ts";
import reference from "#tests/reference/dsa/rdms.json" with { type: "json" };
import { fresh } from "../linalg/fresh.ts";
import { representation } from "./representations.ts";

/** Names of the reference. */
const names = {
  squared_euclidean: "euclidean_sq_per_channel",
  euclidean: "euclidean",
  correlation: "correlation",
  cosine: "cosine",
  city_block: "cityblock",
  mahalanobis: "mahalanobis_sq_per_channel",
} as const;

Deno.test("rdmOf() gives the stored matrices by all six measures", () => {
  for (const [name, stored] of Object.entries(reference.rdms)) {
    const items = representation(name, reference.rows);
    const covariance = noiseCovariance(
      items.data,
      items.numItems,
      items.numFeatures,
      undefined,
      { ridge: 0.1 },
    );
    for (const measure of rdmMeasures) {
      const values = rdmOf(items, measure, covariance);
      assertAllClose(values, stored[names[measure]], { atol: 1e-10 }, `${name} ${measure}`);
    }
  }
});

Deno.test("rdmOf() keeps equal items at exactly 0, distances within their ranges, and order of items", () => {
  fresh((draws) => {
    const [numItems, numFeatures] = [draws.integer(3, 12), draws.integer(2, 9)];
    const data = draws.normal(numItems, numFeatures);
    data.copyWithin(numFeatures, 0, numFeatures);
    const reversed = new Float64Array(data.length);
    for (let i = 0; i < numItems; i++) {
      reversed.set(
        data.subarray(i * numFeatures, (i + 1) * numFeatures),
        (numItems - 1 - i) * numFeatures,
      );
    }
    const identity = new Float64Array(numFeatures ** 2).map((_, k) =>
      k % (numFeatures + 1) === 0 ? 1 : 0
    );
    for (const measure of rdmMeasures) {
      const values = rdmOf({ data, numItems, numFeatures }, measure, identity);
      assertEquals(values[0], 0, measure);
      assert(values.every((value) => value >= 0), measure);
      if (measure === "cosine" || measure === "correlation") {
        assert(values.every((value) => value <= 2 + 1e-15), measure);
      }
      const back = rdmOf({ data: reversed, numItems, numFeatures }, measure, identity);
      assertEquals(back.reverse().toSorted(), values.toSorted(), `${measure} of reversed items`);
    }
    assertAllClose(
      rdmOf({ data, numItems, numFeatures }, "mahalanobis", identity),
      rdmOf({ data, numItems, numFeatures }, "squared_euclidean"),
      { rtol: 1e-14 },
    );
  });
});

Deno.test("rdmOf() refuses what has no distances, in words", () => {
  const items = (data: number[], numFeatures: number) => ({
    data: Float64Array.from(data),
    numItems: data.length / numFeatures,
    numFeatures,
  });
  assertThrows(() => rdmOf(items([1, 2], 2), "euclidean"), RangeError, "1 items × 2 features");
  assertThrows(() => rdmOf(items([1, 2, NaN, 4], 2), "euclidean"), RangeError, "finite");
  assertThrows(() => rdmOf(items([1, 2, 3, 3], 2), "correlation"), RangeError, "item 1 are equal");
  assertThrows(() => rdmOf(items([1, 2, 0, 0], 2), "cosine"), RangeError, "item 1 is zero");
  assertThrows(() => rdmOf(items([1e200, 2, 0, 0], 2), "euclidean"), RangeError, "normalize");
  assertThrows(
    () => rdmOf(items([1, 2, 3, 4], 2), "mahalanobis", Float64Array.of(1, 1, 1, 1)),
    RangeError,
    "`ridge` above 0",
  );
});
