// The stored representations of tests/reference/dsa: items × features.

import { decodeNpy } from "#lib/core/npy.ts";
import w from "#tests/reference/dsa/rep_W.npy" with { type: "bytes" };
import x from "#tests/reference/dsa/rep_X.npy" with { type: "bytes" };
import xr from "#tests/reference/dsa/rep_XR.npy" with { type: "bytes" };
import y from "#tests/reference/dsa/rep_Y.npy" with { type: "bytes" };

/** X, Y, W and XR by name; only the first `rows` items if a number is given. */
export function representation(name: string, rows?: number) {
  const { data, shape } = decodeNpy({ X: x, Y: y, W: w, XR: xr }[name]!);
  const [all, numFeatures] = shape;
  const numItems = rows ?? all;
  return { data: (data as Float64Array).slice(0, numItems * numFeatures), numItems, numFeatures };
}
