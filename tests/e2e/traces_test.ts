// What a task did not look at does not run it again: verified traces through the whole program.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { copyProject } from "#tests/support/project.ts";

const workflow = `name: traces
params: { rate: 2, verbose: false, note: first, colour: blue }
axes: { seed: [0, 1, 2] }
stages:
  fit:
    task: ./fit.ts
    over: [seed]
    with:
      rate: "\${{ params.rate }}"
      seed: "\${{ seed }}"
      verbose: "\${{ params.verbose }}"
      note: "\${{ params.note }}"
      colours: { line: "\${{ params.colour }}", area: grey }
  total:
    task: ./sum.ts
    from: { tables: { stage: fit, gather: all } }
`;

const fit = `import { defineTask, table, tableOf, z } from "basin";

export default defineTask({
  name: "fit",
  summary: "Looks at its note only if it is verbose, and at its colours never.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({
    rate: z.number(),
    seed: z.int(),
    verbose: z.boolean().default(false),
    note: z.string().default(""),
    colours: z.record(z.string(), z.string()).default({}),
  }),
  inputs: {},
  outputs: { values: table },
  examples: [],
  run: (_context, params) => ({
    values: tableOf([{
      value: params.rate * params.seed,
      note: params.verbose ? params.note : "none",
    }]),
  }),
});
`;

const sum = `import { defineTask, many, table, tableOf, z } from "basin";

export default defineTask({
  name: "sum",
  summary: "Adds.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({}),
  inputs: { tables: many(table) },
  outputs: { total: table },
  examples: [],
  run: (_context, _params, { tables }) => ({
    total: tableOf([{ total: tables.reduce((sum, { value }) => sum + Number(value.rows[0][0]), 0) }]),
  }),
});
`;

Deno.test("params that a task did not look at run nothing", async (t) => {
  await using project = await copyProject({
    "traces.yaml": workflow,
    "fit.ts": fit,
    "sum.ts": sum,
  });
  const run = (...args: string[]) => project.run(["traces.yaml", ...args]);
  const fits = ["fit[seed=0]", "fit[seed=1]", "fit[seed=2]"];
  assertEquals((await run()).last.ran, 4);

  await t.step("a plan knows it before the run", async () => {
    const { stdout } = await project.basin("plan", ["traces.yaml", "params.note=second"]);
    assertStringIncludes(stdout.replaceAll(/\s+/g, " "), "4 hit");
  });
  await t.step("an unread leaf", async () => {
    assertEquals((await run("params.note=second")).ran, []);
    assertEquals((await run("params.colour=red")).ran, []);
    // The second time the new key itself is known.
    assertEquals((await run("params.colour=red")).ran, []);
  });
  await t.step("a leaf that was read", async () => {
    // 0 times anything is 0: its bytes are the same, and so the sum would be, were it not for the others.
    assertEquals([...(await run("params.rate=3")).ran].sort(), [...fits, "total"]);
  });
  await t.step("a leaf that decides what else is read", async () => {
    assertEquals([...(await run("params.verbose=true")).ran].sort(), [...fits, "total"]);
    assertEquals([...(await run("params.verbose=true", "params.note=third")).ran].sort(), [
      ...fits,
      "total",
    ]);
    assertEquals(
      (await run("params.verbose=true", "params.note=third", "params.colour=red")).ran,
      [],
    );
  });
  await t.step("the first settings are still known", async () => {
    assertEquals((await run()).ran, []);
  });
});
