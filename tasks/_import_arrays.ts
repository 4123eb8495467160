// Dissimilarities and named arrays from files.

import type { Arrays } from "#lib/core/artifacts/arrays.ts";
import { tensor } from "#lib/core/tensor.ts";
import type { NumericArray } from "#lib/formats/numeric_array.ts";
import {
  arrayText,
  axes,
  below,
  eachFile,
  type ImportParams,
  labelsOf,
  namedArrays,
} from "./_import_files.ts";
import { requireFinite, requireOne, withoutFixed } from "./_import_matrices.ts";

/** Dissimilarities of all pairs of items: condensed (upper triangle, row by row) or square. */
export async function importRdm(
  files: readonly Uint8Array[],
  params: ImportParams,
): Promise<Arrays> {
  requireOne(files, "an rdm");
  const [rdm] = await eachFile(files, params.format, (opened) => {
    const [name] = namedArrays(opened, params.array);
    const array = withoutFixed(opened, name, params);
    const where = `${arrayText(name, array.shape)} of ${opened.what}`;
    const values = array.shape.length === 2 && array.shape[0] === array.shape[1]
      ? upperTriangle(array, where)
      : condensed(array, where);
    requireFinite(values, where);
    const numItems = (1 + Math.sqrt(1 + 8 * values.length)) / 2;
    const given = params.labels.item ?? params.labels.trial;
    const labels = given === undefined ? undefined : labelsOf(opened, given);
    if (labels !== undefined && labels.length !== numItems) {
      throw new RangeError(`labels has ${labels.length} entries for ${numItems} items`);
    }
    return {
      arrays: { values: tensor(["pair"], [values.length], values) },
      about: {
        measure: params.measure ?? "imported",
        unit: params.units ?? "1",
        num_items: numItems,
        ...(labels === undefined ? {} : { labels }),
        warnings: [],
      },
    };
  });
  return rdm;
}

function upperTriangle({ shape: [n], data }: NumericArray, where: string): Float64Array {
  const out = new Float64Array(n * (n - 1) / 2);
  let at = 0;
  for (let i = 0; i < n; i++) {
    if (Math.abs(data[i * n + i]) > 1e-6) {
      throw new RangeError(
        `${where} has ${
          data[i * n + i]
        } on its diagonal; dissimilarities of an item with itself are 0 (is it a similarity?)`,
      );
    }
    for (let j = i + 1; j < n; j++) {
      const [upper, lower] = [data[i * n + j], data[j * n + i]];
      if (Math.abs(upper - lower) > 1e-9 * Math.max(1, Math.abs(upper), Math.abs(lower))) {
        throw new RangeError(
          `${where} is not symmetric: [${i}, ${j}] is ${upper}, [${j}, ${i}] is ${lower}`,
        );
      }
      out[at++] = upper;
    }
  }
  return out;
}

function condensed({ shape, data }: NumericArray, where: string): Float64Array {
  const n = Math.round((1 + Math.sqrt(1 + 8 * data.length)) / 2);
  const isVector = shape.filter((length) => length !== 1).length <= 1;
  if (isVector && n * (n - 1) / 2 === data.length && n >= 2) return data;
  throw new RangeError(
    `${where} is no rdm: it must be square, or have n (n − 1) / 2 entries, the upper triangle row by row`,
  );
}

/** Arrays by name, with the axes that `dims` names (for one array) or `axis0`, `axis1`, …. */
export async function importArrays(
  files: readonly Uint8Array[],
  params: ImportParams,
): Promise<Arrays> {
  requireOne(files, "arrays");
  const [arrays] = await eachFile(files, params.format, (opened) => {
    const places = params.arrays === undefined
      ? (params.array === undefined
        ? opened.file.list().map(({ name }) => name)
        : namedArrays(opened, params.array)).map((name) => [plainName(name), name])
      : Object.entries(params.arrays)
        .map(([name, place]) => [name, below(opened.file, params.array, place)]);
    const names = places.map(([name]) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) {
      throw new TypeError(
        `two arrays of ${opened.what} would be called '${twice}'; name them with arrays: {name: place, …}`,
      );
    }
    return {
      arrays: Object.fromEntries(places.map(([name, place]) => {
        const { shape, data } = opened.file.read(place);
        const { dims = shape.map((_, i) => `axis${i}`) } = params;
        if (dims.length !== shape.length) {
          throw new TypeError(
            `${arrayText(place, shape)} of ${opened.what} has ${
              axes(shape.length)
            }, but dims names ${dims.length}: [${dims.join(", ")}]`,
          );
        }
        const units = params.units === undefined ? {} : { units: params.units };
        return [name, tensor(dims, shape, data, units)];
      })),
      about: { format: opened.file.format },
    };
  });
  return arrays;
}

/** A name that may be a file's: what is no letter, digit, `.`, `_` or `-` becomes `_`. */
function plainName(name: string): string {
  return name === "" ? "values" : name.replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^_+|_+$/g, "");
}
