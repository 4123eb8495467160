// Trials of recorded data before they become trajectories: cut out of what files hold, to their lengths, and to what is
// selected of trials, times and units. Leaves out files (_import_files.ts) and what becomes of missing numbers.

import { type Block, chosenIndices, selections, stepBetween } from "./_import_axes.ts";
import type { ImportParams } from "./_import_files.ts";

/** Names of trials or units. */
export type Labels = readonly (string | number)[];

/** What the files hold together, before anything is selected. */
export interface Gathered {
  readonly blocks: readonly Block[];
  readonly unitLabels?: Labels;
  readonly trialLabels?: Labels;
  /** Time step that the files themselves tell. */
  readonly time?: { readonly dt: number; readonly unit: "ms" | "1" };
  readonly lengths?: readonly number[];
}

/** One trial: time × unit. */
export interface Trial {
  readonly data: Float64Array;
  readonly length: number;
}

/** Trials, and what is known of their axes. */
export interface Trials {
  readonly trials: readonly Trial[];
  readonly numUnits: number;
  readonly unitLabels?: Labels;
  readonly trialLabels?: Labels;
  /** Samples of the file between two that are kept. */
  readonly step?: number;
}

/** The trials of what files hold, each to its own length. @throws {RangeError} if lengths or labels do not fit. */
export function splitTrials(
  { blocks, lengths, unitLabels, trialLabels }: Gathered,
  { nan_padding }: ImportParams,
): Trials {
  const numUnits = blocks[0].shape[2];
  const trials: Trial[] = [];
  for (const { shape: [numTrials, numTime], data } of blocks) {
    if (numTime === 0 || numUnits === 0) {
      throw new RangeError(
        `the data have no ${numTime === 0 ? "time points" : "units"}: trial × time × unit [${
          [numTrials, numTime, numUnits].join(", ")
        }]`,
      );
    }
    const size = numTime * numUnits;
    for (let i = 0; i < numTrials; i++) {
      trials.push({ data: data.subarray(i * size, (i + 1) * size), length: numTime });
    }
  }
  if (lengths !== undefined && lengths.length !== trials.length) {
    throw new RangeError(
      `lengths has ${lengths.length} entries for ${trials.length} trials; give one for each trial of the file, before select`,
    );
  }
  const cut = trials.map(({ data, length }, i) => {
    let end = lengths?.[i] ?? length;
    if (!Number.isInteger(end) || end < 1 || end > length) {
      throw new RangeError(`lengths says ${end} for trial ${i}, which has ${length} time points`);
    }
    if (nan_padding) {
      const isNaNRow = (t: number) =>
        data.subarray(t * numUnits, (t + 1) * numUnits).every(Number.isNaN);
      while (end > 0 && isNaNRow(end - 1)) end--;
      if (end === 0) throw new RangeError(`trial ${i} is NaN throughout; leave it out with select`);
    }
    return { data, length: end };
  });
  return {
    trials: cut,
    numUnits,
    ...(unitLabels === undefined ? {} : { unitLabels: fitting(unitLabels, numUnits, "unit") }),
    ...(trialLabels === undefined
      ? {}
      : { trialLabels: fitting(trialLabels, trials.length, "trial") }),
  };
}

function fitting(labels: Labels, length: number, axis: string): Labels {
  if (labels.length === length) return labels;
  throw new RangeError(
    `labels has ${labels.length} entries for the ${axis} axis, which has ${length} in the file; give one for each`,
  );
}

/** What is selected of the trials. @throws {RangeError} if it is not there, or times are not equally far apart. */
export function selected(
  { trials, numUnits, unitLabels, trialLabels }: Trials,
  params: ImportParams,
  all: Gathered,
  dtMs: number | undefined,
): Trials {
  const [byTrial, byTime, byUnit] = selections(params);
  const longest = Math.max(...trials.map(({ length }) => length));
  const keptTrials = chosenIndices(
    byTrial,
    trials.length,
    "trial",
    trialLabels === undefined ? {} : { labels: trialLabels },
  );
  const times = chosenIndices(byTime, longest, "time", dtMs === undefined ? {} : { dtMs });
  const unitNames = unitLabels ?? all.unitLabels;
  const units = chosenIndices(
    byUnit,
    numUnits,
    "unit",
    unitNames === undefined ? {} : { labels: unitNames },
  );
  const isWhole = byTime === undefined && byUnit === undefined;
  const cut = keptTrials.map((index): Trial => {
    const trial = trials[index];
    if (isWhole) return trial;
    const length = times.filter((t) => t < trial.length).length;
    if (length === 0) {
      throw new RangeError(
        `trial ${index} has ${trial.length} time points and ends before what select keeps begins; select other trials`,
      );
    }
    const data = new Float64Array(length * units.length);
    let at = 0;
    for (let i = 0; i < length; i++) {
      for (const unit of units) data[at++] = trial.data[times[i] * numUnits + unit];
    }
    return { data, length };
  });
  return {
    trials: cut,
    numUnits: units.length,
    ...(byTime === undefined ? {} : { step: stepBetween(times) }),
    ...(unitNames === undefined ? {} : { unitLabels: units.map((i) => unitNames[i]) }),
    ...(trialLabels === undefined ? {} : { trialLabels: keptTrials.map((i) => trialLabels[i]) }),
  };
}
