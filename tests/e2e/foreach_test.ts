// Stages whose members a table names: one network after another has checkpoints, known when it is trained.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { copyProject, type Ran } from "#tests/support/project.ts";

const workflow = `name: foreach
params: { shift: 10, label: "" }
axes:
  group:
    - { id: untrained, steps: [], scale: 1 }
    - { id: short, steps: [100, 20], scale: 2 }
    - { id: long, steps: [1, 20, 300], scale: 3 }
stages:
  train:
    task: ./train.ts
    over: [group]
    with: { steps: "\${{ group.steps }}", scale: "\${{ group.scale }}" }
  steps:
    task: ./read.ts
    foreach: { checkpoint: train.checkpoints }
    from: { weights: checkpoint.weights }
    with: { shift: "\${{ params.shift }}", step: "\${{ checkpoint.step }}" }
  each:
    task: ./join.ts
    from: { tables: { stage: steps, gather: [checkpoint] } }
  late:
    task: ./join.ts
    from: { tables: { stage: steps, where: { checkpoint: 20 }, gather: [group] } }
  all:
    task: ./join.ts
    from: { tables: { stage: steps, gather: all } }
`;

const train = `import { artifactCell, defineTask, file, table, tableWithArtifacts, z } from "basin";

export default defineTask({
  name: "train",
  summary: "Leaves a checkpoint at some steps.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({ steps: z.array(z.int()), scale: z.number() }),
  inputs: {},
  outputs: { checkpoints: table },
  examples: [],
  run: (_context, { steps, scale }) => ({
    checkpoints: tableWithArtifacts(
      steps.map((step) => ({
        step,
        weights: artifactCell(file, new TextEncoder().encode(String(step * scale))),
      })),
      { step: { key: true } },
    ),
  }),
});
`;

const read = `import { defineTask, file, one, table, tableOf, z } from "basin";

export default defineTask({
  name: "read",
  summary: "Reads a checkpoint.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({ shift: z.number(), step: z.int() }),
  inputs: { weights: one(file) },
  outputs: { values: table },
  examples: [],
  run: (_context, { shift, step }, { weights }) => ({
    values: tableOf([{ step, value: Number(new TextDecoder().decode(weights)) + shift }]),
  }),
});
`;

const join = `import { defineTask, many, table, tableOf, z } from "basin";

export default defineTask({
  name: "join",
  summary: "Joins what it is given, in its order.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({}),
  inputs: { tables: many(table, { coords: true }) },
  outputs: { joined: table },
  examples: [],
  run: (_context, _params, { tables }) => ({
    joined: tableOf(tables.map(({ value, coords }) => ({ ...coords, value: value.rows[0][1] }))),
  }),
});
`;

Deno.test("members that a table names appear once it is known, and nothing runs twice", async (t) => {
  await using project = await copyProject({
    "foreach.yaml": workflow,
    "train.ts": train,
    "read.ts": read,
    "join.ts": join,
  });
  const steps = [
    "steps[group=long,checkpoint=1]",
    "steps[group=long,checkpoint=20]",
    "steps[group=long,checkpoint=300]",
    "steps[group=short,checkpoint=100]",
    "steps[group=short,checkpoint=20]",
  ];
  let first: Ran;

  await t.step("a plan says maybe for what is not known", async () => {
    const { stdout, code } = await project.basin("plan", ["foreach.yaml", "--all"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "maybe");
    assertStringIncludes(stdout, "steps[group=long,checkpoint=?]");
  });
  await t.step("a run makes the members as their tables appear", async () => {
    first = await project.run(["foreach.yaml"]);
    assertEquals(first.ran.filter((id) => id.startsWith("steps")).toSorted(), steps);
    const { stdout } = await project.basin("show", ["foreach.yaml", "all"]);
    const rows = stdout.split("\n").map((line) => line.trim().split(/\s+/)).filter((cells) =>
      ["long", "short"].includes(cells[0])
    );
    assertEquals(rows, [
      ["short", "20", "50"],
      ["short", "100", "210"],
      ["long", "1", "13"],
      ["long", "20", "70"],
      ["long", "300", "910"],
    ]);
  });
  await t.step("again, a plan knows all of it and nothing runs", async () => {
    const { stdout } = await project.basin("plan", ["foreach.yaml", "--all"]);
    assert(!/^maybe /m.test(stdout) && !stdout.includes("?"), stdout);
    const again = await project.run(["foreach.yaml"]);
    assertEquals(again.last.ran, 0);
    assertEquals(again.last.hit, first.last.ran + first.last.hit);
    assertEquals(again.keys, first.keys);
  });
  await t.step("one more checkpoint costs itself and what gathers it", async () => {
    const undo = await project.edit(
      "foreach.yaml",
      (text) => text.replace("[100, 20]", "[100, 20, 7]"),
    );
    const more = await project.run(["foreach.yaml"]);
    assertEquals([...more.ran].sort(), [
      "all",
      "each[group=short]",
      "steps[group=short,checkpoint=7]",
      "train[group=short]",
    ]);
    await undo();
  });
  await t.step("another order of rows runs the table's stage and nothing else", async () => {
    const undo = await project.edit(
      "foreach.yaml",
      (text) => text.replace("[100, 20]", "[20, 100]"),
    );
    const { ran } = await project.run(["foreach.yaml"]);
    assertEquals(ran, ["train[group=short]"]);
    await undo();
  });
  await t.step("a stage of one's own reads only its rows' artifacts", async () => {
    const { ran } = await project.run([
      "foreach.yaml",
      "params.shift=11",
      "--only",
      "each[group=short]",
    ]);
    assertEquals([...ran].sort(), ["each[group=short]", ...steps.slice(3)].sort());
  });
});
