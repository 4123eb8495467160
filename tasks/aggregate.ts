// Turns gathered tables into one: rows bound with their coordinates, then steps in order (filter, derive, summarise,
// fit, …). What each step does is in lib/math/tables, in the file of its name.

import { z } from "zod";
import { table } from "#lib/core/artifacts/table.ts";
import { tableOf } from "#lib/core/table.ts";
import { defineTask, many } from "#lib/core/task.ts";
import { gatherTables } from "#lib/math/tables/gather_tables.ts";
import { applySteps, step } from "#lib/math/tables/steps.ts";

const params = z.strictObject({
  steps: z.array(step).default([]).describe(
    "verbs, one per step, applied in order; the coordinates of gathered tables are columns",
  ),
});

export default defineTask({
  name: "aggregate",
  summary: "Binds gathered tables to one long table and filters, derives, summarises and fits it.",
  version: 1,
  numerics: "f64",
  params,
  inputs: {
    tables: many(table, { coords: true }),
    beside: many(table, { coords: true, optional: true }),
  },
  outputs: { table },
  examples: [
    {
      params: {
        steps: [
          { filter: { half: { not: "diagonal" } } },
          {
            derive: {
              pair: {
                label: {
                  cases: [{ when: { a_regime: { column: "b_regime" } }, is: "within" }],
                  otherwise: "across",
                },
              },
            },
          },
          { summarise: { by: ["pair"], of: "value", statistics: ["mean", "sem", "median", "n"] } },
          { pivot: { names: "pair", values: "mean" } },
          { derive: { ratio: { ratio: ["across", "within"] } } },
        ],
      },
      inputs: () => ({ tables: [exampleMatrix()] }),
    },
    {
      params: {
        steps: [
          { summarise: { by: ["a_regime"] } },
          { join: { by: ["a_regime"], take: { floor: "value" } } },
        ],
      },
      inputs: () => ({
        tables: [exampleMatrix()],
        beside: [tableOf([{ a_regime: "fixed", value: 0.1 }])],
      }),
    },
    {
      params: {
        steps: [
          { filter: { half: "upper" } },
          {
            pair_test: {
              units: ["a", "b"],
              groups: ["a_regime", "b_regime"],
              num_permutations: 99,
            },
          },
        ],
      },
      inputs: () => ({ tables: [exampleMatrix()] }),
    },
    {
      params: {
        steps: [
          { derive: { num_shared: { shared_parts: { of: ["a_regime", "b_regime"] } } } },
          { sample: { by: ["num_shared"], at_most: 9, known_by: ["a", "b"] } },
          { surrogate_test: { observed: { a: 0, b: 2 }, alternative: "greater" } },
        ],
      },
      inputs: () => ({ tables: [exampleMatrix()] }),
    },
  ],
  run(_context, params, inputs) {
    const beside = inputs.beside === undefined || inputs.beside.length === 0
      ? undefined
      : gatherTables(inputs.beside);
    return { table: applySteps(gatherTables(inputs.tables), params.steps, beside) };
  },
});

function exampleMatrix() {
  const systems = [["fixed", 0], ["fixed", 0.2], ["chaos", 1]] as const;
  return tableOf(systems.flatMap(([a_regime, a], i) =>
    systems.map(([b_regime, b], j) => ({
      a: i,
      b: j,
      a_regime,
      b_regime,
      half: i < j ? "upper" : i === j ? "diagonal" : "lower",
      value: Math.abs(a - b),
    }))
  ));
}
