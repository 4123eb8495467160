// Operators, controlled operators, dissimilarities and named arrays from files.

import type { Arrays } from "#lib/core/artifacts/arrays.ts";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import { tensor } from "#lib/core/tensor.ts";
import type { ArrayFile, NumericArray } from "#lib/formats/numeric_array.ts";
import {
  arrayText,
  axes,
  below,
  eachFile,
  type ImportParams,
  labelsOf,
  namedArrays,
  onlyArray,
  type OpenedFile,
  rearranged,
} from "./_import_files.ts";

/** A square matrix A, with x(t + 1) = A x(t); with `arrays`, also what else an operator has. */
export async function importOperator(
  files: readonly Uint8Array[],
  params: ImportParams,
): Promise<Operator> {
  requireOne(files, "an operator");
  const [operator] = await eachFile(files, params.format, (opened) => {
    const places = params.arrays;
    const name = places === undefined
      ? namedArrays(opened, params.array)[0]
      : below(opened.file, params.array, places.matrix ?? missing("matrix", places));
    const matrix = square(opened, name, params, ["target", "source"]);
    const rank = matrix.shape[1];
    const others = Object.entries(places ?? {}).filter(([part]) => part !== "matrix")
      .map(([part, place]) => [
        part === "singular_values" ? "singularValues" : part,
        operatorPart(opened, part, below(opened.file, params.array, place)),
      ]);
    return {
      matrix: tensor(["target", "source"], [rank, rank], matrix.data),
      ...Object.fromEntries(others),
      about: { rank, method: "imported", warnings: [] },
    };
  });
  return operator;
}

const operatorParts: Readonly<Record<string, readonly string[]>> = {
  auto: ["row", "column"],
  cross: ["row", "column"],
  singular_values: ["component"],
  modes: ["feature", "component"],
};

function operatorPart({ file, what }: OpenedFile, part: string, place: string) {
  const dims = operatorParts[part];
  if (dims === undefined) {
    throw new TypeError(
      `an operator has the arrays matrix, ${
        Object.keys(operatorParts).join(", ")
      }, but none called '${part}'`,
    );
  }
  const array = file.read(place);
  if (array.shape.length !== dims.length) {
    throw new TypeError(
      `${part} of an operator is ${dims.join(" × ")}, but ${
        arrayText(place, array.shape)
      } of ${what} is not`,
    );
  }
  return tensor(dims, array.shape, array.data);
}

/** Names under which A, B and C are looked for. */
const controlNames: Readonly<Record<string, readonly string[]>> = {
  state: ["state", "A"],
  input: ["input", "B"],
  output: ["output", "C"],
};

/** A, B and perhaps C of x(t + 1) = A x(t) + B u(t), y(t) = C x(t): from one file, or a file each. */
export async function importControlled(
  files: Readonly<Record<string, Uint8Array | undefined>>,
  params: ImportParams,
): Promise<Arrays> {
  const found: Record<string, { array: NumericArray; name: string }> = {};
  const take = (part: string, opened: OpenedFile, name: string) => {
    found[part] = { array: matrixOf(opened, name, params.select), name };
  };
  if (files.data !== undefined) {
    await eachFile([files.data], params.format, (opened) => {
      for (const part of Object.keys(controlNames)) {
        const place = params.arrays === undefined
          ? guessed(opened.file, params.array, part)
          : params.arrays[part] === undefined
          ? undefined
          : below(opened.file, params.array, params.arrays[part]);
        if (place !== undefined) take(part, opened, place);
        else if (part !== "output") {
          throw new TypeError(
            `${opened.what} must say where ${part} (${
              controlNames[part][1]
            }) is: arrays: {state: …, input: …}, or name its arrays A and B; it holds ${
              opened.file.list().slice(0, 20).map(({ name }) => name).join(", ")
            }`,
          );
        }
      }
    });
  } else {
    for (const part of Object.keys(controlNames)) {
      const bytes = files[part];
      if (bytes === undefined) continue;
      await eachFile([bytes], params.format, (opened) => {
        take(part, opened, params.arrays?.[part] ?? onlyArray(opened));
      });
    }
  }
  return controlled(found);
}

function controlled(
  { state, input, output }: Readonly<Record<string, { array: NumericArray; name: string }>>,
): Arrays {
  const [n, m] = [state.array.shape[0], input.array.shape[1]];
  if (state.array.shape[1] !== n) {
    throw new RangeError(
      `state must be square, target × source, but ${
        arrayText(state.name, state.array.shape)
      } is not`,
    );
  }
  if (input.array.shape[0] !== n) {
    throw new RangeError(
      `input must have a row for each of the ${n} targets of state (target × input), but ${
        arrayText(input.name, input.array.shape)
      } has ${input.array.shape[0]}; transpose it before saving if it is input × target`,
    );
  }
  if (output !== undefined && output.array.shape[1] !== n) {
    throw new RangeError(
      `output must have a column for each of the ${n} states (unit × source), but ${
        arrayText(output.name, output.array.shape)
      } has ${output.array.shape[1]}`,
    );
  }
  return {
    arrays: {
      state: tensor(["target", "source"], [n, n], state.array.data),
      input: tensor(["target", "input"], [n, m], input.array.data),
      ...(output === undefined
        ? {}
        : { output: tensor(["unit", "source"], [output.array.shape[0], n], output.array.data) }),
    },
    about: { rank: n, method: "imported", warnings: [] },
  };
}

function guessed(
  file: ArrayFile,
  group: ImportParams["array"],
  part: string,
): string | undefined {
  const names = new Set(file.list().map(({ name }) => name));
  return controlNames[part].map((name) => below(file, group, name).replace(/^\/+/, ""))
    .find((name) => names.has(name));
}

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
    const largest = Math.max(1e-300, Math.abs(data[i * n + i]));
    if (Math.abs(data[i * n + i]) > 1e-9 * largest && Math.abs(data[i * n + i]) > 1e-6) {
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

/** A matrix with the axes in the wanted order. */
function square(
  opened: OpenedFile,
  name: string,
  params: ImportParams,
  wanted: readonly [string, string],
): NumericArray {
  const array = matrixOf(opened, name, params.select, params.dims ?? wanted, wanted);
  const where = `${arrayText(name, array.shape)} of ${opened.what}`;
  if (array.shape[0] !== array.shape[1] || array.shape[0] === 0) {
    throw new RangeError(
      `${where} is not square; an operator is a square matrix, target × source (for A and B use kind: controlled_operator)`,
    );
  }
  return array;
}

function matrixOf(
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
function withoutFixed(
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

function requireFinite(data: Float64Array, where: string): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`${where} holds ${data[bad]} at entry ${bad}`);
}

function requireOne(files: readonly Uint8Array[], what: string): void {
  if (files.length !== 1) {
    throw new TypeError(`${what} comes from one file, but data has ${files.length}`);
  }
}

function missing(part: string, given: Readonly<Record<string, string>>): never {
  throw new TypeError(
    `arrays must say where ${part} is; it names ${Object.keys(given).join(", ")}`,
  );
}
