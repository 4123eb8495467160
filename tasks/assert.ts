// Demands numbers: the run fails, with an exit code of its own, when a value of a table does not meet its threshold.

import { z } from "zod";
import { table } from "#lib/core/artifacts/table.ts";
import { AssertionFailed } from "#lib/core/assertion.ts";
import { type Cell, type Table, tableOf } from "#lib/core/table.ts";
import { defineTask, many } from "#lib/core/task.ts";
import { columnIndex, type Row } from "#lib/math/tables/columns.ts";
import { conditions, rowTest } from "#lib/math/tables/condition.ts";
import { exactlyOne } from "#lib/math/tables/exactly_one.ts";
import { gatherTables } from "#lib/math/tables/gather_tables.ts";

const demand = exactlyOne({
  above: z.number(),
  at_least: z.number(),
  below: z.number(),
  at_most: z.number(),
  equals: z.union([z.string(), z.number(), z.boolean()]),
  near: z.strictObject({ value: z.number(), tolerance: z.number().min(0) })
    .describe("|found − value| ≤ tolerance"),
});

const params = z.strictObject({
  checks: z.array(z.strictObject({
    name: z.string().optional().describe("shown when the check fails"),
    where: conditions.default({}).describe("the rows that are checked, at least one; all of them"),
    column: z.string().default("value"),
    is: demand,
  })).min(1).describe("all are checked before the stage fails"),
});

type Check = z.output<typeof params>["checks"][number];

export default defineTask({
  name: "assert",
  summary: "Checks values of a table against thresholds and fails the run when one is missed.",
  version: 1,
  numerics: "exact",
  params,
  inputs: { tables: many(table, { coords: true }) },
  outputs: { checked: table },
  examples: [
    {
      params: { checks: [{ where: { metric: "dsa" }, is: { above: 0.2 } }] },
      inputs: () => ({ tables: [tableOf([{ metric: "dsa", value: 0.3 }])] }),
    },
  ],
  run(_context, params, inputs) {
    const all = gatherTables(inputs.tables);
    const results = params.checks.flatMap((check) => checkRows(all, check));
    const failed = results.filter(({ passed }) => !passed);
    if (failed.length > 0) {
      const more = failed.length > 5 ? `; and ${failed.length - 5} more` : "";
      throw new AssertionFailed(
        failed.slice(0, 5).map(({ check, place, found, wanted }) =>
          `${check}${place} is ${found}, not ${wanted}`
        ).join("; ") + more,
      );
    }
    return { checked: tableOf(results.map(({ place: _, ...result }) => result)) };
  },
});

interface Result_ extends Record<string, Cell> {
  check: string;
  /** Which of several rows, for the message. */
  place: string;
  found: string;
  wanted: string;
  passed: boolean;
}

function checkRows(all: Table, check: Check): Result_[] {
  const index = columnIndex(all, check.column, "assert");
  const rows = all.rows.filter(rowTest(all, check.where, "assert"));
  const wanted = wantedText(check.is);
  const place = Object.entries(check.where).sort().map(([name, one]) =>
    `${name}=${JSON.stringify(one)}`
  );
  const name = check.name ?? [check.column, ...place].join(" ");
  if (rows.length === 0) {
    return [{ check: name, place: "", found: "absent: no row", wanted, passed: false }];
  }
  const telling = rows.every((row) => meets(row[index], check.is))
    ? []
    : tellingColumns(all, rows, index);
  return rows.map((row: Row) => ({
    check: name,
    place: telling.length === 0
      ? ""
      : ` [${telling.map((c) => `${all.columns[c].name}=${row[c] ?? "n/a"}`).join(",")}]`,
    found: row[index] === null ? "missing" : String(row[index]),
    wanted,
    passed: meets(row[index], check.is),
  }));
}

/** The first columns that tell the rows apart, without the checked one; none where there is one row. */
function tellingColumns({ columns }: Table, rows: readonly Row[], checked: number): number[] {
  const telling: number[] = [];
  let count = 1;
  for (let c = 0; c < columns.length && count < rows.length; c++) {
    if (c === checked) continue;
    const found = new Set(rows.map((row) => JSON.stringify([...telling, c].map((t) => row[t]))));
    if (found.size > count) {
      telling.push(c);
      count = found.size;
    }
  }
  return telling;
}

function meets(cell: Cell, is: Check["is"]): boolean {
  if (is.equals !== undefined) return cell === is.equals;
  if (typeof cell !== "number") return false;
  if (is.above !== undefined) return cell > is.above;
  if (is.at_least !== undefined) return cell >= is.at_least;
  if (is.below !== undefined) return cell < is.below;
  if (is.at_most !== undefined) return cell <= is.at_most;
  return is.near !== undefined && Math.abs(cell - is.near.value) <= is.near.tolerance;
}

function wantedText(is: Check["is"]): string {
  if (is.near !== undefined) return `within ${is.near.tolerance} of ${is.near.value}`;
  const [verb, value] = Object.entries(is).find(([, one]) => one !== undefined)!;
  return `${verb.replace("_", " ")} ${value}`;
}
