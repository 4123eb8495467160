// Verdicts on claims: numbers, intervals and self floors from gathered tables, judged by lib/claims/verdict.ts
// against thresholds that the workflow declares before it runs.

import { z } from "zod";
import { table } from "#lib/core/artifacts/table.ts";
import { type Table, tableOf } from "#lib/core/table.ts";
import { defineTask, many } from "#lib/core/task.ts";
import { claimParams, sharedParams } from "#lib/claims/claim.ts";
import { evaluateClaims } from "#lib/claims/evaluate.ts";
import { gatherTables } from "#lib/math/tables/gather_tables.ts";

const params = z.strictObject({
  ...sharedParams.shape,
  claims: z.array(claimParams).min(1).describe("judged one by one; ids must differ"),
});

export default defineTask({
  name: "claims",
  summary: "Judges claims: holds, fails, undecidable or not tested here, with number and interval.",
  version: 1,
  numerics: "f64",
  params,
  inputs: {
    tables: many(table, { coords: true }),
    floors: many(table, { coords: true, optional: true }),
  },
  outputs: { verdicts: table },
  examples: [
    {
      params: {
        interval: { units: ["a", "b"] },
        claims: [{
          id: "A1",
          statement: "The measure separates regimes.",
          quantity: { ratio: { of: { pair: "across" }, to: { pair: "within" } } },
          test: { above: 1 },
        }],
      },
      inputs: () => ({
        tables: [examplePairs()],
        floors: [tableOf([{ value: 0.01 }])],
      }),
    },
  ],
  run(_context, params, inputs) {
    const { claims, ...shared } = params;
    const ids = new Set<string>();
    for (const { id } of claims) {
      if (ids.has(id)) throw new RangeError(`two claims have the id '${id}'; give each its own`);
      ids.add(id);
    }
    const floors = inputs.floors === undefined || inputs.floors.length === 0
      ? undefined
      : gatherTables(inputs.floors);
    return { verdicts: evaluateClaims(claims, shared, gatherTables(inputs.tables), floors) };
  },
});

/** Six systems of two regimes on a line, all pairs. */
function examplePairs(): Table {
  const places = [0, 0.1, 0.25, 1, 1.2, 1.25];
  return tableOf(places.flatMap((x, a) =>
    places.slice(0, a).map((y, b) => ({
      a,
      b,
      pair: a < 3 === b < 3 ? "within" : "across",
      value: Math.abs(x - y),
    }))
  ));
}
