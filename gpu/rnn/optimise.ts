// Updates of the parameters of a sweep: the buffers that belong to an optimiser, and its two kernels. What each update is
// told stands in rows that are written ahead for many updates, so that nothing waits between them.
// Leaves out what the rows say (lib/training/optimiser.ts: `writeUpdateRow`).

import type { Engine, EngineArray, EngineBuffer } from "#lib/core/engine.ts";
import { updateRowLength } from "#lib/training/update_row.ts";
import parameterNorms from "../parameter_norms.ts";
import parameterUpdate from "../parameter_update.ts";
import { sumsLength, tensorTable } from "./parameter_tensors.ts";

/** What an optimiser works on. */
export interface OptimiserSettings {
  readonly models: number;
  /** Elements of each parameter tensor, in their order. */
  readonly tensors: readonly number[];
  /** Moments per parameter: `numMoments`. */
  readonly numMoments: number;
  /** How many updates rows can be written for. */
  readonly updates: number;
  /** model × tensor: 0 for those that stay as they are; all are trained if absent. */
  readonly trainable?: Uint32Array;
  /** Codes of `Constraint`: one row for all models, or model × parameter. */
  readonly constraints?: Float32Array;
  /** model × moment × parameter, from an optimiser before; zeros if absent. */
  readonly moments?: EngineArray;
}

/** An optimiser with its buffers. */
export interface SweepOptimiser extends Disposable {
  /** model × moment × parameter. */
  readonly moments: EngineBuffer;
  /** update × model × `updateRowLength`: written by `plan`; after an update its row holds what came of it. */
  readonly rows: EngineBuffer;
  /** Writes the rows of the next updates, from update `first` of the ring on. */
  plan(rows: Float64Array, first?: number): void;
  /** Puts one update in line, by the rows at the place `update` of the ring. */
  update(
    buffers: { readonly parameters: EngineBuffer; readonly gradients: EngineBuffer },
    update: number,
  ): void;
}

/**
 * Opens an optimiser.
 *
 * @throws {RangeError} if flags, constraints or moments do not have the shapes that the models and tensors ask for
 *
 * @example
 * ```ts
 * import { openOptimiser } from "#gpu/rnn/optimise.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import { optimiserSchema, writeUpdateRow } from "#lib/training/optimiser.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * await using engine = new RefEngine();
 * const optimiser = optimiserSchema.parse({ kind: "sgd", learning_rate: 0.5 });
 * using sweep = openOptimiser(engine, { models: 1, tensors: [1], numMoments: 1, updates: 1 });
 * const row = new Float64Array(20);
 * writeUpdateRow(row, 0, { optimiser, update: 1 });
 * sweep.plan(row);
 * const parameters = engine.upload(Float32Array.of(3));
 * sweep.update({ parameters, gradients: engine.upload(Float32Array.of(2)) }, 0);
 * assertAlmostEquals((await engine.download(parameters))[0], 3 - 0.5 * 2);
 * ```
 */
export function openOptimiser(engine: Engine, settings: OptimiserSettings): SweepOptimiser {
  const { models, tensors, numMoments, updates, constraints, moments: given } = settings;
  const numParameters = tensors.reduce((sum, length) => sum + length, 0);
  const { table, numSegments } = tensorTable(tensors);
  const trainable = settings.trainable ?? new Uint32Array(models * tensors.length).fill(1);
  mustHave("flags of trainable tensors", trainable.length, [models * tensors.length]);
  mustHave("constraints", constraints?.length, [numParameters, models * numParameters]);
  mustHave("moments", given?.length, [models * numMoments * numParameters]);
  // One model's row serves all of several; where there is one model, it is the same.
  const constrained = constraints === undefined ? 0 : constraints.length > numParameters ? 2 : 1;

  const owned: EngineBuffer[] = [];
  const keep = (buffer: EngineBuffer) => (owned.push(buffer), buffer);
  try {
    const moments = keep(
      given === undefined
        ? engine.allocate(models * numMoments * numParameters)
        : engine.upload(given),
    );
    const rows = keep(engine.allocate(updates * models * updateRowLength));
    const sums = keep(engine.allocate(models * numSegments * sumsLength));
    const shared = {
      tensors: keep(engine.upload(table)),
      constraints: keep(engine.upload(constraints ?? new Float32Array(1))),
      sums,
    };
    const flags = keep(engine.upload(trainable));
    const sizes = {
      num_models: models,
      num_parameters: numParameters,
      num_tensors: tensors.length,
      num_segments: numSegments,
      constrained,
    };
    return {
      moments,
      rows,
      plan: (data, first = 0) => engine.write(rows, data, first * models * updateRowLength),
      update({ parameters, gradients }, update) {
        engine.dispatch(parameterNorms, { ...shared, parameters, gradients }, sizes);
        engine.dispatch(parameterUpdate, {
          ...shared,
          trainable: flags,
          parameters,
          gradients,
          steps: rows,
          moments,
        }, { ...sizes, num_moments: numMoments, step: update });
      },
      [Symbol.dispose]() {
        for (const buffer of owned) buffer[Symbol.dispose]();
      },
    };
  } catch (error) {
    for (const buffer of owned) buffer[Symbol.dispose]();
    throw error;
  }
}

function mustHave(what: string, found: number | undefined, right: readonly number[]): void {
  if (found === undefined || right.includes(found)) return;
  throw new RangeError(
    `Cannot open an optimiser with ${found} numbers of ${what}: ${
      [...new Set(right)].join(" or ")
    } are wanted`,
  );
}
