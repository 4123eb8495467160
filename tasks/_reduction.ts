// Fits of `reduce` as artifacts: components, means and spreads by name, made from one or several systems and applied to
// any trajectories of the same units.

import type { Arrays } from "#lib/core/artifacts/arrays.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { type ComponentChoice, fitPca, type Pca, projectPca } from "#lib/math/maps/pca.ts";
import {
  type Standardisation,
  standardiseWithin,
  unitMoments,
} from "#lib/math/maps/standardise.ts";
import { fromTrials, trialsOf } from "./_each_trial.ts";
import { inTerms } from "./_in_terms.ts";

/** A fit, and what was done before it. */
export interface Reduction {
  readonly pca: Pca;
  readonly scale: Standardisation;
  /** For `unit`: what other data are standardised by. */
  readonly moments?: { readonly mean: Float64Array; readonly spread: Float64Array };
  readonly numRows: number;
  readonly numSystems: number;
  /** Where missing states were filled in: what with, per unit. */
  readonly fill?: Float64Array;
}

/** What is done about states that are no finite numbers. */
export type Missing = "refuse" | "unit_mean";

/**
 * Fits components to the rows of all systems together.
 *
 * @throws {RangeError} naming the array, where systems differ in units, states are missing, or nothing is left to fit.
 */
export function fitReduction(
  systems: readonly Trajectories[],
  { scale, choice, missing = "refuse" }: {
    readonly scale: Standardisation;
    readonly choice: ComponentChoice;
    readonly missing?: Missing;
  },
): Reduction {
  if (systems.length === 0) {
    throw new RangeError("reduce got an empty list of trajectories; gather at least one system");
  }
  const what = systems.length === 1
    ? `reduce got trajectories (${shapeOf(systems[0])})`
    : `reduce got ${systems.length} trajectories, the first (${shapeOf(systems[0])})`;
  const numUnits = systems[0].states.shape[2];
  const odd = systems.findIndex(({ states }) => states.shape[2] !== numUnits);
  if (odd >= 0) {
    throw new RangeError(
      `${what}: trajectories ${odd} of the list (${shapeOf(systems[odd])}) have ${
        systems[odd].states.shape[2]
      } units; a joint fit wants the same units in all: reduce each to a common number first (fit: own)`,
    );
  }
  return inTerms(what, () => {
    const blocks = systems.map((system) => standardised(system, scale, missing));
    let rows = joined(blocks);
    const fill = missing === "refuse" ? undefined : meansOfUnits(rows, numUnits);
    if (fill !== undefined) rows = filled(rows, fill);
    const numRows = rows.length / Math.max(1, numUnits);
    const moments = scale === "unit" ? unitMoments(rows, numRows, numUnits) : undefined;
    if (moments !== undefined) rows = standardise(rows, moments);
    return {
      pca: fitPca(rows, numRows, numUnits, choice),
      scale,
      ...(moments === undefined ? {} : { moments }),
      numRows,
      numSystems: systems.length,
      ...(fill === undefined ? {} : { fill }),
    };
  });
}

/** Systems with as many units as the one with the fewest, the others by their own principal components. */
export function equalUnits(systems: readonly Trajectories[]): readonly Trajectories[] {
  const least = Math.min(...systems.map(({ states }) => states.shape[2]));
  return systems.map((system) => {
    if (system.states.shape[2] === least) return system;
    const fit = fitReduction([system], { scale: "none", choice: { count: least } });
    return applyReduction(system, reductionOf(fit));
  });
}

/**
 * Systems whose states are z-scored and nothing else, `unit` over the rows of all of them.
 *
 * @throws {RangeError} naming the array, where systems differ in units with `unit`, or states are missing.
 */
export function scaled(
  systems: readonly Trajectories[],
  scale: Standardisation,
): readonly Trajectories[] {
  if (scale === "none") return systems;
  const what = `reduce got ${systems.length} trajectories, the first (${shapeOf(systems[0])})`;
  return inTerms(what, () => {
    const blocks = systems.map((system) => standardised(system, scale, "refuse"));
    const numUnits = systems[0].states.shape[2];
    if (scale === "unit" && systems.some(({ states }) => states.shape[2] !== numUnits)) {
      throw new RangeError("scale: unit wants the same units in all; take trial_unit or time_unit");
    }
    const rows = joined(blocks);
    const moments = scale === "unit"
      ? unitMoments(rows, rows.length / numUnits, numUnits)
      : undefined;
    return systems.map((system, at) => {
      const trials = blocks[at].map((trial) => moments ? standardise(trial, moments) : trial);
      return fromTrials(system, trials, system.states.shape[2], { isScaled: true });
    });
  });
}

/** The fit as named arrays. */
export function reductionOf(
  { pca, scale, moments, numRows, numSystems, fill }: Reduction,
): Arrays {
  const numUnits = pca.mean.length;
  const perUnit = (data: Float64Array) => tensor(["unit"], [numUnits], data);
  const perComponent = (data: Float64Array) => tensor(["component"], [pca.numComponents], data);
  return {
    arrays: {
      components: tensor(["component", "unit"], [pca.numComponents, numUnits], pca.components),
      mean: perUnit(pca.mean),
      explained_variance: perComponent(pca.explainedVariance),
      explained_variance_ratio: perComponent(pca.explainedVarianceRatio),
      singular_values: perComponent(pca.singularValues),
      ...(moments === undefined
        ? {}
        : { unit_mean: perUnit(moments.mean), unit_spread: perUnit(moments.spread) }),
      ...(fill === undefined ? {} : { fill: perUnit(fill) }),
    },
    about: { method: "pca", scale, num_rows: numRows, num_systems: numSystems },
  };
}

/**
 * Scores of trajectories in the space of a fit: a unit for each component.
 *
 * @throws {RangeError | TypeError} if the fit is of other units, or no fit of `reduce`.
 */
export function applyReduction(value: Trajectories, fit: Arrays): Trajectories {
  const { components, mean, unit_mean, unit_spread, fill } = fit.arrays;
  if (fit.about.method !== "pca" || components === undefined || mean === undefined) {
    throw new TypeError(
      "the input fit has no components and mean; give the output fit of a stage with task: reduce",
    );
  }
  const scale = fit.about.scale as Standardisation;
  const what = `reduce got trajectories (${shapeOf(value)})`;
  const [numComponents, numUnits] = components.shape;
  if (value.states.shape[2] !== numUnits) {
    throw new RangeError(
      `${what}: the fit (components: ${
        describeShape(components.dims, components.shape)
      }) is of ${numUnits} units; ` +
        "give trajectories of the units that it was fitted to",
    );
  }
  return inTerms(what, () => {
    const missing = fill === undefined ? "refuse" : "unit_mean";
    const trials = standardised(value, scale, missing).map((rows) => {
      const trial = fill === undefined ? rows : filled(rows, fill.data as Float64Array);
      return unit_mean === undefined || unit_spread === undefined ? trial : standardise(trial, {
        mean: unit_mean.data as Float64Array,
        spread: unit_spread.data as Float64Array,
      });
    });
    const pca = {
      mean: mean.data as Float64Array,
      components: components.data as Float64Array,
      numComponents,
    };
    const scores = trials.map((rows) => projectPca(pca, rows, rows.length / numUnits));
    const reduced = fromTrials(value, scores, numComponents, { keepUnits: false });
    const { states } = reduced;
    const unit = Array.from({ length: numComponents }, (_, at) => `PC${at + 1}`);
    return { ...reduced, states: { ...states, coords: { ...states.coords, unit } } };
  });
}

/** Trials, z-scored within themselves or across where that is asked for. */
function standardised(
  value: Trajectories,
  scale: Standardisation,
  missing: Missing,
): Float64Array[] {
  const trials = trialsOf(value);
  if (missing === "refuse") requireStates(trials);
  if (scale === "none" || scale === "unit") return trials.map(({ rows }) => rows);
  const numUnits = value.states.shape[2];
  if (scale === "trial_unit") {
    return trials.map(({ rows, numTime }) =>
      standardiseWithin(rows, { numTrials: 1, numTime, numUnits }, "trial_unit")
    );
  }
  if (value.lengths !== undefined) {
    throw new RangeError(
      "scale: time_unit wants trials of one length; cut them to the shortest (import: equal_length: true)",
    );
  }
  const [numTrials, numTime] = value.states.shape;
  const whole = standardiseWithin(joined([trials.map(({ rows }) => rows)]), {
    numTrials,
    numTime,
    numUnits,
  }, "time_unit");
  const length = numTime * numUnits;
  return trials.map((_, trial) => whole.subarray(trial * length, (trial + 1) * length));
}

function requireStates(trials: ReturnType<typeof trialsOf>): void {
  for (const { rows, numUnits, trial } of trials) {
    const bad = rows.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) continue;
    throw new RangeError(
      `trial ${trial}, time ${Math.floor(bad / numUnits)}, unit ${bad % numUnits} is ${
        rows[bad]
      }; ` +
        "leave out trials or units with missing states, or fill them in (missing: unit_mean)",
    );
  }
}

/** Means of units over the rows that have them; 0 where none has. */
function meansOfUnits(rows: Float64Array, numUnits: number): Float64Array {
  const sums = new Float64Array(numUnits);
  const counts = new Float64Array(numUnits);
  rows.forEach((value, at) => {
    if (!Number.isFinite(value)) return;
    sums[at % numUnits] += value;
    counts[at % numUnits]++;
  });
  return sums.map((sum, unit) => counts[unit] === 0 ? 0 : sum / counts[unit]);
}

function filled(rows: Float64Array, fill: Float64Array): Float64Array {
  return rows.map((value, at) => Number.isFinite(value) ? value : fill[at % fill.length]);
}

function standardise(
  rows: Float64Array,
  { mean, spread }: { readonly mean: Float64Array; readonly spread: Float64Array },
): Float64Array {
  const numUnits = mean.length;
  return rows.map((value, at) => (value - mean[at % numUnits]) / spread[at % numUnits]);
}

function joined(blocks: readonly (readonly Float64Array[])[]): Float64Array {
  const trials = blocks.flat();
  const out = new Float64Array(trials.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const rows of trials) {
    out.set(rows, to);
    to += rows.length;
  }
  return out;
}

function shapeOf({ states }: Trajectories): string {
  return describeShape(states.dims, states.shape);
}
