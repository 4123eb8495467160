// Operators from files: a square matrix A, or A and B (and C) of driven dynamics, from one file or a file each.

import type { Arrays } from "#lib/core/artifacts/arrays.ts";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import { tensor } from "#lib/core/tensor.ts";
import type { ArrayFile, NumericArray } from "#lib/formats/numeric_array.ts";
import {
  arrayText,
  below,
  eachFile,
  type ImportParams,
  namedArrays,
  onlyArray,
  type OpenedFile,
} from "./_import_files.ts";
import { matrixOf, requireOne } from "./_import_matrices.ts";

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

function missing(part: string, given: Readonly<Record<string, string>>): never {
  throw new TypeError(
    `arrays must say where ${part} is; it names ${Object.keys(given).join(", ")}`,
  );
}
