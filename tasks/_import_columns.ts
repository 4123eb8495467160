// Trajectories in tables: wide (a column for each unit, a row for each time of each trial) or long (a row for each
// number). Rows of a trial are in order of time; a time column must advance by one step.

import { type DelimitedFile, isMissingCell } from "#lib/formats/delimited.ts";
import type { Block } from "./_import_axes.ts";
import type { ImportParams } from "./_import_files.ts";

/** What a table says about trajectories. */
interface TableBlocks {
  readonly blocks: readonly Block[];
  readonly unitLabels?: readonly string[];
  readonly trialLabels?: readonly string[];
  readonly time?: { readonly dt: number; readonly unit: "ms" | "1" };
}

/** Reads a table of either form. @throws {TypeError | RangeError} naming the column or line at fault. */
export function tableBlocks(file: DelimitedFile, params: ImportParams, what: string): TableBlocks {
  const { header } = file;
  if (header === undefined) {
    const { shape, data } = file.read("");
    return { blocks: [{ shape: [1, ...shape], data }] };
  }
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) throw new TypeError(`${what} has two columns called '${twice}'`);
  const { columns } = params;
  const find = (name: string): number => {
    const at = header.indexOf(name);
    if (at >= 0) return at;
    throw new TypeError(`${what} has no column '${name}'; its columns are ${header.join(", ")}`);
  };
  const known = (given: string | undefined, ...names: string[]): number | undefined => {
    if (given !== undefined) return find(given);
    const at = header.findIndex((name) => names.includes(name.toLowerCase()));
    return at < 0 ? undefined : at;
  };
  const trial = known(columns.trial, "trial");
  const time = known(columns.time, "time", "time_ms", "time_s");
  const isLong = columns.value !== undefined ||
    (columns.units === undefined && header.includes("unit") && header.includes("value"));
  const trials = rowsByTrial(file, trial);
  if (!isLong) {
    const units = columns.units?.map(find) ??
      header.map((_, i) => i).filter((i) => i !== trial && i !== time);
    return wide(file, { trials, time, units, trial }, what);
  }
  const [unit, value] = [find(columns.unit ?? "unit"), find(columns.value ?? "value")];
  return long(file, { trials, time, unit, value, trial }, what);
}

/** Row numbers of each trial, in order of first appearance. */
type TrialRows = ReadonlyMap<string, readonly number[]>;

function rowsByTrial(file: DelimitedFile, column: number | undefined): TrialRows {
  if (file.rows.length === 0) throw new TypeError("the table has a header and no rows");
  const trials = new Map<string, number[]>();
  file.rows.forEach((cells, row) => {
    const name = column === undefined ? "" : cells[column].trim();
    const known = trials.get(name);
    if (known === undefined) trials.set(name, [row]);
    else known.push(row);
  });
  return trials;
}

interface WideColumns {
  readonly trials: TrialRows;
  readonly trial: number | undefined;
  readonly time: number | undefined;
  readonly units: readonly number[];
}

function wide(file: DelimitedFile, { trials, time, units, trial }: WideColumns, what: string) {
  if (units.length === 0) throw new TypeError(`${what} has no columns left that could be units`);
  const nameless = units.find((i) => file.header![i] === "");
  if (nameless !== undefined) {
    throw new TypeError(
      `column ${
        nameless + 1
      } of ${what} has no name, as pandas leaves its index; save with index=False, or name the units with columns: {units: […]}`,
    );
  }
  const numbers = unitNumbers(file, units);
  const times = time === undefined ? undefined : file.numbers([time]);
  const blocks: Block[] = [];
  for (const rows of trials.values()) {
    const sorted = times === undefined ? rows : [...rows].sort((a, b) => times[a] - times[b]);
    const data = new Float64Array(rows.length * units.length);
    sorted.forEach((row, t) => {
      data.set(numbers.subarray(row * units.length, (row + 1) * units.length), t * units.length);
    });
    blocks.push({ shape: [1, rows.length, units.length], data });
  }
  const step = times === undefined ? {} : stepOf(
    [...trials.values()].map((rows) => rows.map((row) => times[row]).sort((a, b) => a - b)),
    file.header![time!],
    what,
  );
  return {
    blocks,
    unitLabels: units.map((i) => file.header![i]),
    ...(trial === undefined ? {} : { trialLabels: [...trials.keys()] }),
    ...step,
  };
}

function unitNumbers(file: DelimitedFile, units: readonly number[]): Float64Array {
  try {
    return file.numbers(units);
  } catch (error) {
    if (error instanceof TypeError) {
      error.message +=
        "; if that column is no unit, name those that are with columns: {units: […]}";
    }
    throw error;
  }
}

interface LongColumns {
  readonly trials: TrialRows;
  readonly trial: number | undefined;
  readonly time: number | undefined;
  readonly unit: number;
  readonly value: number;
}

function long(
  file: DelimitedFile,
  { trials, time, unit, value, trial }: LongColumns,
  what: string,
): TableBlocks {
  if (time === undefined) {
    throw new TypeError(
      `${what} is in long form, so it needs a column with the time; name it with columns: {time: …}`,
    );
  }
  const [values, times] = [file.numbers([value]), file.numbers([time])];
  const units = new Map<string, number>();
  for (const cells of file.rows) {
    const name = cells[unit].trim();
    if (isMissingCell(name)) continue;
    if (!units.has(name)) units.set(name, units.size);
  }
  const grids: number[][] = [];
  const blocks = [...trials].map(([name, rows]): Block => {
    const grid = [...new Set(rows.map((row) => times[row]))].sort((a, b) => a - b);
    grids.push(grid);
    const at = new Map(grid.map((t, i) => [t, i]));
    const size = grid.length * units.size;
    if (size > 64 * rows.length + 1024) {
      throw new RangeError(
        `${what} has ${rows.length} numbers in trial '${name}' for ${grid.length} times × ${units.size} units; most would be missing`,
      );
    }
    const data = new Float64Array(size).fill(NaN);
    const filled = new Uint8Array(size);
    for (const row of rows) {
      const column = units.get(file.rows[row][unit].trim());
      if (column === undefined) continue;
      const to = at.get(times[row])! * units.size + column;
      if (filled[to] === 1) {
        throw new RangeError(
          `line ${file.lineOf(row)} of ${what} gives trial '${name}', time ${times[row]}, unit '${
            file.rows[row][unit]
          }' a second time`,
        );
      }
      filled[to] = 1;
      data[to] = values[row];
    }
    return { shape: [1, grid.length, units.size], data };
  });
  return {
    blocks,
    unitLabels: [...units.keys()],
    ...(trial === undefined ? {} : { trialLabels: [...trials.keys()] }),
    ...stepOf(grids, file.header![time], what),
  };
}

/** The step by which the times of all trials advance; in ms where the name of the column says a unit. */
function stepOf(
  trials: readonly (readonly number[])[],
  column: string,
  what: string,
): Pick<TableBlocks, "time"> {
  const steps = trials.filter((times) => times.length > 1)
    .map((times) => (times[times.length - 1] - times[0]) / (times.length - 1));
  const step = steps[0];
  for (const times of trials) {
    for (let i = 0; i < times.length; i++) {
      const expected = times[0] + i * (step ?? 0);
      if (Number.isFinite(times[i]) && Math.abs(times[i] - expected) <= 1e-3 * (step ?? 1)) {
        continue;
      }
      throw new RangeError(
        `column '${column}' of ${what} does not advance by equal steps: time ${i} of a trial is ${
          times[i]
        } where ${expected} was expected (step ${step}); resample the data, or leave the column out with columns: {units: […]}`,
      );
    }
  }
  if (step === undefined) return {};
  if (!(step > 0)) {
    throw new RangeError(
      `column '${column}' of ${what} does not advance; if the table holds several trials, name their column with columns: {trial: …}`,
    );
  }
  // Decimal times such as 0.1, 0.2, 0.3 give a step of 0.09999999999999999.
  const dt = Number(step.toPrecision(12));
  const lower = column.toLowerCase();
  if (lower.endsWith("_ms")) return { time: { dt, unit: "ms" } };
  if (lower.endsWith("_s")) {
    return { time: { dt: Number((dt * 1000).toPrecision(12)), unit: "ms" } };
  }
  return { time: { dt, unit: "1" } };
}
