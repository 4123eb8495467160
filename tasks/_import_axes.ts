// The axes of an array as the workflow declares them, brought to trial × time × unit.

import type { NumericArray } from "#lib/formats/numeric_array.ts";
import { arrayText, axes, type ImportParams, rearranged, type Selection } from "./_import_files.ts";

const roles: Readonly<Record<string, 0 | 1 | 2>> = {
  trial: 0,
  item: 0,
  time: 1,
  unit: 2,
  feature: 2,
  channel: 2,
  neuron: 2,
  input: 2,
};
const canonical = ["trial", "time", "unit"] as const;

/** Trials of one length as they lie in a file: trial × time × unit. */
export type Block = NumericArray;

/** Which of trial, time, unit a name means; `undefined` for an axis that is only there to be fixed. */
export function roleOf(name: string): 0 | 1 | 2 | undefined {
  return Object.hasOwn(roles, name) ? roles[name] : undefined;
}

/**
 * An array as trial × time × unit.
 *
 * @throws {TypeError} if the dims do not fit it, mean one axis twice, or leave one without an entry chosen.
 */
export function toBlock(
  array: NumericArray,
  name: string,
  what: string,
  { dims, select }: Pick<ImportParams, "dims" | "select">,
): Block {
  const { shape } = array;
  if (dims === undefined) {
    throw new TypeError(
      `${
        arrayText(name, shape)
      } of ${what} needs dims: the names of its axes in order, such as dims: [${
        ["trial", "time", "unit"].slice(-Math.min(3, Math.max(1, shape.length))).join(", ")
      }] or [item, feature]`,
    );
  }
  if (dims.length !== shape.length) {
    throw new TypeError(
      `${arrayText(name, shape)} of ${what} has ${
        axes(shape.length)
      }, but dims names ${dims.length}: [${
        dims.join(", ")
      }]; name each axis of the file once, in its order`,
    );
  }
  const order: [number?, number?, number?] = [];
  const fixed = new Map<number, number>();
  dims.forEach((dim, axis) => {
    const role = roleOf(dim);
    const chosen = select[dim];
    if (role !== undefined) {
      if (order[role] !== undefined) {
        throw new TypeError(
          `dims [${dims.join(", ")}] name the ${canonical[role]} axis twice ('${
            dims[order[role]!]
          }' and '${dim}'); give one of them another name and fix it with select: {name: index}`,
        );
      }
      order[role] = axis;
    } else if (typeof chosen === "number" && chosen < shape[axis]) fixed.set(axis, chosen);
    else {
      throw new TypeError(
        `the axis '${dim}' of ${
          arrayText(name, shape, dims)
        } in ${what} is none of trial, item, time, unit, feature, channel, neuron, input, so select must fix it: select: {${dim}: 0 … ${
          shape[axis] - 1
        }}`,
      );
    }
  });
  return rearranged(array, order, fixed);
}

/**
 * The `select` of a role under any of its names.
 *
 * @throws {TypeError} if a name is neither a role nor among the dims.
 */
export function selections(
  { dims, select }: Pick<ImportParams, "dims" | "select">,
): readonly [Selection?, Selection?, Selection?] {
  const found: [Selection?, Selection?, Selection?] = [];
  for (const [name, one] of Object.entries(select)) {
    const role = roleOf(name);
    if (role !== undefined) found[role] = one;
    else if (dims === undefined || !dims.includes(name)) {
      throw new TypeError(
        `select names the axis '${name}', but the axes are ${
          (dims ?? canonical).join(", ")
        }; use these names`,
      );
    }
  }
  return found;
}

/**
 * Indices that a selection keeps of an axis.
 *
 * @throws {RangeError} if it reaches beyond the axis, or keeps nothing.
 */
export function chosenIndices(
  selection: Selection | undefined,
  length: number,
  axis: string,
  { dtMs, labels }: { dtMs?: number; labels?: readonly (string | number)[] } = {},
): readonly number[] {
  if (selection === undefined) return Array.from({ length }, (_, i) => i);
  if (typeof selection === "number" || Array.isArray(selection)) {
    return [selection].flat().map((one) => {
      const index = typeof one === "number" ? one : labels?.map(String).indexOf(one) ?? -1;
      if (index >= 0 && index < length) return index;
      const known = labels === undefined
        ? ""
        : ` (its labels are ${labels.slice(0, 20).join(", ")})`;
      throw new RangeError(
        `select: ${axis} ${one} is not there: the ${axis} axis has ${length} entries, 0 to ${
          length - 1
        }${known}`,
      );
    });
  }
  const { every = 1 } = selection;
  const inSamples = (ms: number | undefined, samples: number | undefined) => {
    if (ms === undefined) return samples;
    if (axis !== "time" || dtMs === undefined) {
      throw new RangeError(`select: ${axis} in ms needs dt_ms, and is for the time axis only`);
    }
    return Math.ceil(ms / dtMs - 1e-9);
  };
  const from = inSamples(selection.from_ms, selection.from) ?? 0;
  const to = inSamples(selection.to_ms, selection.to) ?? length;
  if (to > length || from >= to) {
    throw new RangeError(
      `select: ${axis} from ${from} to ${to} does not lie within the ${length} entries of the axis, or keeps none`,
    );
  }
  const kept: number[] = [];
  for (let i = from; i < to; i += every) kept.push(i);
  return kept;
}

/**
 * Samples between two that a selection of times keeps; 1 of a single one.
 *
 * @throws {RangeError} unless they follow one another by equal steps, since trajectories have one time step.
 */
export function stepBetween(times: readonly number[]): number {
  const step = times.length > 1 ? times[1] - times[0] : 1;
  const odd = times.findIndex((time, i) => time !== times[0] + i * step);
  if (step >= 1 && odd < 0) return step;
  throw new RangeError(
    `select: time keeps ${
      times.slice(0, 20).join(", ")
    }, which do not follow one another by equal steps; ` +
      "give a range {from, to, every}, or call that axis item",
  );
}
