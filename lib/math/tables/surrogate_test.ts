// An observed score among those of surrogates: one row per comparison, with a p value.

import { z } from "zod";
import type { Cell, Column, Table } from "../../core/table.ts";
import { benjaminiHochberg } from "../statistics/benjamini_hochberg.ts";
import { mean, standardDeviation } from "../statistics/moments.ts";
import { type Alternative, surrogateP } from "../statistics/surrogate_p.ts";
import { columnIndex, groupRows, numberIndex, numbersAt, type Row } from "./columns.ts";
import { conditions, rowTest } from "./condition.ts";

/**
 * Params of the verb `surrogate_test`.
 *
 * @example
 * ```ts
 * import { surrogateTestParams } from "#lib/math/tables/surrogate_test.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(surrogateTestParams.parse({ observed: { data: "recorded" } }).alternative, "closer");
 * ```
 */
export const surrogateTestParams = z.strictObject({
  by: z.array(z.string()).default([]).describe(
    "columns of which every combination is a test: [metric, pair]",
  ),
  of: z.string().default("value").describe("the column of scores"),
  observed: conditions.describe(
    "the observed row, one per test; all other rows of the combination are surrogates",
  ),
  alternative: z.enum(["closer", "farther", "less", "greater", "two_sided"]).default("closer")
    .describe(
      "closer: more alike than the surrogates, which is less where the column `sense` says distance and greater where it " +
        "says similarity; less, greater, two_sided: of the number itself",
    ),
  adjust: z.enum(["benjamini_hochberg", "none"]).default("benjamini_hochberg")
    .describe("over all tests of the step"),
});

type Params = z.output<typeof surrogateTestParams>;

/**
 * One row per combination of `by`: `observed`, mean and standard deviation (n − 1) of the surrogates, their number, z and
 * p = (1 + #surrogates as extreme)/(1 + n), and p adjusted. Without surrogates these are missing.
 *
 * @throws {TypeError} if a column is absent, a combination has not one observed row, or `closer` finds no sense.
 *
 * @example
 * ```ts
 * import { surrogateTest, surrogateTestParams } from "#lib/math/tables/surrogate_test.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = [0.1, 0.5, 0.6, 0.7].map((value, i) => ({ value, data: i === 0 ? "recorded" : "surrogate" }));
 * const params = surrogateTestParams.parse({ observed: { data: "recorded" }, alternative: "less" });
 * assertEquals(recordsOf(surrogateTest(tableOf(rows), params))[0].p, 0.25);
 * ```
 */
export function surrogateTest(table: Table, params: Params): Table {
  const value = numberIndex(table, params.of, "surrogate_test");
  const isObserved = rowTest(table, params.observed, "surrogate_test");
  const tests = groupRows(table, params.by, "surrogate_test").map(({ key, rows }) => {
    const own = rows.filter(isObserved);
    if (own.length !== 1 || own[0][value] === null) {
      const place = params.by.map((name, i) => `${name} = ${key[i]}`).join(", ") || "all rows";
      throw new TypeError(
        `surrogate_test finds ${own.length} observed scores for ${place}, and needs one; ` +
          "name the comparison by further columns in `by`, or summarise first",
      );
    }
    const scores = numbersAt(rows.filter((row) => !isObserved(row)), value);
    return { key, observed: own[0][value] as number, scores, side: sideOf(table, own[0], params) };
  });
  const pValues = tests.map(({ observed, scores, side }) =>
    scores.length === 0 ? NaN : surrogateP(observed, scores, side)
  );
  const known = pValues.filter((p) => !Number.isNaN(p));
  const adjusted = params.adjust === "none" ? known : benjaminiHochberg(known);
  let next = 0;
  return {
    columns: columnsOf(table, params, table.columns[value]),
    rows: tests.map(({ key, observed, scores }, i): Cell[] => {
      const n = scores.length;
      const centre = n > 0 ? mean(scores) : null;
      const spread = n > 1 ? standardDeviation(scores, "sample") : null;
      const z = centre !== null && spread !== null && spread > 0
        ? (observed - centre) / spread
        : null;
      const p = Number.isNaN(pValues[i]) ? [null, null] : [pValues[i], adjusted[next++]];
      return [...key, observed, centre, spread, n, z, ...p];
    }),
  };
}

function sideOf(table: Table, row: Row, { alternative }: Params): Alternative {
  if (alternative !== "closer" && alternative !== "farther") return alternative;
  const index = table.columns.findIndex(({ name }) => name === "sense");
  const sense = index < 0 ? null : row[index];
  if (sense !== "distance" && sense !== "similarity") {
    throw new TypeError(
      `surrogate_test: 'alternative: ${alternative}' needs a column 'sense' that says distance or similarity ` +
        `(compare writes one), found ${sense}; use less or greater`,
    );
  }
  return (sense === "distance") === (alternative === "closer") ? "less" : "greater";
}

function columnsOf(table: Table, { by }: Params, value: Column): Column[] {
  const number = (name: string): Column => ({ name, type: "number" });
  const measured = (name: string): Column =>
    value.unit === undefined ? number(name) : { ...number(name), unit: value.unit };
  return [
    ...by.map((name) => table.columns[columnIndex(table, name, "surrogate_test")]),
    measured("observed"),
    measured("mean_surrogate"),
    measured("std_surrogate"),
    number("n"),
    number("z"),
    { ...number("p"), description: "(1 + surrogates as extreme) / (1 + n)" },
    { ...number("p_adjusted"), description: "for the number of tests" },
  ];
}
