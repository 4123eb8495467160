// Which rows of trajectories are measurements of which item, for dissimilarity matrices: moments, trials, times, or what a
// table of labels says. Leaves out what becomes of them (rdm.ts).

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import type { Cell, Table } from "#lib/core/table.ts";
import { columnIndex } from "#lib/math/tables/columns.ts";
import type { FoldedRepeats } from "#lib/math/rsa/crossnobis.ts";
import { type TrialRows, trialsOf } from "./_each_trial.ts";

/** Rows with their item and fold, and what the items are called if they have names. */
export interface ItemRows extends FoldedRepeats {
  readonly count: number;
  readonly numFolds: number;
  readonly names: readonly string[] | undefined;
}

/** How rows become items. */
export interface ItemChoice {
  readonly items: "moment" | "trial" | "time";
  /** Columns of the table of labels. */
  readonly label: string;
  readonly fold: string;
}

/** One row: its states, and the trial and time it is of. */
interface Row {
  readonly states: Float64Array;
  readonly trial: number;
  readonly time: number;
}

/**
 * Rows of trajectories by item. Without a column of folds, the k-th row of an item is in fold k.
 *
 * @throws {RangeError | TypeError} if labels do not belong to trials or moments, or one is missing.
 */
export function itemRows(
  value: Trajectories,
  choice: ItemChoice,
  labels: Table | undefined,
): ItemRows {
  const trials = trialsOf(value);
  const numFeatures = value.states.shape[2];
  const rows = choice.items === "trial" ? trials.map(meanOf) : trials.flatMap(momentsOf);
  const keys = labels === undefined
    ? ownKeys(value, rows, choice.items)
    : labelKeys(rows, trials, choice, labels);
  const { places: itemOf, names } = numbered(keys.items);
  const folds = keys.folds === undefined ? occurrences(itemOf) : numbered(keys.folds).places;
  const data = new Float64Array(rows.length * numFeatures);
  rows.forEach(({ states }, at) => data.set(states, at * numFeatures));
  return {
    data,
    numItems: rows.length,
    numFeatures,
    itemOf,
    foldOf: folds,
    count: names.length,
    numFolds: folds.reduce((most, fold) => Math.max(most, fold + 1), 0),
    names: keys.named ? names : undefined,
  };
}

interface Keys {
  readonly items: readonly string[];
  readonly folds?: readonly string[];
  /** Whether the texts are names, or only count. */
  readonly named: boolean;
}

function ownKeys(value: Trajectories, rows: readonly Row[], items: ItemChoice["items"]): Keys {
  const { coords = {}, shape } = value.states;
  const text = (axis: string, at: number) => String(coords[axis]?.[at] ?? at);
  switch (items) {
    case "trial":
      return { items: rows.map(({ trial }) => text("trial", trial)), named: "trial" in coords };
    case "time":
      return { items: rows.map(({ time }) => text("time", time)), named: "time" in coords };
    case "moment":
      return shape[1] === 1
        ? { items: rows.map(({ trial }) => text("trial", trial)), named: "trial" in coords }
        : { items: rows.map(({ trial, time }) => `${trial}/${time}`), named: false };
  }
}

/** Items by a table of labels: one row for each trial, or for each moment of the trials one after the other. */
function labelKeys(
  rows: readonly Row[],
  trials: readonly TrialRows[],
  { items, label, fold }: ItemChoice,
  table: Table,
): Keys {
  const perMoment = items !== "trial" && table.rows.length === rows.length &&
    rows.length !== trials.length;
  if (!perMoment && table.rows.length !== trials.length) {
    throw new RangeError(
      `labels has ${table.rows.length} rows for ${trials.length} trials` +
        (items === "trial" ? "" : ` with ${rows.length} moments`) +
        "; give one row for each trial" + (items === "trial" ? "" : ", or for each moment"),
    );
  }
  const cells = (name: string): readonly string[] => {
    const column = columnIndex(table, name, "rdm");
    return rows.map((row, at) => {
      const line = perMoment ? at : row.trial;
      return requireCell(table.rows[line][column], name, line);
    });
  };
  const texts = cells(label);
  const hasTimes = !perMoment && items === "moment" && rows.length !== trials.length;
  if (items === "time") {
    throw new TypeError(
      "rdm with items: time takes no labels, for its items are the times; " +
        "use items: moment for an item per label and time, or items: trial for one per label",
    );
  }
  return {
    items: hasTimes ? texts.map((text, at) => `${text} t=${rows[at].time}`) : texts,
    ...(table.columns.some(({ name }) => name === fold) ? { folds: cells(fold) } : {}),
    named: true,
  };
}

/** The entries of a column of labels as texts. */
export function labelsOf(table: Table, name: string): string[] {
  const column = columnIndex(table, name, "rdm");
  return table.rows.map((row, line) => requireCell(row[column], name, line));
}

function requireCell(cell: Cell, name: string, line: number): string {
  if (cell !== null) return String(cell);
  throw new RangeError(
    `labels, row ${line + 1}: the column '${name}' is empty; give a label or leave the row out`,
  );
}

/** Texts as numbers by first appearance. */
function numbered(texts: readonly string[]): { places: Int32Array; names: string[] } {
  const known = new Map<string, number>();
  const places = Int32Array.from(texts, (text) => {
    if (!known.has(text)) known.set(text, known.size);
    return known.get(text)!;
  });
  return { places, names: [...known.keys()] };
}

/** How often each item was seen before. */
function occurrences(itemOf: Int32Array): Int32Array {
  const seen = new Map<number, number>();
  return itemOf.map((item) => {
    const times = seen.get(item) ?? 0;
    seen.set(item, times + 1);
    return times;
  });
}

function momentsOf({ rows, numTime, numUnits, trial }: TrialRows): Row[] {
  return Array.from({ length: numTime }, (_, time) => ({
    states: rows.subarray(time * numUnits, (time + 1) * numUnits),
    trial,
    time,
  }));
}

function meanOf({ rows, numTime, numUnits, trial }: TrialRows): Row {
  const states = new Float64Array(numUnits);
  for (let at = 0; at < rows.length; at++) states[at % numUnits] += rows[at] / numTime;
  return { states, trial, time: 0 };
}
