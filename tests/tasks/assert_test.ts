// The task `assert`: what passes, what fails and how it says so.

import { assertEquals, assertRejects } from "@std/assert";
import { AssertionFailed, isAssertion } from "#lib/core/assertion.ts";
import { recordsOf, tableOf } from "#lib/core/table.ts";
import { thrown } from "#lib/executors/run_job.ts";
import task from "#tasks/assert.ts";
import { runTask } from "#tests/support/run_task.ts";

const value = tableOf([
  { metric: "dsa", value: 0.3, verdict: "holds" },
  { metric: "cka", value: NaN, verdict: "fails" },
  { metric: "procrustes", value: null, verdict: "holds" },
]);
const run = (...checks: unknown[]) =>
  runTask(task, { checks }, { tables: [{ value, coords: {} }] });
const dsa = { metric: "dsa" };

Deno.test("assert passes what meets its thresholds and lists it", async () => {
  const { checked } = await run(
    { where: dsa, is: { above: 0.29 } },
    { where: dsa, is: { at_least: 0.3 } },
    { where: dsa, is: { at_most: 0.3 } },
    { where: dsa, is: { below: 0.31 } },
    { where: dsa, is: { near: { value: 0.31, tolerance: 0.011 } } },
    { name: "the claim", where: dsa, column: "verdict", is: { equals: "holds" } },
  );
  assertEquals(recordsOf(checked).length, 6);
  assertEquals(recordsOf(checked)[5], {
    check: "the claim",
    found: "holds",
    wanted: "equals holds",
    passed: true,
  });
});

Deno.test("assert fails on bounds, NaN, missing entries and absent rows, all in one message", async () => {
  const error = await assertRejects(() =>
    run(
      { where: dsa, is: { above: 0.3 } },
      { where: { metric: "cka" }, is: { below: 1 } },
      { where: { metric: "procrustes" }, is: { below: 1 } },
      { name: "some row", where: { metric: "none" }, is: { below: 1 } },
      { where: dsa, is: { below: 1 } },
    ), AssertionFailed);
  assertEquals(isAssertion(error.message), true);
  // What the run sees, and gives its own exit code.
  assertEquals(isAssertion(thrown(error).message), true);
  assertEquals(
    error.message,
    'assertion: value metric="dsa" is 0.3, not above 0.3; value metric="cka" is NaN, not below 1; ' +
      'value metric="procrustes" is missing, not below 1; some row is absent: no row, not below 1',
  );
});

Deno.test("assert says which of several rows missed the threshold", async () => {
  const pairs = tableOf([
    { metric: "dsa", a: 1, b: 2, value: 0.3 },
    { metric: "dsa", a: 1, b: 3, value: 0.5 },
    { metric: "dsa", a: 2, b: 3, value: 0.6 },
  ]);
  const error = await assertRejects(
    () =>
      runTask(task, { checks: [{ name: "near", is: { below: 0.4 } }] }, {
        tables: [{ value: pairs, coords: {} }],
      }),
    AssertionFailed,
  );
  assertEquals(
    error.message,
    "assertion: near [a=1,b=3] is 0.5, not below 0.4; near [a=2,b=3] is 0.6, not below 0.4",
  );
});

Deno.test("assert refuses a check without a threshold or with two", async () => {
  await assertRejects(() => run({ is: {} }), TypeError, "exactly one");
  await assertRejects(() => run({ is: { above: 1, below: 2 } }), TypeError, "found above, below");
  await assertRejects(() => run({ column: "valeu", is: { above: 1 } }), TypeError, "'valeu'");
});
