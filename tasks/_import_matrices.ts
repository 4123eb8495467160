// What the matrices of `import` share: axes in order, others fixed, entries finite.

import type { NumericArray } from "#lib/formats/numeric_array.ts";
import {
  arrayText,
  axes,
  type ImportParams,
  type OpenedFile,
  rearranged,
} from "./_import_files.ts";

/** A matrix with its axes in the wanted order; other axes are fixed by `select`. */
export function matrixOf(
  { file, what }: OpenedFile,
  name: string,
  select: ImportParams["select"],
  dims?: readonly string[],
  wanted: readonly string[] = ["target", "source"],
): NumericArray {
  const array = file.read(name);
  // One input of a JSON or HDF5 file may come as a plain column.
  const names = dims ?? (array.shape.length === 1 ? [wanted[0]] : wanted);
  const where = `${arrayText(name, array.shape)} of ${what}`;
  if (array.shape.length !== names.length) {
    throw new TypeError(
      `${where} has ${axes(array.shape.length)}; a matrix has two, ${
        wanted.join(" × ")
      }: name all axes with dims and fix the others with select`,
    );
  }
  const { order, fixed } = placed(array, names, wanted, select, where);
  const { shape, data } = rearranged(array, [undefined, ...order], fixed);
  requireFinite(data, where);
  return { shape: shape.slice(1), data };
}

function placed(
  { shape }: NumericArray,
  names: readonly string[],
  wanted: readonly string[],
  select: ImportParams["select"],
  where: string,
): { order: [number?, number?]; fixed: Map<number, number> } {
  const order: [number?, number?] = [];
  const fixed = new Map<number, number>();
  names.forEach((dim, axis) => {
    const at = wanted.indexOf(dim);
    const chosen = select[dim];
    if (at >= 0) order[at] = axis;
    else if (typeof chosen === "number" && chosen < shape[axis]) fixed.set(axis, chosen);
    else {
      throw new TypeError(
        `the axis '${dim}' of ${where} is none of ${
          wanted.join(", ")
        }, so select must fix it: select: {${dim}: 0 … ${shape[axis] - 1}}`,
      );
    }
  });
  return { order, fixed };
}

/** An array without the axes that `select` fixes. */
export function withoutFixed(
  { file, what }: OpenedFile,
  name: string,
  { dims, select }: ImportParams,
): NumericArray {
  const array = file.read(name);
  if (dims === undefined) return array;
  const where = `${arrayText(name, array.shape)} of ${what}`;
  if (dims.length !== array.shape.length) {
    throw new TypeError(`${where} has ${axes(array.shape.length)}, but dims names ${dims.length}`);
  }
  const fixed = new Map<number, number>();
  const left: number[] = [];
  dims.forEach((dim, axis) => {
    const chosen = select[dim];
    if (typeof chosen === "number" && chosen < array.shape[axis]) fixed.set(axis, chosen);
    else left.push(axis);
  });
  if (left.length > 2) throw new TypeError(`${where} has more than two axes; fix some with select`);
  const [a, b] = left.length === 2 ? left : [undefined, left[0]];
  const { shape, data } = rearranged(array, [undefined, a, b], fixed);
  return { shape: left.length === 2 ? shape.slice(1) : shape.slice(2), data };
}

/** @throws {RangeError} if an entry is not finite. */
export function requireFinite(data: Float64Array, where: string): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`${where} holds ${data[bad]} at entry ${bad}`);
}

/** @throws {TypeError} unless there is one file. */
export function requireOne(files: readonly Uint8Array[], what: string): void {
  if (files.length !== 1) {
    throw new TypeError(`${what} comes from one file, but data has ${files.length}`);
  }
}
