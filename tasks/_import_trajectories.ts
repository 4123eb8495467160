// Trajectories of recorded data: blocks of trials from files and arrays, joined, cut to what is selected, checked for
// missing numbers, and padded where trials differ in length.

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import type { DelimitedFile } from "#lib/formats/delimited.ts";
import { roleOf, toBlock } from "./_import_axes.ts";
import {
  arrayText,
  eachFile,
  type ImportParams,
  labelsOf,
  namedArrays,
  type OpenedFile,
} from "./_import_files.ts";
import { tableBlocks } from "./_import_columns.ts";
import { type Gathered, selected, splitTrials, type Trial, type Trials } from "./_import_trials.ts";

/**
 * Reads trajectories from files; several files are trials one after the other.
 *
 * @throws {TypeError | RangeError} naming the file, its array and axes, and what to do.
 */
export async function importTrajectories(
  files: readonly Uint8Array[],
  params: ImportParams,
): Promise<Trajectories> {
  const parts = await eachFile(files, params.format, (opened, i) => gather(opened, params, i));
  const all = joined(parts);
  const time = timeOf(params, all);
  const trials = splitTrials(all, params);
  const kept = selected(trials, params, all, time.unit === "ms" ? time.dt : undefined);
  return assemble(kept, params, { ...time, dt: time.dt * (kept.step ?? 1) });
}

function gather(opened: OpenedFile, params: ImportParams, index: number): Gathered {
  const { file } = opened;
  requireLabelledAxes(params.labels);
  const [unitLabels, trialLabels] = [2, 0].map((role) => {
    const axis = Object.keys(params.labels).find((name) => roleOf(name) === role);
    return index > 0 || axis === undefined ? undefined : labelsOf(opened, params.labels[axis]);
  });
  const labels = {
    ...(unitLabels === undefined ? {} : { unitLabels }),
    ...(trialLabels === undefined ? {} : { trialLabels }),
  };
  if ("header" in file && params.dims === undefined) {
    return { ...tableBlocks(file as DelimitedFile, params, opened.what), ...labels };
  }
  const blocks = namedArrays(opened, params.array).map((name) =>
    toBlock(file.read(name), name, opened.what, params)
  );
  const lengths = index > 0 || params.lengths === undefined
    ? undefined
    : typeof params.lengths === "string"
    ? [...file.read(params.lengths).data]
    : params.lengths;
  return { blocks, ...labels, ...(lengths === undefined ? {} : { lengths }) };
}

function joined(parts: readonly Gathered[]): Gathered {
  const numUnits = parts[0].blocks[0].shape[2];
  parts.forEach(({ blocks }, i) =>
    blocks.forEach((block, j) => {
      if (block.shape[2] === numUnits) return;
      const which = parts.length > 1 ? `file ${i + 1}` : `array ${j + 1}`;
      throw new RangeError(
        `${which} has ${block.shape[2]} units (trial × time × unit [${
          block.shape.join(", ")
        }]), but the first has ${numUnits}; trials of one system have the same units: select them, or import the systems one by one`,
      );
    })
  );
  const odd = parts.findIndex(({ unitLabels }) =>
    unitLabels !== undefined && String(unitLabels) !== String(parts[0].unitLabels ?? unitLabels)
  );
  if (odd > 0) {
    throw new RangeError(
      `file ${odd + 1} has the units ${
        parts[odd].unitLabels?.slice(0, 20).join(", ")
      }, but the first has ${
        parts[0].unitLabels?.slice(0, 20).join(", ")
      }; name those to keep, in order, with columns: {units: […]}`,
    );
  }
  const other = parts.find(({ time }) => time?.dt !== parts[0].time?.dt);
  if (other !== undefined) {
    throw new RangeError(
      `the files have different time steps, ${
        parts[0].time?.dt
      } and ${other.time?.dt}; resample one of them`,
    );
  }
  const trialLabels = parts.length === 1 ? parts[0].trialLabels : parts[0].trialLabels ??
    (parts.every((part) => part.trialLabels !== undefined)
      ? parts.flatMap((part) => [...part.trialLabels!])
      : undefined);
  return {
    ...parts[0],
    blocks: parts.flatMap(({ blocks }) => blocks),
    ...(trialLabels === undefined ? {} : { trialLabels }),
  };
}

/** The time step: as declared, checked against what the files tell, or theirs, or 1. */
function timeOf(
  { dt, dt_ms }: ImportParams,
  { time }: Gathered,
): { readonly dt: number; readonly unit: "ms" | "1" } {
  if (dt !== undefined && dt_ms !== undefined) {
    throw new TypeError("give dt_ms, or dt for a time without a unit, but not both");
  }
  if (dt === undefined && dt_ms === undefined) return time ?? { dt: 1, unit: "1" };
  const declared = dt_ms ?? dt!;
  if (time !== undefined && !(Math.abs(time.dt - declared) <= 1e-6 * declared)) {
    throw new RangeError(
      `the time column advances by ${time.dt}, but ${
        dt_ms === undefined ? "dt" : "dt_ms"
      } says ${declared}; leave it out, or call the column by its unit (time_ms, time_s)`,
    );
  }
  return { dt: declared, unit: dt_ms === undefined ? "1" : "ms" };
}

function assemble(
  { trials, numUnits, unitLabels, trialLabels }: Trials,
  params: ImportParams,
  time: { readonly dt: number; readonly unit: "ms" | "1" },
): Trajectories {
  const kept = complete(trials, numUnits, params.missing);
  const ends = kept.map((i) => trials[i].length);
  const shortest = Math.min(...ends);
  const lengths = params.equal_length ? ends.map(() => shortest) : ends;
  const numTime = Math.max(...lengths);
  const states = new Float64Array(kept.length * numTime * numUnits).fill(NaN);
  kept.forEach((index, i) => {
    const { data } = trials[index];
    states.set(data.subarray(0, lengths[i] * numUnits), i * numTime * numUnits);
  });
  const coords = {
    ...(unitLabels === undefined ? {} : { unit: unitLabels }),
    ...(trialLabels === undefined ? {} : { trial: kept.map((i) => trialLabels[i]) }),
  };
  const extra = {
    ...(params.units === undefined ? {} : { units: params.units }),
    ...(Object.keys(coords).length === 0 ? {} : { coords }),
  };
  return {
    states: tensor(["trial", "time", "unit"], [kept.length, numTime, numUnits], states, extra),
    ...(lengths.every((length) => length === numTime) ? {} : { lengths }),
    dt: time.dt,
    timeUnit: time.unit,
  };
}

/** Trials without missing numbers. */
function complete(
  trials: readonly Trial[],
  numUnits: number,
  missing: ImportParams["missing"],
): readonly number[] {
  const kept: number[] = [];
  trials.forEach(({ data, length }, i) => {
    const bad = data.subarray(0, length * numUnits).findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return void kept.push(i);
    if (missing === "drop_trials") return;
    const [time, unit] = [Math.floor(bad / numUnits), bad % numUnits];
    throw new RangeError(
      `trial ${i} holds ${data[bad]} at time ${time}, unit ${unit} (${
        arrayText("", [trials.length, length, numUnits], ["trial", "time", "unit"])
      }); use missing: drop_trials to leave such trials out, nan_padding: true if NaN marks the end of a trial, or select`,
    );
  });
  if (trials.length === 0) throw new RangeError("the data have no trials");
  if (kept.length === 0) {
    throw new RangeError(
      `all ${trials.length} trials have missing numbers, so none is left of trial × time × unit [${trials.length}, …, ${numUnits}]; ` +
        "leave out the units or times that miss them with select",
    );
  }
  return kept;
}

/** @throws {TypeError} if labels are given for an axis that keeps none, or twice for one. */
function requireLabelledAxes(labels: ImportParams["labels"]): void {
  const seen = new Set<number>();
  for (const axis of Object.keys(labels)) {
    const role = roleOf(axis);
    if (role === 1 || role === undefined) {
      throw new TypeError(
        `labels names the axis '${axis}', but trajectories keep labels of trials (trial, item) and units (unit, feature, channel, neuron, input) only`,
      );
    }
    if (seen.has(role)) throw new TypeError(`labels names the axis of '${axis}' twice; give one`);
    seen.add(role);
  }
}
