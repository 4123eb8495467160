// The language's page: its YAML is YAML, what it shows as a workflow expands, and it knows every key.

import { assert, assertEquals } from "@std/assert";
import { knownKeys } from "#lib/workflow/schema.ts";
import { functions } from "#lib/workflow/expression/functions.ts";
import { parseYaml } from "#lib/workflow/parse_yaml.ts";
import { SourceText } from "#lib/workflow/source_text.ts";
import { graphOf } from "./expand_text.ts";

const text = await Deno.readTextFile(new URL("../../../workflows/README.md", import.meta.url));
const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1])
  .filter((block) => !block.startsWith("#"));

Deno.test("every YAML block of the page is YAML", () => {
  assert(blocks.length > 10);
  for (const block of blocks) {
    const parsed = parseYaml(new SourceText("README.md", block));
    if (!parsed.ok) throw new Error(`${parsed.error[0].message} in\n${block}`);
  }
});

Deno.test("the page's axes expand", async () => {
  const axes = blocks.find((block) => block.startsWith("params: { seeds: 3 }"))!;
  const graph = await graphOf(
    `${axes}\nstages: { v: { task: value, over: [seed, lr, group, pair], with: { n: "\${{ pair[0] }}" } } }`,
  );
  assertEquals(graph.members.length, 3 * 2 * 2 * 2);
  assertEquals(graph.members[1].id, "v[seed=0,lr=0.001,group=untrained,pair=64_0.01]");
});

Deno.test("the page's space can be drawn from", async () => {
  const space = blocks.find((block) => block.includes("sobol(64"))!;
  const graph = await graphOf(space);
  assertEquals(graph.members.length, 64);
  assertEquals(graph.members[63].id, "train[trial=63]");
});

Deno.test("the page's sub-workflow can be called", async () => {
  const called = blocks.find((block) => block.includes("outputs: { score: compare.result }"))!
    .replaceAll("n_delays", "span_ms");
  const graph = await graphOf({
    "w.yaml": `
axes: { group: [a, b], seed: [0, 1] }
stages:
  trials: { task: neurotask, with: { rule: gonogo, num_trials: 5, dt_ms: 10 } }
  train: { task: train_rnn, over: [group, seed], with: { units: 4 } }
  represent: { task: represent, from: { model: train.weights, trials: trials } }
  rank: { task: common_rank, from: { operators: { stage: sub.operators, gather: all } } }
  sub: { workflow: ./analysis.yaml, over: [group], from: { trajectories: represent }, with: { span_ms: 5 } }
  table: { task: collect, from: { tables: { stage: sub.score, gather: all } } }
`,
    "analysis.yaml": called.replace(
      "{ score: compare.result }",
      "{ score: compare.result, operators: operators }",
    )
      .replace("[dsa]", "[linear_cka]").replace("from: { operators:", "from: { trajectories:")
      .replace("stage: operators, gather", "stage: inputs.trajectories, gather"),
  });
  assertEquals(graph.members.filter(({ stage }) => stage === "sub/compare").map(({ id }) => id), [
    "sub/compare[group=a,metric=linear_cka]",
    "sub/compare[group=b,metric=linear_cka]",
  ]);
});

Deno.test("the page names every key and function", () => {
  for (const names of Object.values(knownKeys)) {
    for (const name of names) {
      assert(text.includes(`\`${name}\``) || text.includes(`${name}:`), name);
    }
  }
  for (const name of Object.keys(functions)) {
    assert(text.includes(name), name);
  }
});
