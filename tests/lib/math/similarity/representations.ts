// Representations for the tests of similarities: the stored ones, and transformed copies of fresh ones.

import { decodeNpy } from "#lib/core/npy.ts";
import rawW from "#tests/reference/dsa/rep_W.npy" with { type: "bytes" };
import rawX from "#tests/reference/dsa/rep_X.npy" with { type: "bytes" };
import rawXR from "#tests/reference/dsa/rep_XR.npy" with { type: "bytes" };
import rawY from "#tests/reference/dsa/rep_Y.npy" with { type: "bytes" };
import { type Draws, orthonormalMatrix, plainProduct } from "../linalg/fresh.ts";

/** An items × features matrix. */
export interface Representation {
  readonly data: Float64Array;
  readonly numItems: number;
  readonly numFeatures: number;
}

/** The stored representation of a letter: X, Y, W or XR. */
export function stored(name: string): Representation {
  const raw: Record<string, Uint8Array> = { W: rawW, X: rawX, XR: rawXR, Y: rawY };
  const { shape, data } = decodeNpy(raw[name]);
  return { data: Float64Array.from(data), numItems: shape[0], numFeatures: shape[1] };
}

/** A fresh representation with correlated columns of unequal size and an offset. */
export function random(draws: Draws, numItems: number, numFeatures: number): Representation {
  const mixing = draws.normal(numFeatures, numFeatures);
  const data = plainProduct(
    draws.normal(numItems, numFeatures),
    mixing,
    numItems,
    numFeatures,
    numFeatures,
  );
  return { data: data.map((x, p) => x + 5 * (p % numFeatures)), numItems, numFeatures };
}

/** The same geometry: rotated (into more features if asked), scaled, shifted. */
export function moved(
  draws: Draws,
  { data, numItems, numFeatures }: Representation,
  { scale = 1, width = numFeatures } = {},
): Representation {
  const q = orthonormalMatrix(draws, width, numFeatures);
  const turned = new Float64Array(numItems * width);
  const shift = draws.normal(1, width).map((x) => x * scale);
  for (let i = 0; i < numItems; i++) {
    for (let j = 0; j < width; j++) {
      let sum = shift[j];
      for (let k = 0; k < numFeatures; k++) {
        sum += scale * data[i * numFeatures + k] * q[j * numFeatures + k];
      }
      turned[i * width + j] = sum;
    }
  }
  return { data: turned, numItems, numFeatures: width };
}
