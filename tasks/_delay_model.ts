// What tasks share that use a fitted operator on trajectories: its model, its trials, and how tables name it.

import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import type { Cell } from "#lib/core/table.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { type DelayModel, delayModel, plainModel } from "#lib/math/dmd/delay_model.ts";
import { fitHavok } from "#lib/math/dmd/havok.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import { inTermsOf, lengthsOf } from "./_delays.ts";
import { exampleTrajectories, trialSetOf } from "./_states.ts";

/**
 * The model that an operator stands for: of a fit with its modes, or of an imported matrix that acts on the units themselves
 * (or on their delays, where its `about` names n_delays).
 *
 * @throws {RangeError} naming the task, if there are no modes, or an imported matrix has another size.
 */
export function modelOf(task: string, operator: Operator, numUnits: number): DelayModel {
  const { about, modes, singularValues } = operator;
  const size = operator.matrix.shape[0];
  const count = (name: string, otherwise: number) =>
    typeof about[name] === "number" ? about[name] as number : otherwise;
  const delays = { numDelays: count("n_delays", 1), delayInterval: count("delay_interval", 1) };
  const stepsAhead = count("steps_ahead", 1);
  const fitted = count("num_units", numUnits);
  const matrix = matrixOf(operator);
  if (fitted !== numUnits) {
    throw new RangeError(
      `${task} got an operator of ${fitted} units and trajectories of ${numUnits}; take the system that it was fitted to`,
    );
  }
  if (modes !== undefined && singularValues !== undefined) {
    return delayModel({
      ...delays,
      stepsAhead,
      numUnits,
      operator: matrix,
      numComponents: size,
      modes: modes.data as Float64Array,
      maxRank: modes.shape[1],
      singularValues: singularValues.data as Float64Array,
    });
  }
  if (about.method !== "imported") {
    throw new RangeError(
      about.method === "kernel"
        ? `${task} got an operator of kernel_dmd, from whose components no way leads back to the data; fit one by dmd`
        : `${task} needs the modes of the operator, which lead from the data to its components and back; ` +
          "fit it by dmd with keep_modes: true",
    );
  }
  if (size !== delays.numDelays * numUnits) {
    throw new RangeError(
      `${task} got an imported operator (${
        describeShape(operator.matrix.dims, operator.matrix.shape)
      }) for trajectories of ${numUnits} units and ${delays.numDelays} delays; it needs ${
        delays.numDelays * numUnits
      } rows, or modes`,
    );
  }
  return plainModel(matrix, delays, numUnits, stepsAhead);
}

/** A with v(t + s) ≈ A v(t), also where a compat switch stored the transposed one. */
export function matrixOf({ matrix, about }: Operator): Float64Array {
  const [n] = matrix.shape;
  const data = matrix.data instanceof Float64Array ? matrix.data : Float64Array.from(matrix.data);
  return about.transposed === true ? transpose(data, n, n) : data;
}

/** The model and the trials it is used on, with refusals in terms of the trajectories. */
export function withModel<T>(
  task: string,
  operator: Operator,
  trajectories: Trajectories,
  use: (model: DelayModel, trials: TrialSet) => T,
): T {
  const trials = finiteTrials(task, "trajectories", trajectories);
  const model = modelOf(task, operator, trials.numUnits);
  return inTermsOf(task, trajectories, () => use(model, trials));
}

/**
 * The trials, if every number in them is finite.
 *
 * @throws {RangeError} naming the task, the port and the first that is not.
 */
export function finiteTrials(task: string, port: string, trajectories: Trajectories): TrialSet {
  const trials = trialSetOf(trajectories);
  const { data, numUnits } = trials;
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return trials;
  let sample = Math.floor(bad / numUnits), trial = 0;
  const lengths = lengthsOf(trials);
  while (sample >= lengths[trial]) sample -= lengths[trial++];
  const { dims, shape } = trajectories.states;
  throw new RangeError(
    `${task} got ${port} (${describeShape(dims, shape)}) with ${
      data[bad]
    } in trial ${trial}, time ${sample}, ` +
      `unit ${bad % numUnits}; remove or mask that trial`,
  );
}

/** Trials as trajectories like `model`, with NaN beyond the end of shorter ones. */
export function trajectoriesOf(
  model: Trajectories,
  trials: TrialSet,
  unitNames?: readonly (string | number)[],
): Trajectories {
  const { data, numTrials, numUnits } = trials;
  const lengths = lengthsOf(trials);
  const numTime = Math.max(...lengths);
  const isRagged = lengths.some((length) => length !== numTime);
  const states = isRagged ? new Float64Array(numTrials * numTime * numUnits).fill(NaN) : data;
  for (let trial = 0, from = 0; isRagged && trial < numTrials; trial++) {
    const to = from + lengths[trial] * numUnits;
    states.set(data.subarray(from, to), trial * numTime * numUnits);
    from = to;
  }
  const { coords, units } = model.states;
  const unit = unitNames ?? (coords?.unit?.length === numUnits ? coords.unit : undefined);
  const trial = coords?.trial?.length === numTrials ? coords.trial : undefined;
  const kept = {
    ...(trial === undefined ? {} : { trial }),
    ...(unit === undefined ? {} : { unit }),
  };
  return {
    states: tensor(["trial", "time", "unit"], [numTrials, numTime, numUnits], states, {
      ...(units === undefined ? {} : { units }),
      ...(Object.keys(kept).length === 0 ? {} : { coords: kept }),
    }),
    ...(isRagged ? { lengths } : {}),
    dt: model.dt,
    timeUnit: model.timeUnit,
  };
}

/** The cells by which tables about an operator name it. */
export function operatorCells({ about, matrix }: Operator): Record<string, Cell> {
  const number = (name: string) => typeof about[name] === "number" ? about[name] as number : null;
  return {
    n_delays: number("n_delays"),
    delay_interval: number("delay_interval"),
    rank: number("rank") ?? matrix.shape[0],
    steps_ahead: number("steps_ahead"),
    ridge: number("ridge"),
  };
}

/** A number as a cell; what is not defined is missing. */
export function numberCell(value: number): Cell {
  return Number.isNaN(value) ? null : value;
}

/** A small operator and the trajectories it was fitted to, for the examples of tasks. */
export function exampleFit(
  numDelays = 2,
  rank = 4,
): { operator: Operator; trajectories: Trajectories } {
  const trajectories = exampleTrajectories();
  const trials = trialSetOf(trajectories);
  const { operator: matrix, modes, singularValues, maxRank, numFeatures } = fitHavok(trials, {
    numDelays,
    rank,
  });
  const { numUnits } = trials;
  return {
    trajectories,
    operator: {
      matrix: tensor(["target", "source"], [rank, rank], matrix),
      modes: tensor(["feature", "component"], [numFeatures, maxRank], modes),
      singularValues: tensor(["component"], [singularValues.length], singularValues),
      about: {
        rank,
        n_delays: numDelays,
        delay_interval: 1,
        steps_ahead: 1,
        ridge: 0,
        num_units: numUnits,
        method: "qr",
        warnings: [],
      },
    },
  };
}
