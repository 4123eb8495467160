// Rows of tables together with commands, resources and sub-workflows.

import { assert, assertEquals } from "@std/assert";
import type { Table } from "#lib/core/table.ts";
import { graphOf, memberOf } from "./expand_text.ts";
import { growBy, membersAsText, wantsOf } from "./grow_text.ts";

/** Checkpoints: steps, a number and an artifact in each row. */
function checkpoints(...steps: readonly number[]): Table {
  return {
    columns: [
      { name: "step", type: "number", key: true },
      { name: "size", type: "number" },
      { name: "weights", type: "artifact", kind: "weights" },
    ],
    rows: steps.map((step) => [step, step + 1, `weights/${step}`]),
    files: Object.fromEntries(steps.map((step) => [`weights/${step}/w.npy`, new Uint8Array([1])])),
  };
}

Deno.test("a command runs once for each row, and takes its cells", async () => {
  const graph = await graphOf(`
axes: { seed: [0, 1] }
stages:
  train: { task: train_rnn, over: [seed], with: { units: 4 } }
  each:
    run: convert \${{ inputs.model }} --size \${{ checkpoint.size }} --name \${{ with.name }} > \${{ outputs.x }}
    foreach: { checkpoint: train.checkpoints }
    from: { model: checkpoint.weights }
    with: { name: "at \${{ checkpoint.step }}" }
    outputs: { x: file }
    env: { SIZE: "\${{ checkpoint.size }}" }
    resources: { cpu: "\${{ checkpoint.size }}" }
`);
  assertEquals(memberOf(graph, "each[seed=0,checkpoint=?]").pending, true);
  const grown = await growBy(graph, {
    "train[seed=0].checkpoints": checkpoints(10, 2),
    "train[seed=1].checkpoints": checkpoints(2),
  });
  const each = memberOf(grown, "each[seed=0,checkpoint=10]");
  assertEquals(each.command!.command.line, "convert in/model --size 11 --name 'at 10' > out/x");
  assertEquals(each.command!.env, { SIZE: "11" });
  assertEquals(each.resources, [{ cpu: 11, slots: {} }]);
  assertEquals(each.inputs.model.kind, "weights");
  assertEquals(each.inputs.model.sources[0], {
    from: memberOf(grown, "train[seed=0]").index,
    output: "checkpoints",
    coords: {},
    part: { folder: "weights/10", kind: "weights" },
  });
});

Deno.test("a sub-workflow makes members from a table that is handed in, or that it makes", async () => {
  const flat = `
axes: { seed: [0, 1] }
stages:
  train: { task: train_rnn, over: [seed], with: { units: 4 } }
  c__each:
    task: represent
    foreach: { row: train.checkpoints }
    from: { model: row.weights, trials: trials }
  c__own: { task: train_rnn, with: { units: 2 } }
  c__inner:
    task: represent
    foreach: { point: c__own.checkpoints }
    from: { model: point.weights, trials: trials }
  c__size: { task: value, foreach: { row: train.checkpoints }, with: { x: "\${{ row.size }}" } }
  trials: { task: neurotask, with: { rule: gonogo, num_trials: 5, dt_ms: 10 } }
  fit: { task: dmd, from: { trajectories: c__each }, with: { span_ms: 3 } }
  all: { task: common_rank, from: { operators: { stage: fit, gather: all } } }
`;
  const called = {
    "w.yaml": `
axes: { seed: [0, 1] }
stages:
  train: { task: train_rnn, over: [seed], with: { units: 4 } }
  c: { workflow: sub.yaml, from: { table: train.checkpoints, trials: trials } }
  trials: { task: neurotask, with: { rule: gonogo, num_trials: 5, dt_ms: 10 } }
  fit: { workflow: fit.yaml, from: { x: c.each } }
  all: { task: common_rank, from: { operators: { stage: fit.operators, gather: all } } }
`,
    "sub.yaml": `
inputs: { table: table, trials: trials }
outputs: { each: each }
stages:
  each:
    task: represent
    foreach: { row: inputs.table }
    from: { model: row.weights, trials: inputs.trials }
  own: { task: train_rnn, with: { units: 2 } }
  inner:
    task: represent
    foreach: { point: own.checkpoints }
    from: { model: point.weights, trials: inputs.trials }
  size: { task: value, foreach: { row: inputs.table }, with: { x: "\${{ row.size }}" } }
`,
    "fit.yaml": `
inputs: { x: trajectories }
outputs: { operators: dmd }
stages:
  dmd: { task: dmd, from: { trajectories: inputs.x }, with: { span_ms: 3 } }
`,
  };
  let [a, b] = [await graphOf(called), await graphOf(flat)];
  const text = (graph: typeof a) =>
    membersAsText(graph).map((line) => line.replaceAll("c/", "c__").replaceAll("fit/dmd", "fit"))
      .sort();
  assertEquals(text(a), text(b));
  assertEquals(wantsOf(a).map((name) => name.replace("c/", "c__")).sort(), wantsOf(b).sort());
  for (
    const tables of [
      { "train[seed=0].checkpoints": checkpoints(1, 2) },
      { "own.checkpoints": checkpoints(5), "train[seed=1].checkpoints": checkpoints() },
    ]
  ) {
    const named = (prefix: string) =>
      Object.fromEntries(
        Object.entries(tables).map(([name, table]) => [name.replace("own", `${prefix}own`), table]),
      );
    a = await growBy(a, named("c/"));
    b = await growBy(b, named("c__"));
    assertEquals(text(a), text(b));
  }
  assert(a.growing === undefined);
  assertEquals(membersAsText(a).filter((line) => line.startsWith("all")), [
    "all {} operators: fit/dmd[seed=0,row=1].operator@seed=0,row=1 " +
    "fit/dmd[seed=0,row=2].operator@seed=0,row=2",
  ]);
});
