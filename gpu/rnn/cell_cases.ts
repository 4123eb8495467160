// What the cases of kernels that go through time have in common: which networks, and weights as panels. For the
// conformance suite alone.

import type { RandomStream } from "../../lib/core/random.ts";
import { activations } from "../../lib/math/networks/activation.ts";
import { panelAt } from "./panels.ts";

/** A sweep of recurrent networks. */
export interface CellCase {
  readonly label: string;
  /** The number of the case, for random numbers of its own. */
  readonly index: number;
  readonly models: number;
  readonly rows: number;
  readonly steps: number;
  readonly inputs: number;
  readonly units: number;
  /** Slot, one of three, and steps of each model. */
  readonly slots: readonly (readonly [number, number])[];
  readonly cell: {
    readonly activation: number;
    readonly form: number;
    readonly leak: number;
    readonly keep: number;
    readonly gain: number;
    readonly dt_ms: number;
    readonly noise_gain: number;
  };
}

/** A matrix of each model, and how long its panels are. */
export interface PanelWeights {
  readonly targets: number;
  readonly sources: number;
  /** model × target × source. */
  readonly weights: Float32Array;
  readonly numbers: number;
}

/**
 * Networks of all forms and activations, of sizes around panels (8), vectors (4), blocks of rows (4, 8).
 *
 * @example
 * ```ts
 * import { cellCases } from "#gpu/rnn/cell_cases.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import { assertEquals } from "@std/assert";
 * const [first] = cellCases(randomStream(1, "test"));
 * assertEquals([first.models, first.rows, first.steps, first.units], [1, 1, 1, 1]);
 * ```
 */
export function* cellCases(random: RandomStream): Iterable<CellCase> {
  let index = 0;
  const make = (
    label: string,
    [models, rows, steps, inputs, units]: readonly number[],
    cell: Partial<CellCase["cell"]> = {},
    stepsOf: (model: number) => number = () => steps,
  ): CellCase => ({
    label,
    index: index++,
    models,
    rows,
    steps,
    inputs,
    units,
    slots: Array.from({ length: models }, (_, m) => [(m + 1) % 3, stepsOf(m)] as const),
    cell: {
      activation: 2,
      form: 0,
      leak: 0,
      keep: 0.8,
      gain: 0.2,
      dt_ms: 20,
      noise_gain: 0,
      ...cell,
    },
  });
  yield make("one of everything", [1, 1, 1, 1, 1]);
  yield make("no models", [0, 2, 2, 2, 2]);
  yield make("no rows", [2, 0, 3, 2, 5]);
  yield make("no steps", [2, 3, 0, 2, 5]);
  yield make("no inputs", [2, 3, 4, 0, 5]);
  yield make(
    "models with fewer steps than there is room for",
    [4, 5, 7, 3, 9],
    {},
    (m) => [7, 0, 3, 1][m],
  );
  for (const [form, name] of ["outside", "inside", "current"].entries()) {
    for (const [activation, of] of activations.entries()) {
      yield make(`${name}, ${of}`, [2, 3, 5, 3, 6], { form, activation });
      yield make(`${name}, ${of}, exponential`, [1, 2, 4, 3, 7], { form, activation, leak: 1 });
    }
    yield make(`${name}, Euler`, [2, 3, 4, 2, 9], { form, activation: 4, leak: 2 });
    yield make(`${name}, noise`, [2, 5, 3, 2, 9], { form, activation: 4, noise_gain: 0.7 });
  }
  for (const units of [3, 4, 5, 7, 8, 9, 15, 16, 17]) {
    yield make(`${units} units`, [1, 4, 4, 2, units]);
  }
  for (const rows of [3, 4, 5, 7, 8, 9, 17]) yield make(`${rows} rows`, [2, rows, 3, 5, 10]);
  for (const inputs of [4, 7, 8, 9]) yield make(`${inputs} inputs`, [1, 5, 3, inputs, 10]);
  // 31 to 33 vectors of units for the 32 threads of a workgroup.
  for (const units of [124, 128, 130]) yield make(`wide, ${units} units`, [1, 3, 3, 2, units]);
  yield make("large", [3, 13, 20, 9, 50], { activation: 4 });
  for (let i = 0; i < 4; i++) {
    const draw = (bound: number, k: number) => random.integer(bound, index, 100 + k);
    const sizes = [1 + draw(3, 0), 1 + draw(18, 1), 1 + draw(9, 2), draw(12, 3), 1 + draw(40, 4)];
    const cell = { form: draw(3, 5), activation: draw(6, 6), leak: draw(3, 7) };
    yield make(`random ${i}`, sizes, cell, (m) => (sizes[2] + m) % (sizes[2] + 1));
  }
}

/**
 * Normal numbers of standard deviation `scale`, those of a case and a buffer.
 *
 * @example
 * ```ts
 * import { fill } from "#gpu/rnn/cell_cases.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(fill(randomStream(1, "test"), 0, 0, 5, 0), new Float32Array(5));
 * ```
 */
export function fill(
  random: RandomStream,
  index: number,
  buffer: number,
  length: number,
  scale: number,
): Float32Array {
  const numbers = new Float64Array(length);
  random.normal(numbers, index, buffer);
  return Float32Array.from(numbers, (x) => scale * x);
}

/**
 * Panels of all models, one matrix behind the other in each.
 *
 * @example
 * ```ts
 * import { panelsFor } from "#gpu/rnn/cell_cases.ts";
 * import { assertEquals } from "@std/assert";
 * const weights = Float32Array.of(1, 2);
 * const panels = panelsFor(1, [{ targets: 2, sources: 1, weights, numbers: 8 }]);
 * assertEquals([...panels], [1, 2, 0, 0, 0, 0, 0, 0]);
 * ```
 */
export function panelsFor(models: number, matrices: readonly PanelWeights[]): Float32Array {
  const each = matrices.reduce((sum, { numbers }) => sum + numbers, 0);
  const panels = new Float32Array(models * each);
  let at = 0;
  for (const { targets, sources, weights, numbers } of matrices) {
    for (let model = 0; model < models; model++) {
      for (let target = 0; target < targets; target++) {
        for (let source = 0; source < sources; source++) {
          panels[model * each + at + panelAt(target, source, sources)] =
            weights[(model * targets + target) * sources + source];
        }
      }
    }
    at += numbers;
  }
  return panels;
}

/**
 * Scratch space as kernels find it, and as their twins leave it: rubbish that counts as untouched.
 *
 * @example
 * ```ts
 * import { untouched } from "#gpu/rnn/cell_cases.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(untouched(2), new Float32Array(2).fill(Math.fround(-1.2345e30)));
 * ```
 */
export function untouched(length: number): Float32Array {
  return new Float32Array(length).fill(Math.fround(-1.2345e30));
}
