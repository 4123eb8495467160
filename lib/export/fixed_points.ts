// Fixed points under the field names of FixedPointFinder (Golub & Sussillo 2018), for `fixed_points.npz`. An artifact of
// named arrays holds fixed points if it has `xstar` and `qstar`, dims fixed_point × unit and fixed_point.

import { decodeNpy } from "../core/npy.ts";
import { encodeBooleans, encodeComplex } from "../formats/write_npy.ts";

/** The fields, in FixedPointFinder's order. */
export const fixedPointFields: readonly string[] = [
  "xstar",
  "x_init",
  "inputs",
  "F_xstar",
  "qstar",
  "dq",
  "n_iters",
  "J_xstar",
  "eigval_J_xstar",
  "eigvec_J_xstar",
  "is_stable",
  "cond_id",
];

/**
 * Whether arrays of these names are fixed points.
 *
 * @example
 * ```ts
 * import { areFixedPoints } from "#lib/export/fixed_points.ts";
 * import { assert } from "@std/assert";
 * assert(areFixedPoints(["xstar", "qstar", "seeds"]) && !areFixedPoints(["states"]));
 * ```
 */
export function areFixedPoints(names: readonly string[]): boolean {
  return names.includes("xstar") && names.includes("qstar");
}

/**
 * The .npy files of fixed points by field. Eigenvalues and eigenvectors come as `<field>_real` and `<field>_imag` and
 * become complex; `is_stable` becomes a truth value; what has another name is left out.
 *
 * @param files .npy files by name of the array
 *
 * @example
 * ```ts
 * import { fixedPointArrays } from "#lib/export/fixed_points.ts";
 * import { encodeNpy } from "#lib/core/npy.ts";
 * import { assertEquals } from "@std/assert";
 * const one = encodeNpy({ dtype: "f8", shape: [1], data: Float64Array.of(1) });
 * const fields = fixedPointArrays({ xstar: one, qstar: one, eigval_J_xstar_real: one, eigval_J_xstar_imag: one });
 * assertEquals(Object.keys(fields), ["xstar", "qstar", "eigval_J_xstar"]);
 * ```
 */
export function fixedPointArrays(
  files: Readonly<Record<string, Uint8Array>>,
): Readonly<Record<string, Uint8Array>> {
  const fields: Record<string, Uint8Array> = {};
  for (const name of fixedPointFields) {
    const own = Object.hasOwn(files, name) ? files[name] : undefined;
    const [real, imaginary] = ["real", "imag"].map((part) => files[`${name}_${part}`]);
    if (own !== undefined) {
      if (name !== "is_stable") fields[name] = own;
      else {
        const { shape, data } = decodeNpy(own);
        fields[name] = encodeBooleans(shape, data);
      }
    } else if (real !== undefined && imaginary !== undefined) {
      const { shape, data } = decodeNpy(real);
      fields[name] = encodeComplex(shape, data, decodeNpy(imaginary).data);
    }
  }
  return fields;
}

/**
 * Fields of FixedPointFinder that are not among these names, so that a reader can be told.
 *
 * @example
 * ```ts
 * import { missingFields } from "#lib/export/fixed_points.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(missingFields(["xstar", "qstar", "cond_id"]).slice(0, 2), ["x_init", "inputs"]);
 * ```
 */
export function missingFields(names: readonly string[]): readonly string[] {
  return fixedPointFields.filter((name) => !names.includes(name));
}
