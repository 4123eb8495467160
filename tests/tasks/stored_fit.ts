// What the tests of prediction tasks share: stored inputs as trajectories, fits by the task, and rows of tables.

import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { type Cell, recordsOf, type Table } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import dmd from "#tasks/dmd.ts";
import { runTask } from "#tests/support/run_task.ts";
import { storedTrials } from "../lib/math/dmd/trial_sets.ts";

/** Trajectories with these states. */
export function trajectoriesOf(
  data: Float64Array,
  [numTrials, numTime, numUnits]: readonly [number, number, number],
): Trajectories {
  const shape = [numTrials, numTime, numUnits];
  return { states: tensor(["trial", "time", "unit"], shape, data), dt: 10, timeUnit: "ms" };
}

/** A stored input, as `import` gives it. */
export function stored(name: string): Trajectories {
  const { data, numTrials, numTime, numUnits } = storedTrials(name);
  return trajectoriesOf(data, [numTrials, numTime as number, numUnits]);
}

/** The operator that the task `dmd` fits. */
export async function fit(
  params: Readonly<Record<string, unknown>>,
  trajectories: Trajectories,
): Promise<Operator> {
  return (await runTask(dmd, params, { trajectories })).operator as Operator;
}

/** The only row of a table, or the first that has these entries. */
export function rowOf(table: Table, where: Readonly<Record<string, Cell>> = {}) {
  const row = recordsOf(table).find((record) =>
    Object.entries(where).every(([name, cell]) => record[name] === cell)
  );
  if (row === undefined) throw new Error(`no row has ${JSON.stringify(where)}`);
  return row;
}
