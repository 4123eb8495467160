// Which tables a run lays beside its report: those at the end, and summaries that are only drawn or checked.

import { assert, assertEquals } from "@std/assert";
import { copyProject } from "#tests/support/project.ts";

const summary = (tables: string, steps: unknown[]) => ({
  task: "aggregate",
  from: { tables: { stage: tables, gather: "all" } },
  with: { steps },
});

const workflow = {
  name: "tables",
  axes: { seed: [0, 1] },
  stages: {
    states: {
      task: "simulate",
      over: ["seed"],
      with: { system: "lorenz", num_trials: 2, num_steps: 20, seed: "${{ seed }}" },
    },
    scores: {
      task: "compare",
      from: { trajectories: { stage: "states", gather: ["seed"] } },
      with: { metric: "linear_cka" },
    },
    used: summary("scores", [{ filter: { half: "upper" } }]),
    drawn: summary("used", [{ summarise: { by: ["metric"], of: "value", statistics: ["mean"] } }]),
    figure: {
      task: "figure",
      from: { tables: { stage: "drawn", gather: "all" } },
      with: { kind: "bars", options: { x: "metric", y: "mean" } },
    },
    checked: {
      task: "assert",
      from: { tables: { stage: "drawn", gather: "all" } },
      with: { checks: [{ column: "mean", is: { at_least: 0 } }] },
    },
  },
};

Deno.test("run shows tables that only figures and asserts read, not those that other tables are made of", async () => {
  await using project = await copyProject({ "study/tables.yaml": JSON.stringify(workflow) });
  const { last, failed } = await project.run(["study/tables.yaml"]);
  assertEquals(failed, []);
  const tables = Array.from(
    Deno.readDirSync(project.path(`${last.run}/tables`)),
    ({ name }) => name,
  );
  assert(tables.includes("drawn.tsv"), tables.join(", "));
  assertEquals(tables.filter((name) => /^(used|scores)/.test(name)), []);
  assert((await project.read(`${last.run}/report.html`)).includes("<h3><bdi>drawn</bdi>"));
});
