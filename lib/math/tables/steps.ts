// Verbs on tables as an ordered list, each taking the table of the one before: how a workflow says what it does with
// its numbers. One verb per step; what each does is in the file of its name.

import { z } from "zod";
import type { Table } from "../../core/table.ts";
import { describe, describeParams, rename, select, sort, sortParams } from "./arrange.ts";
import { conditions, rowTest } from "./condition.ts";
import { course, courseParams } from "./course.ts";
import { derivation, derive } from "./derive.ts";
import { exactlyOne } from "./exactly_one.ts";
import { fit, fitParams } from "./fit.ts";
import { join, joinParams } from "./join.ts";
import { pairTest, pairTestParams } from "./pair_test.ts";
import { pivot, pivotParams } from "./pivot.ts";
import { sample, sampleParams } from "./sample.ts";
import { summarise, summariseParams } from "./summarise.ts";
import { surrogateTest, surrogateTestParams } from "./surrogate_test.ts";
import { testGroups, testParams } from "./test_groups.ts";
import { unpivot, unpivotParams } from "./unpivot.ts";

/**
 * One step: exactly one verb with its params.
 *
 * @example
 * ```ts
 * import { step } from "#lib/math/tables/steps.ts";
 * import { assert } from "@std/assert";
 * assert(step.safeParse({ filter: { half: "upper" } }).success);
 * ```
 */
export const step = exactlyOne({
  filter: conditions.describe("keeps the rows that meet every condition"),
  derive: z.record(z.string(), derivation).describe(
    "new columns, each from the table as it was before the step",
  ),
  summarise: summariseParams.describe("one row per group: mean, sem, median, n, …"),
  pivot: pivotParams.describe("the values of one column become columns"),
  unpivot: unpivotParams.describe("columns become rows, with their names in a column"),
  course: courseParams.describe("runs of unequal length on one scale, from 0 to 100 per cent"),
  fit: fitParams.describe("a line, proportionality or power law per group"),
  test: testParams.describe("differences between groups, two by two, with adjusted p values"),
  surrogate_test: surrogateTestParams.describe(
    "an observed score among those of surrogates: p value",
  ),
  pair_test: pairTestParams.describe(
    "dissimilarities across groups against those within, by permutation of systems: p value",
  ),
  join: joinParams.describe("columns of the table `beside`, where rows agree"),
  select: z.array(z.string()).min(1).describe("columns kept, in this order"),
  rename: z.record(z.string(), z.string()).describe("old name: new name"),
  sample: sampleParams.describe("at most so many rows of each class, drawn by chance"),
  sort: sortParams,
  describe: describeParams.describe("unit and meaning of columns"),
});

/** One step. */
export type Step = z.output<typeof step>;

/**
 * Applies steps in order.
 *
 * @param beside what `join` takes columns from, if there is one
 * @throws {TypeError} naming the step by number and verb, and what was wrong with it.
 *
 * @example
 * ```ts
 * import { applySteps, step } from "#lib/math/tables/steps.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ a: 1, value: 2 }, { a: 1, value: 4 }, { a: 2, value: 9 }]);
 * const steps = [{ filter: { a: 1 } }, { summarise: { by: ["a"], statistics: ["mean"] } }];
 * assertEquals(recordsOf(applySteps(table, steps.map((one) => step.parse(one)))), [{ a: 1, mean: 3 }]);
 * ```
 */
export function applySteps(table: Table, steps: readonly Step[], beside?: Table): Table {
  return steps.reduce((current, one, at) => {
    try {
      return applyStep(current, one, beside);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new TypeError(`step ${at + 1} (${Object.keys(one).join()}): ${error.message}`);
    }
  }, table);
}

function applyStep(table: Table, one: Step, beside: Table | undefined): Table {
  if (one.filter !== undefined) {
    return {
      columns: table.columns,
      rows: table.rows.filter(rowTest(table, one.filter, "filter")),
    };
  }
  if (one.derive !== undefined) return derive(table, one.derive);
  if (one.summarise !== undefined) return summarise(table, one.summarise);
  if (one.pivot !== undefined) return pivot(table, one.pivot);
  if (one.unpivot !== undefined) return unpivot(table, one.unpivot);
  if (one.course !== undefined) return course(table, one.course);
  if (one.fit !== undefined) return fit(table, one.fit);
  if (one.test !== undefined) return testGroups(table, one.test);
  if (one.surrogate_test !== undefined) return surrogateTest(table, one.surrogate_test);
  if (one.pair_test !== undefined) return pairTest(table, one.pair_test);
  if (one.join !== undefined) {
    if (beside === undefined) {
      throw new TypeError("join needs a table on the input `beside`, and none is bound");
    }
    return join(table, beside, one.join);
  }
  if (one.select !== undefined) return select(table, one.select);
  if (one.rename !== undefined) return rename(table, one.rename);
  if (one.sample !== undefined) return sample(table, one.sample);
  if (one.sort !== undefined) return sort(table, one.sort);
  if (one.describe !== undefined) return describe(table, one.describe);
  throw new TypeError("a step names no verb");
}
